import { existsSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { filesUnder } from '../lib/files.mjs'
import { anchorsOf, linksOf } from '../lib/markdown.mjs'

export const readmeLinks = {
  name: 'readme-links',
  rules: ['readme-link'],
  run(root) {
    return filesUnder(root, '')
      .filter((file) => file.endsWith('.md') && !file.endsWith('CHANGELOG.md'))
      .flatMap((file) => broken(root, file))
  },
}

function broken(root, file) {
  return linksOf(readFileSync(join(root, file), 'utf8')).flatMap(({ target, line }) => {
    const problem = judge(root, file, target)
    return problem ? [{ file, line, rule: 'readme-link', found: target, ...problem }] : []
  })
}

function judge(root, file, target) {
  if (/^([a-z][a-z+.-]*:|\/\/)/i.test(target)) return undefined
  const [path, anchor] = decodeURI(target).split('#')
  const pointed = path === '' ? file : posix.join(posix.dirname(file), path)
  if (!existsSync(join(root, pointed))) {
    return { message: 'A link leads somewhere', expected: `a file ${pointed}` }
  }
  if (!anchor || !pointed.endsWith('.md')) return undefined
  if (anchorsOf(readFileSync(join(root, pointed), 'utf8')).has(anchor)) return undefined
  return { message: 'A link leads to a heading', expected: `a heading #${anchor} in ${pointed}` }
}
