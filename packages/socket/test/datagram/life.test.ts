import { readFileSync } from 'node:fs'
import { casesOf, missingDiagram } from '@smpnet/fsm'
import { finish } from '@smpnet/park'
import { describe, expect, it } from 'vitest'
import { DatagramLife, isOver, bornAs, useIn } from '../../src/datagram/life.ts'
import { DATAGRAM_LIFE, SocketMisuse } from '../../src/index.ts'
import { makePair } from './make-sockets.ts'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

type LifeCase = ReturnType<
  typeof casesOf<(typeof DATAGRAM_LIFE)['definition']['rows'][number]>
>[number]

/** What an event leads to: the next state and the bits of actions, or the sentence of a refusal. */
function outcomeOf({ state, event, held }: LifeCase): string {
  const { td, a } = makePair()
  const { life } = a
  const { memory } = a.home
  memory.store(life.at, (life.use << 3) | DATAGRAM_LIFE.state[state])
  const before = memory.load(life.at)
  try {
    const bits = finish(td, life.step(td, event, DATAGRAM_LIFE.guardBits(held)))
    return `${DATAGRAM_LIFE.states[life.stateIn(memory.load(life.at))]} ${bits}`
  } catch (error) {
    if (!(error instanceof SocketMisuse)) throw error
    const isAsBefore = memory.load(life.at) === before && life.lock.tryEnter(td)
    return isAsBefore ? error.message : 'refused, having changed something'
  }
}

function expectedOf({ state, event, expected }: LifeCase): string {
  if (expected === undefined) return DATAGRAM_LIFE.sentence(state, event)
  const { next, actions } = expected
  return `${next} ${actions.reduce((sum, name) => sum | DATAGRAM_LIFE.action[name], 0)}`
}

describe('The life of a datagram socket', () => {
  const cases = casesOf(DATAGRAM_LIFE)

  it.each(cases)('goes by its table: $name', (one) => {
    expect(outcomeOf(one)).toBe(expectedOf(one))
  })

  it('is seen to go wrong if the table says something else', () => {
    const right = cases.find(({ expected }) => expected?.next === 'CLOSED') as LifeCase
    const planted = { ...right, expected: { ...right.expected!, next: 'BOUND' as const } }
    expect(outcomeOf(planted)).not.toBe(expectedOf(planted))
  })

  it('is over in CLOSING and CLOSED, and in those only', () => {
    const over = DATAGRAM_LIFE.states.filter((name) => isOver(DATAGRAM_LIFE.state[name]))
    expect(over).toEqual(['CLOSING', 'CLOSED'])
  })

  it('has a number for each use, which go on from the largest to the smallest', () => {
    const { a } = makePair()
    const last = 0x7fffffff
    expect([useIn(bornAs(2 ** 28)), useIn(last)]).toEqual([-(2 ** 28), 2 ** 28 - 1])
    const life = new DatagramLife(a.home.memory, a.at, -(2 ** 28), a.life.lock)
    expect(life.hasEnded(bornAs(2 ** 28))).toBe(false)
    expect(life.hasEnded(last)).toBe(true)
  })

  it('is the diagram of the README', () => {
    expect(missingDiagram(readme, DATAGRAM_LIFE)).toBe('')
  })
})
