import { describe, expect, it } from 'vitest'
import { casesOf } from '../src/index.ts'
import { DOOR } from './door.ts'

describe('The cases of a table', () => {
  const cases = casesOf(DOOR)

  it('are each state with each event and each set of guards', () => {
    expect(cases).toHaveLength(DOOR.states.length * DOOR.events.length * 4)
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length)
  })

  it.each(cases)('hold: $name', ({ state, event, held, expected }) => {
    const outcome = DOOR.transition(state, event, held)
    const sorted = (actions: readonly string[] = []): string[] => [...actions].sort()
    expect(outcome?.next).toBe(expected?.next)
    expect(sorted(outcome?.actions)).toEqual(sorted(expected?.actions))
  })

  it('have the illegal ones among them', () => {
    const illegal = cases.filter(({ expected }) => expected === undefined)
    expect(illegal.map(({ name }) => name)).toContain('GONE, open')
  })
})
