import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { tableText } from '../src/rows/table.ts'
import { measured } from './experiments/measured.ts'

const settings = { scheduler: 'ule', wakeup: 'deferred-to-unlock' }
const rows = [[measured({ variant: 'smpnet', settings }, [1])]]

describe('a table of rows', () => {
  it('has a variant and its settings in one line where there is room', () => {
    expect(tableText(rows, '', 200)).toContain('smpnet, scheduler ule, wakeup deferred-to-unlock')
  })

  it('has a line for each setting in a narrow terminal', () => {
    // A host that calls itself CI has colours.
    const text = stripVTControlCharacters(tableText(rows, '', 110))
    expect(text).toMatch(/ smpnet, .*\n +scheduler ule, *\n +wakeup deferred-to-unlock\n/)
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(110)
  })
})
