import { explore } from '@smpnet/interleave'
import { LiveMemory } from '@smpnet/memory'
import { finish, type Waiting } from '@smpnet/park'
import { drive } from '@smpnet/park/model'
import { budget, expectToHold, whole } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { BrokenPipe, SocketZone, type StreamSocket } from '../src/index.ts'
import { receiveRights, sendRights } from '../src/passing.ts'
import { races } from './glances.ts'
import { buries, makeThreads, type Thread } from './mortal-world.ts'

/** A zone in which nobody closes what is in flight. */
class CarelessZone extends SocketZone {
  override *closeRights(): Waiting {
    yield* []
  }
}

/** Packets from thread 0 to thread 1, and a pair whose end `passed` thread 0 has, to be sent. */
function makeWorld(Zone: typeof SocketZone) {
  const shape = { pairs: 2, bufferBytes: 64, buffers: 3, names: 1 }
  const made = makeThreads(shape, 4, LiveMemory, Zone)
  const threads = made.threads as [Thread, Thread, Thread, Thread]
  const [sender, receiver, , living] = threads
  const opened = <E extends StreamSocket>(
    { zone }: Thread,
    end: E,
    isOwn: boolean,
  ): StreamSocket => {
    const own = zone.end(end.handle)
    if (isOwn) zone.own(own)
    return own
  }
  const carrier = finish(living.td, living.zone.pair('seqpacket'))
  const [peer, other] = finish(living.td, living.zone.pair())
  const passed = opened(sender, other, true)
  const here = opened(sender, carrier[0], true)
  const there = opened(receiver, carrier[1], true)
  return { threads, here, there, peer, passed }
}

type World = ReturnType<typeof makeWorld>

/** Sends the end: whether it was sent. */
function sends({ threads: [{ td }], here, passed }: World): boolean {
  try {
    return drive(td, sendRights(td, here, Uint8Array.of(7), [passed])) === 1
  } catch (error) {
    if (error instanceof BrokenPipe) return false
    throw error
  }
}

/** Receives it: the end, if it came. */
function receives({ threads: [, { td, zone }], there }: World): StreamSocket | undefined {
  const open = (handle: StreamSocket['handle']): StreamSocket => zone.end(handle)
  return drive(td, receiveRights(td, there, new Uint8Array(1), open)).ends[0]
}

/** An end that a living thread has is open, and one that nobody has is closed: nothing is left. */
function expectNothingLeft({ threads, here, there, peer }: World, had?: StreamSocket): void {
  const { td, zone } = threads[3]
  const byte = new Uint8Array(1)
  if (had !== undefined) finish(td, peer.send(td, byte))
  const got = had === undefined ? 1 : zone.end(had.handle).tryReceive(td, byte)
  expect(got).toBe(1)
  for (const end of [here, there, peer, ...(had === undefined ? [] : [had])]) {
    if (end.isOpen) finish(td, end.close(td))
  }
  expect([zone.open(), zone.buffers.inUse()]).toEqual([0, 0])
}

/** One sends an end and the other receives it, or closes; either may die after any step. */
function passing(name: string, deaths: number, closes: boolean, Zone = SocketZone) {
  const limits = Zone === SocketZone ? budget : whole
  return explore({ name, races, ...limits, deaths }, (world) => {
    const made = makeWorld(Zone)
    const { threads, there, passed } = made
    const dead = new Set<number>()
    let sent: boolean | undefined
    let got: StreamSocket | undefined
    world.thread('sends', () => (sent = sends(made)))
    world.thread('receives', () => {
      const { td } = threads[1]
      if (closes) drive(td, there.close(td))
      else got = isTold(() => receives(made))
    })
    world.onDeath(({ number }) => {
      dead.add(number)
      buries(threads[2], number)
    })
    world.after(() => {
      const isKept = sent === false && !dead.has(0)
      expectNothingLeft(
        made,
        dead.has(1) ? (isKept ? passed : undefined) : (got ?? (isKept ? passed : undefined)),
      )
    })
  })
}

/** What a receive came to, or nothing where the sender has gone. */
function isTold<T>(call: () => T): T | undefined {
  try {
    return call()
  } catch (error) {
    if ((error as Error).name === 'ConnectionReset') return undefined
    throw error
  }
}

describe('An end that goes with a packet', () => {
  it('is its receiver’s', () => {
    expectToHold(passing('an end is passed', 0, false))
  })

  it('is one living thread’s or closed, where one dies after any step', () => {
    expectToHold(passing('an end is passed, and a death', 1, false))
  })

  it('is the sender’s or closed, where the receiver closes, and where one dies, too', () => {
    expectToHold(passing('an end is sent to one that closes', 0, true))
    expectToHold(passing('an end is sent to one that closes, and a death', 1, true))
  })

  it('is caught where nobody closes what is in flight', () => {
    expect(passing('careless', 0, true, CarelessZone).verdict).toBe('fails')
    expect(passing('careless, and a death', 1, false, CarelessZone).verdict).toBe('fails')
  })
})
