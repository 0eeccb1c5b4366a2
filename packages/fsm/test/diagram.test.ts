import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { defineTable, markdown, mermaid, missingDiagram } from '../src/index.ts'
import { DOOR } from './door.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

describe('A diagram', () => {
  it('is a Mermaid state diagram of the rows', () => {
    expect(mermaid(DOOR).split('\n').slice(0, 6)).toEqual([
      'stateDiagram-v2',
      '    [*] --> SHUT',
      '    SHUT --> OPEN : open / creak',
      '    SHUT --> LOCKED : turn [hasKey] / click, note',
      '    SHUT --> SHUT : turn [!hasKey]',
      '    LOCKED --> SHUT : turn [hasKey] / click',
    ])
    expect(mermaid(DOOR)).toContain('    GONE --> [*]')
  })

  it('or a Markdown table of them', () => {
    expect(markdown(DOOR).split('\n').slice(0, 3)).toEqual([
      '| state  | event | if                | next   | actions     |',
      '| ------ | ----- | ----------------- | ------ | ----------- |',
      '| SHUT   | open  |                   | OPEN   | creak       |',
    ])
  })

  it('is found in a text that has it, in either form', () => {
    for (const diagram of [mermaid(DOOR), markdown(DOOR)]) {
      expect(missingDiagram(`# Doors\n\n${diagram}\n\nmore`, DOOR)).toBe('')
    }
  })

  it('is missed where a row has changed since, with the one that was expected', () => {
    const { definition } = DOOR
    const [first, ...rest] = definition.rows
    const other = defineTable({ ...definition, rows: [{ ...first!, actions: ['note'] }, ...rest] })
    const said = missingDiagram(mermaid(DOOR), other)
    expect(said).toContain('lacks the diagram of a door, or has an old one: expected')
    expect(said).toContain('SHUT --> OPEN : open / note')
  })

  it('stands in the README of this package as the example prints it', () => {
    const turnstile = defineTable({
      of: 'a turnstile',
      initial: 'LOCKED',
      rows: [
        { state: 'LOCKED', event: 'coin', guard: 'isGenuine', next: 'OPEN', actions: ['unlock'] },
        { state: 'LOCKED', event: 'coin', guard: '!isGenuine', next: 'LOCKED' },
        { state: 'OPEN', event: 'push', next: 'LOCKED', actions: ['lock', 'count'] },
      ],
    })
    expect(missingDiagram(readme, turnstile)).toBe('')
  })
})
