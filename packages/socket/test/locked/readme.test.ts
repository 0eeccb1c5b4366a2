import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { keptAs } from '../../src/locked/options/option-kinds.ts'
import { type OptionRow, socketKinds, socketOptions } from '../../src/locked/index.ts'

const rows: readonly OptionRow[] = socketOptions
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

/** The table of the README, from the rows. */
function optionsTable(): string {
  const lines = rows.map((row) => {
    const [least, most] = (row.range ?? [0, 0]).map((one) => (one === 'buffer' ? NaN : one))
    const says = keptAs(row.kind).says(least!, most!).replace('NaN', 'those of a buffer')
    const taken = row.isSet ? says : 'asked for'
    const first = row.first === 'buffer' ? 'a buffer' : keptAs(row.kind).ofWord(0, row.first)
    const text = typeof first === 'object' ? 'off' : String(first)
    const number = `0x${row.number.toString(16)}`
    return `| \`${row.name}\`, ${number} | ${taken} | ${text} | ${row.part} | ${row.summary} |`
  })
  const head = '| option, its number | what it takes | at first | under the lock of | what it is |'
  return [head, '|---|---|---|---|---|', ...lines].join('\n')
}

it('The options of locked sockets are in the README as their rows are', () => {
  expect(readme).toContain(optionsTable())
})

it('The kinds of locked sockets are, too', () => {
  const kinds = socketKinds.map(({ name, type, headerBytes, summary }) => {
    return `| \`${name}\` | ${type} | ${headerBytes} | ${summary} |`
  })
  expect(readme).toContain(kinds.join('\n'))
})
