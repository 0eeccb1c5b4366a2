import { builtinModules } from 'node:module'
import { posix } from 'node:path'
import { codeUnder } from '../lib/files.mjs'
import { importsOf } from '../lib/imports.mjs'
import { isInNodeZone, isNodeOnly } from '../lib/node-zone.mjs'
import { workspaces } from '../lib/workspaces.mjs'

export const nodeImports = {
  name: 'node-imports',
  rules: ['node-import', 'node-zone'],
  run(root) {
    return workspaces(root)
      .flatMap(({ dir }) => codeUnder(root, `${dir}/src`))
      .filter((file) => !isInNodeZone(file))
      .flatMap((file) => importsOf(root, file).flatMap((each) => judge(file, each)))
  },
}

/** Types leave no trace in what ships, so a portable file may name the type of a live machine. */
function judge(file, { specifier, line, kind }) {
  if (isBuiltin(specifier)) {
    const message = 'Only the live machine, its edges and apps import Node modules'
    const expected = 'an argument that supplies it'
    return [{ file, line, rule: 'node-import', message, expected, found: specifier }]
  }
  const leadsIn = isNodeOnly(specifier) || isInNodeZone(resolved(file, specifier))
  if (kind !== 'static' || !leadsIn) return []
  const message = 'A file that runs in a browser cannot load one that needs Node'
  return [{ file, line, rule: 'node-zone', message, expected: 'import type', found: specifier }]
}

function isBuiltin(specifier) {
  return specifier.startsWith('node:') || builtinModules.includes(specifier)
}

function resolved(file, specifier) {
  return specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier) : specifier
}
