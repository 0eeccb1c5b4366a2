import { existsSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join, posix } from 'node:path'
import { codeUnder } from '../lib/files.mjs'
import { importsOf, packageOf } from '../lib/imports.mjs'
import { readJson, workspaces } from '../lib/workspaces.mjs'

export const dependencies = {
  name: 'dependencies',
  rules: ['import-leaves-package', 'undeclared-dependency', 'dev-dependency', 'unused-dependency'],
  run(root) {
    const shared = rootDevDependencies(root)
    return workspaces(root).flatMap((one) => {
      const imports = importsWithPlaces(root, one)
      return [
        ...imports.flatMap((each) => judge(one, each, shared)),
        ...unused(root, one, imports),
      ]
    })
  },
}

/** Every import of a workspace; `ships` says whether a user who installs it runs that file. */
function importsWithPlaces(root, { dir }) {
  return codeUnder(root, dir).flatMap((file) =>
    importsOf(root, file).map((each) => ({
      ...each,
      file,
      target: packageOf(each.specifier),
      ships: file.startsWith(`${dir}/src/`) || file.startsWith(`${dir}/bin/`),
    })),
  )
}

function judge({ dir, name, manifest }, { file, line, specifier, kind, target, ships }, shared) {
  const at = { file, line, found: specifier }
  if (specifier.startsWith('.')) return leaving(dir, at, ships || kind !== 'url')
  const shipped = { ...manifest.dependencies, ...manifest.peerDependencies }
  if (!target || isBuiltin(target) || target in shipped) return []
  if (target === name && !ships) return []
  const isDev = target in (manifest.devDependencies ?? {}) || shared.has(target)
  if (isDev && !ships) return []
  return [isDev ? onlyForDevelopment(at) : undeclared(at, ships)]
}

/** Build settings, beside src, share a file at the root; a test may name a folder by its URL. */
function leaving(dir, at, matters) {
  const isSetting = posix.dirname(at.file) === dir
  const path = posix.join(posix.dirname(at.file), at.found)
  if (!matters || isSetting || path.startsWith(`${dir}/`)) return []
  const message = 'A relative import stays in its package'
  return [{ ...at, rule: 'import-leaves-package', message, expected: `a path in ${dir}` }]
}

function onlyForDevelopment(at) {
  const message = 'What ships cannot import a devDependency'
  return { ...at, rule: 'dev-dependency', message, expected: 'an entry in dependencies' }
}

function undeclared(at, ships) {
  const expected = ships ? 'an entry in dependencies' : 'an entry in devDependencies'
  const message = 'An imported package is declared in package.json'
  return { ...at, rule: 'undeclared-dependency', message, expected }
}

/** `@types/…` packages are used by the compiler alone and are left out. */
function unused(root, { dir, manifest }, imports) {
  const shipped = imports.filter(({ ships }) => ships)
  return [
    ...unusedIn(root, dir, manifest.dependencies, shipped, 'an import in src or bin'),
    ...unusedIn(root, dir, manifest.devDependencies, imports, 'an import in the package'),
  ]
}

function unusedIn(root, dir, declared, imports, expected) {
  const file = `${dir}/package.json`
  const used = new Set(imports.map(({ target }) => target))
  return Object.keys(declared ?? {})
    .filter((name) => !used.has(name) && !name.startsWith('@types/'))
    .map((name) => ({
      file,
      line: lineNaming(root, file, name),
      rule: 'unused-dependency',
      message: 'A declared dependency is used',
      expected,
      found: `none of ${name}`,
    }))
}

function lineNaming(root, file, name) {
  const lines = readFileSync(join(root, file), 'utf8').split('\n')
  return lines.findIndex((line) => line.includes(`"${name}"`)) + 1
}

function isBuiltin(target) {
  return builtinModules.includes(target)
}

function rootDevDependencies(root) {
  const path = join(root, 'package.json')
  return new Set(Object.keys(existsSync(path) ? (readJson(path).devDependencies ?? {}) : {}))
}
