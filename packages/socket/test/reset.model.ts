import '@smpnet/interleave/vitest'
import { explore } from '@smpnet/interleave'
import { type Address, LiveMemory } from '@smpnet/memory'
import { finish, type Waiter } from '@smpnet/park'
import { drive } from '@smpnet/park/model'
import { describe, expect, it } from 'vitest'
import {
  BROKEN,
  BrokenPipe,
  ConnectionReset,
  SocketZone,
  type StreamSocket,
} from '../src/index.ts'
import { races } from './glances.ts'
import { smallLot } from './small-lot.ts'

/** Changes a word in two steps, between which another may change it. */
class TornMemory extends LiveMemory {
  override compareExchange(at: Address, expected: number, value: number): number {
    const before = super.load(at)
    if (before === expected) super.store(at, value)
    return before
  }
}

type MemoryClass = new (buffer: SharedArrayBuffer) => LiveMemory

/** A pair in the memory given, and its end `b` once more, as another thread has opened it. */
function makePair(Memory: MemoryClass) {
  const { lot, arena, memory } = smallLot()
  const shape = SocketZone.place(arena, { pairs: 1, bufferBytes: 64, names: 1 })
  const zone = new SocketZone({ memory: new Memory(memory.buffer) }, shape)
  const tds = [lot.waiter(), lot.waiter(), lot.waiter()] as const
  const [a, b] = zone.pairSync(tds[0])
  return { zone, tds, a, b, again: zone.end(b.handle) }
}

/** How a call ended: 'reset' for the one that reports it. */
function outcomeOf(call: () => unknown): string {
  try {
    return `${call() as number}`
  } catch (error) {
    if (error instanceof ConnectionReset) return 'reset'
    if (error instanceof BrokenPipe) return 'broken'
    throw error
  }
}

/** One end is aborted while two threads use the other: one receives, and one sends. */
function abortAndUse(name: string, Memory: MemoryClass) {
  return explore({ name, races }, ({ thread, after }) => {
    const { tds, a, b, again } = makePair(Memory)
    const [one, two, three] = tds
    const bytes = new Uint8Array(1)
    finish(one, a.abort(one))
    const got: string[] = []
    thread('receives', () => got.push(outcomeOf(() => drive(two, b.receive(two, bytes)))))
    thread('sends', () => {
      const send = again.send(three, bytes, 0, 1, false)
      got.push(outcomeOf(() => drive(three, send)))
    })
    after(() => {
      expect(got.filter((outcome) => outcome === 'reset')).toHaveLength(1)
      expect([b.tryReceive(two, bytes), b.trySend(two, bytes)]).toEqual([0, BROKEN])
    })
  })
}

describe('A reset', () => {
  it('is reported by one call, of two threads that use the end', () => {
    const result = abortAndUse('abort and use', LiveMemory)
    expect(result).toHold()
    console.log(result.summary)
  })

  it('is caught when both take the error', () => {
    expect(abortAndUse('torn reset', TornMemory).verdict).toBe('fails')
  })

  it('wakes a peer that waits, whenever it comes', () => {
    const result = meets('abort and receive', (td, a) => a.abort(td), ['reset'])
    expect(result).toHold()
    console.log(result.summary)
  })

  it('and a close of the other end at once free the pair once', () => {
    const result = explore({ name: 'abort and close', races }, ({ thread, after }) => {
      const { zone, tds, a, b } = makePair(LiveMemory)
      thread('aborts', () => drive(tds[0], a.abort(tds[0])))
      thread('closes', () => drive(tds[1], b.close(tds[1])))
      after(() => expect(zone.open()).toBe(0))
    })
    expect(result).toHold()
    console.log(result.summary)
  })
})

/** Something comes of one end while a call on the other waits to receive. */
function meets(
  name: string,
  act: (td: Waiter, a: StreamSocket) => Generator<number, unknown, number>,
  expected: string[],
  Memory: MemoryClass = LiveMemory,
) {
  return explore({ name, races }, ({ thread, after }) => {
    const { tds, a, b } = makePair(Memory)
    let got = ''
    thread('acts', () => drive(tds[0], act(tds[0], a)))
    thread('receives', () => {
      got = outcomeOf(() => drive(tds[1], b.receive(tds[1], new Uint8Array(1))))
    })
    after(() => expect(expected).toContain(got))
  })
}

/** Keeps no wish: whatever waits is not told. */
class DeafMemory extends LiveMemory {
  override and(at: Address, bits: number): number {
    super.and(at, bits)
    return 0
  }
}

describe('A shutdown', () => {
  it('for sending ends a receive of the peer that waits', () => {
    const result = meets('shutdown and receive', (td, a) => a.shutdown(td), ['0'])
    expect(result).toHold()
    console.log(result.summary)
  })

  it('is caught when it tells nobody', () => {
    const result = meets('a silent shutdown', (td, a) => a.shutdown(td), ['0'], DeafMemory)
    expect(result.verdict).toBe('fails')
  })

  it('for receiving ends a receive that waits on the same end, and the sends of the peer', () => {
    const result = explore({ name: 'shutdownReceive and receive', races }, ({ thread, after }) => {
      const { tds, a, b, again } = makePair(LiveMemory)
      let got = ''
      thread('shuts', () => drive(tds[0], again.shutdownReceive(tds[0])))
      thread('receives', () => {
        got = outcomeOf(() => drive(tds[1], b.receive(tds[1], new Uint8Array(1))))
      })
      after(() => {
        expect(got).toBe('0')
        expect(a.trySend(tds[2], new Uint8Array(1))).toBe(BROKEN)
      })
    })
    expect(result).toHold()
    console.log(result.summary)
  })
})
