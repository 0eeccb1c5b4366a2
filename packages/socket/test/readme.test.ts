import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { OPTION_TABLE } from '../src/index.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

it('The options of a socket are the table of the README', () => {
  const rows = OPTION_TABLE.map(({ name, values, about, set }) => {
    return `| \`${name}\` | ${values} | ${set === undefined ? 'asked' : 'set'} | ${about} |`
  })
  const table = ['| option | values; unless set | | what it is |', '|---|---|---|---|', ...rows]
  expect(readme).toContain(table.join('\n'))
})
