import { readFileSync } from 'node:fs'
import { casesOf, missingDiagram } from '@smpnet/fsm'
import { finish, type Waiter } from '@smpnet/park'
import { describe, expect, it } from 'vitest'
import { END, SocketMisuse } from '../src/index.ts'
import { Life } from '../src/life.ts'
import { makeEnds } from './ends.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

type EndCase = ReturnType<typeof casesOf<(typeof END)['definition']['rows'][number]>>[number]

/** Which states of a peer make these guards hold, and no others. */
function peersOf({ held }: EndCase): (keyof typeof END.state)[] {
  if (held.peerIsClosed) return held.peerIsGone ? ['CLOSED'] : []
  return held.peerIsGone ? ['CLOSING'] : ['OPEN', 'SHUT']
}

/** A pair whose ends are in these states, as its end 0 or 1 sees it. */
function lifeOf(side: 0 | 1, own: number, peer: number) {
  const { lot, atA } = makeEnds({ pairs: 1, bufferBytes: 64 }, 1 << 17)
  const life = new Life(lot.memory, 4096, side, 7)
  const states = side === 0 ? own | (peer << 2) : peer | (own << 2)
  lot.memory.store(life.at, life.whole | states)
  return { life, atA, memory: lot.memory }
}

/** What an event leads to: the next state and the bits of actions, or the sentence of a refusal. */
function outcomeOf(life: Life, td: Waiter, event: EndCase['event']): string {
  try {
    const bits = finish(td, life.step(event))
    return `${END.states[life.stateIn(life.load())]} ${bits}`
  } catch (error) {
    if (error instanceof SocketMisuse) return error.message
    throw error
  }
}

function expectedOf({ state, event, expected }: EndCase): string {
  if (expected === undefined) return END.sentence(state, event)
  return `${expected.next} ${expected.actions.reduce((sum, name) => sum | END.action[name], 0)}`
}

function expectCase(one: EndCase, side: 0 | 1, peer: keyof typeof END.state): void {
  const { life, atA } = lifeOf(side, END.state[one.state], END.state[peer])
  const next = END.state[one.expected?.next ?? one.state]
  expect(outcomeOf(life, atA, one.event)).toBe(expectedOf(one))
  const other = new Life(life.memory, 4096, side === 0 ? 1 : 0, 7)
  expect([life, other].map((end) => end.stateIn(life.load()))).toEqual([next, END.state[peer]])
}

describe('The life of an end', () => {
  const cases = casesOf(END).filter((one) => peersOf(one).length > 0)

  it.each(cases)('goes by its table: $name', (one) => {
    for (const peer of peersOf(one))
      for (const side of [0, 1] as const) expectCase(one, side, peer)
  })

  it('is seen to go wrong if the table says something else', () => {
    const wrong = cases.find(({ expected }) => expected?.next === 'SHUT') as EndCase
    const planted = { ...wrong, expected: { ...wrong.expected!, next: 'OPEN' as const } }
    expect(() => expectCase(planted, 0, 'OPEN')).toThrow("expected 'SHUT 2' to be 'OPEN 2'")
  })

  it('is CLOSED for an end of an earlier use of its pair', () => {
    const { life, memory } = lifeOf(0, END.state.OPEN, END.state.OPEN)
    const earlier = new Life(memory, 4096, 0, 6)
    expect(END.states[earlier.stateIn(earlier.load())]).toBe('CLOSED')
    expect([life.isOpen(), earlier.isOpen()]).toEqual([true, false])
  })

  it('is the diagram of the README', () => {
    expect(missingDiagram(readme, END)).toBe('')
  })
})
