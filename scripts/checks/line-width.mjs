import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { codeUnder } from '../lib/files.mjs'

const MAX_COLUMNS = 100

/** A reference cannot be broken, so a line may be as long as the address in it makes it. */
const ADDRESS = /https?:\/\/\S+/

export const lineWidth = {
  name: 'line-width',
  rules: ['line-width'],
  run(root) {
    return ['packages', 'apps', 'scripts']
      .flatMap((dir) => codeUnder(root, dir))
      .flatMap((file) => tooWide(file, readFileSync(join(root, file), 'utf8')))
  },
}

function tooWide(file, text) {
  return text.split('\n').flatMap((line, index) => {
    const columns = [...line].length
    if (columns <= MAX_COLUMNS || ADDRESS.test(line)) return []
    const message = 'A line fits beside another file'
    const expected = `at most ${MAX_COLUMNS} columns`
    return [{ file, line: index + 1, rule: 'line-width', message, expected, found: columns }]
  })
}
