import { readFileSync } from 'node:fs'
import { casesOf, missingDiagram } from '@smpnet/fsm'
import { finish, type Waiter } from '@smpnet/park'
import { describe, expect, it } from 'vitest'
import { END, SocketMisuse } from '../src/index.ts'
import { createdIn, Life } from '../src/life.ts'
import { PAIR } from '../src/pair-layout.ts'
import { makeEnds } from './ends.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

type EndCase = ReturnType<typeof casesOf<(typeof END)['definition']['rows'][number]>>[number]

type State = keyof typeof END.state

const GONE: State[] = [
  'RECEIVE_SHUT',
  'BOTH_SHUT',
  'RESET',
  'DISCONNECTED',
  'DISCONNECTING',
  'ABORTED',
]

/** Which states of a peer make these guards hold, and no others. */
function peersOf({ held }: EndCase): State[] {
  if (held.peerIsClosed) return held.peerIsGone ? ['FREED'] : ['CREATED']
  return held.peerIsGone ? GONE : ['CONNECTED', 'SEND_SHUT']
}

/** Whether there is such a pair: what joins both ends finds an end that is not born. */
function canBe({ expected }: EndCase, peer: State): boolean {
  const joins = expected?.actions.includes('joinPeer') ?? false
  return joins === (peer === 'CREATED') || !joins
}

/** What becomes of the peer. */
function peerAfter({ expected }: EndCase, peer: State): State {
  if (expected?.actions.includes('joinPeer')) return 'CONNECTED'
  if (!expected?.actions.includes('resetPeer')) return peer
  return END.transition(peer, 'reset')!.next
}

/** A pair whose ends are in these states, as its end 0 or 1 sees it. */
function lifeOf(side: 0 | 1, own: number, peer: number, isBound = false) {
  const { lot, atA } = ends
  const life = new Life(lot.memory, 4096, side, 7)
  const states = side === 0 ? own | (peer << 4) : peer | (own << 4)
  lot.memory.store(life.at, createdIn(7) | states)
  lot.memory.store(4096 + PAIR.offset.name, isBound ? 1 : 0)
  return { life, atA, memory: lot.memory }
}

const ends = makeEnds({ pairs: 1, bufferBytes: 64 }, 1 << 17)

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

function expectCase(one: EndCase, side: 0 | 1, peer: State): void {
  const { life, atA } = lifeOf(side, END.state[one.state], END.state[peer], one.held.isBound)
  const next = END.state[one.expected?.next ?? one.state]
  expect(outcomeOf(life, atA, one.event)).toBe(expectedOf(one))
  const other = new Life(life.memory, 4096, side === 0 ? 1 : 0, 7)
  const after = [next, END.state[peerAfter(one, peer)]]
  expect([life, other].map((end) => end.stateIn(life.load()))).toEqual(after)
}

/** A reset of a state that no peer of a joined end has is no case. */
const cases = casesOf(END).map((one) => {
  const peers = peersOf(one).filter((peer) => canBe(one, peer))
  const resets = one.expected?.actions.includes('resetPeer') ?? false
  return { one, peers: resets ? peers.filter((peer) => peer !== 'CREATED') : peers }
})

describe('The life of a socket', () => {
  it.each(END.states)('goes by its table in state %s, whatever happens', (state) => {
    const here = cases.filter(({ one }) => one.state === state)
    expect(here.length).toBe(END.events.length * 2 ** END.guards.length)
    for (const { one, peers } of here) {
      for (const peer of peers) for (const side of [0, 1] as const) expectCase(one, side, peer)
    }
  })

  it('is seen to go wrong if the table says something else', () => {
    const { one } = cases.find(({ one }) => one.expected?.next === 'SEND_SHUT')!
    const planted = { ...one, expected: { ...one.expected!, next: 'CONNECTED' as const } }
    const bits = END.action.tellReceiver
    expect(() => expectCase(planted, 0, 'CONNECTED')).toThrow(
      `expected 'SEND_SHUT ${bits}' to be 'CONNECTED ${bits}'`,
    )
  })

  it('resets the peer with an abort, by one change', () => {
    const { life, atA, memory } = lifeOf(1, END.state.SEND_SHUT, END.state.CONNECTED)
    finish(atA, life.step('abort'))
    const peer = new Life(memory, 4096, 0, 7)
    expect(END.states[peer.stateIn(peer.load())]).toBe('RESET')
    expect([finish(atA, peer.reports()), finish(atA, peer.reports())]).toEqual([true, false])
  })

  it('is FREED for an end of an earlier use of its pair', () => {
    const { life, memory } = lifeOf(0, END.state.CONNECTED, END.state.CONNECTED)
    const earlier = new Life(memory, 4096, 0, 6)
    expect(END.states[earlier.stateIn(earlier.load())]).toBe('FREED')
    expect([life.isOpen(), earlier.isOpen()]).toEqual([true, false])
  })

  it('is the diagram of the README', () => {
    expect(missingDiagram(readme, END)).toBe('')
  })
})
