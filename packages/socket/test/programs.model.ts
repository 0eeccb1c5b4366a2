import { explore } from '@smpnet/interleave'
import type { Address } from '@smpnet/memory'
import { finish } from '@smpnet/park'
import { drive } from '@smpnet/park/model'
import { budget, expectToHold, timely, whole } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import {
  acceptLocal,
  bindLocal,
  connectLocal,
  createLocal,
  listenLocal,
  type StreamSocket,
} from '../src/index.ts'
import { PAIR } from '../src/pair-layout.ts'
import { races } from './glances.ts'
import { buries, makeThreads, type Thread } from './mortal-world.ts'
import { PlantedMemory } from './planted-memory.ts'

/** A memory that may go wrong in one way. */
class DeafMemory extends PlantedMemory {
  /** No wish is seen by those that are to tell. */
  isDeaf = false

  override and(at: Address, bits: number): number {
    const before = super.and(at, bits)
    return this.isDeaf ? 0 : before
  }
}

type Own = Thread<DeafMemory>

/** A socket that listens, two ends of a pair, and three threads that act; then two that do not. */
interface World {
  readonly threads: Own[]
  readonly undertaker: Own
  readonly living: Own
  readonly listener: StreamSocket
  readonly ends: readonly [StreamSocket, StreamSocket]
  /** Ends that threads were given, to be closed at last. */
  readonly got: StreamSocket[]
}

type Act = (world: World, own: Own) => string
type Plant = (memory: DeafMemory, world: World) => void

interface Program {
  /** What each thread does, all at once. */
  readonly acts: readonly Act[]
  /** What that may come to, one list for each outcome of all, where nobody dies. */
  readonly come: readonly (readonly string[])[]
  /** Whether the pair is there, and whether its first direction is full. */
  readonly pair?: 'empty' | 'full'
  /** What an undertaker does after it has buried a thread, so that others need not wait. */
  readonly after?: (world: World, own: Own) => void
  readonly plant: Plant
  /** Of a program that has too many schedules for `npm test`. */
  readonly isLarge?: boolean
  /** Of one end that two threads close: it is one's own at a time, with whom it is buried. */
  readonly isShared?: boolean
}

const NAME = 'x'
const RING = 64
const deaf: Plant = (memory) => (memory.isDeaf = true)
const tornLife: Plant = (memory, { ends }) => (memory.torn = ends[0].life.at)
const openLock: Plant = (memory, { listener }) => {
  memory.open = listener.handle.at + PAIR.offset.lock
}

function makeWorld({ acts, pair }: Program): World {
  const shape = { pairs: 3, bufferBytes: RING, buffers: 3, names: 1 }
  const { threads } = makeThreads(shape, acts.length + 2, DeafMemory)
  const [undertaker, living] = threads.slice(acts.length) as [Own, Own]
  const { td, zone } = living
  const listener = finish(td, createLocal(zone))
  if (pair === undefined) {
    finish(td, bindLocal(zone, listener, NAME))
    finish(td, listenLocal(zone, listener, 1, 1))
  }
  const ends = zone.pairSync(td)
  if (pair === 'full') ends[0].trySend(td, new Uint8Array(RING))
  return { threads, undertaker, living, listener, ends, got: [] }
}

/** The same end as this thread has opened it, whose own it is. */
function own({ zone }: Own, end: StreamSocket): StreamSocket {
  const mine = zone.end(end.handle)
  zone.own(mine)
  return mine
}

/** What a call came to: its result, or the name of its error. */
function outcome(call: () => unknown): string {
  try {
    return `${call() as number}`
  } catch (error) {
    const { name } = error as Error
    if (!TOLD.includes(name)) throw error
    return name
  }
}

const TOLD = ['BrokenPipe', 'ConnectionReset', 'ConnectionRefused', 'SocketMisuse']

const connects =
  (then?: 'close' | 'abort'): Act =>
  (world, { td, zone }) => {
    const socket = drive(td, createLocal(zone))
    world.got.push(socket)
    return outcome(() => {
      drive(td, connectLocal(td, zone, socket, NAME))
      if (then !== undefined) drive(td, socket[then](td))
      return then ?? 'connected'
    })
  }

const accepts =
  (receives = false): Act =>
  (world, { td, zone }) => {
    return outcome(() => {
      const listener = zone.end(world.listener.handle)
      const socket = drive(td, acceptLocal(td, zone, listener))!
      world.got.push(socket)
      return receives ? drive(td, socket.receive(td, new Uint8Array(1))) : 'accepted'
    })
  }

const closesListener: Act = (world, mine) => {
  const listener = own(mine, world.listener)
  return outcome(() => drive(mine.td, listener.close(mine.td)) ?? 'closed')
}

const calls =
  (side: 0 | 1, call: 'close' | 'abort' | 'shutdown' | 'shutdownReceive'): Act =>
  ({ ends }, mine) => {
    const end = own(mine, ends[side])
    return outcome(() => drive(mine.td, end[call](mine.td)) ?? call)
  }

const sends =
  (side: 0 | 1, bytes: number): Act =>
  ({ ends }, mine) => {
    const end = own(mine, ends[side])
    return outcome(() => drive(mine.td, end.send(mine.td, new Uint8Array(bytes))))
  }

/** Receives so many bytes, or until they end. */
const receives =
  (side: 0 | 1, bytes = 1): Act =>
  ({ ends }, mine) => {
    const end = own(mine, ends[side])
    return outcome(() => {
      let left = bytes
      for (let taken = 1; left > 0 && taken > 0; left -= taken) {
        taken = drive(mine.td, end.receive(mine.td, new Uint8Array(left)))
      }
      return bytes - left
    })
  }

const both =
  (one: Act, other: Act): Act =>
  (world, mine) => {
    const first = one(world, mine)
    return first === 'ConnectionReset' || first === 'BrokenPipe' ? first : other(world, mine)
  }

const closeListener = ({ listener, living }: World): void => {
  const { td } = living
  if (listener.life.isOpen()) drive(td, listener.close(td))
}

const PROGRAMS: Readonly<Record<string, Program>> = {
  'a connect and a close against an accept': {
    acts: [connects('close'), accepts(true)],
    come: [['close', '0']],
    after: closeListener,
    plant: deaf,
    isLarge: true,
  },
  'a connect and an abort against an accept': {
    acts: [connects('abort'), accepts(true)],
    come: [['abort', 'ConnectionReset']],
    after: closeListener,
    plant: deaf,
    isLarge: true,
  },
  'a connect and an accept against the close of the listener': {
    acts: [connects(), accepts(), closesListener],
    come: [
      ['connected', 'accepted', 'closed'],
      ['connected', 'SocketMisuse', 'closed'],
      ['ConnectionRefused', 'SocketMisuse', 'closed'],
    ],
    plant: openLock,
    isLarge: true,
  },
  'an accept against the close of the listener': {
    acts: [accepts(), closesListener],
    come: [['SocketMisuse', 'closed']],
    after: closeListener,
    plant: deaf,
  },
  'a close against an abort of the other end': {
    acts: [calls(0, 'close'), calls(1, 'abort')],
    come: [['close', 'abort']],
    pair: 'empty',
    plant: tornLife,
  },
  'a close against a close of the other end': {
    acts: [calls(0, 'close'), calls(1, 'close')],
    come: [['close', 'close']],
    pair: 'empty',
    plant: tornLife,
  },
  'a close against an abort of the same end': {
    acts: [calls(0, 'close'), calls(0, 'abort')],
    come: [
      ['close', 'SocketMisuse'],
      ['SocketMisuse', 'abort'],
    ],
    pair: 'empty',
    plant: tornLife,
    isShared: true,
  },
  'an end of receiving against a send that waits': {
    acts: [calls(1, 'shutdownReceive'), sends(0, 1)],
    come: [['shutdownReceive', 'BrokenPipe']],
    pair: 'full',
    plant: deaf,
  },
  'a close against a send that waits': {
    acts: [calls(1, 'close'), sends(0, 1)],
    come: [['close', 'BrokenPipe']],
    pair: 'full',
    plant: deaf,
  },
  'an abort against a send that waits': {
    acts: [calls(1, 'abort'), sends(0, 1)],
    come: [['abort', 'ConnectionReset']],
    pair: 'full',
    plant: deaf,
  },
  'an end of sending against a receive': {
    acts: [calls(0, 'shutdown'), receives(1)],
    come: [['shutdown', '0']],
    pair: 'empty',
    plant: deaf,
  },
  'a send that waits against a receive': {
    acts: [sends(0, 2), receives(1, RING + 2)],
    come: [['2', `${RING + 2}`]],
    pair: 'full',
    plant: deaf,
    isLarge: true,
  },
  'a send and a receive against a receive and a send': {
    acts: [both(sends(0, 1), receives(0)), both(receives(1), sends(1, 1))],
    come: [['1', '1']],
    pair: 'empty',
    plant: deaf,
    isLarge: true,
  },
}

/** Runs a program: a thread may die after any step, and at last nothing is left. */
function runs(name: string, program: Program, deaths: number, planted = false) {
  const large = program.isLarge ? timely : whole
  const limits = planted ? whole : deaths > 0 ? budget : large
  return explore({ name, races, ...limits, deaths }, (model) => {
    const world = makeWorld(program)
    if (planted) for (const { memory } of world.threads) program.plant(memory, world)
    const came: (string | undefined)[] = program.acts.map(() => undefined)
    for (const [i, act] of program.acts.entries()) {
      model.thread(`${i}`, () => {
        came[i] = act(world, world.threads[i]!)
      })
    }
    let hasDied = false
    model.onDeath(({ number }) => {
      hasDied = true
      buries(world.undertaker, number)
      program.after?.(world, world.undertaker)
    })
    model.after(() => {
      const may = program.come.map((all) => `${all}`)
      expect(may).toContain(hasDied ? may[0] : `${came}`)
      expectNothingLeft(world)
    })
  })
}

/** All that is open can be closed, and nothing is in use then. */
function expectNothingLeft({ living, listener, ends, got }: World): void {
  const { td, zone } = living
  for (const end of [...got, ...ends, listener]) {
    const open = zone.useOf(end.handle.at) === end.handle.generation && end.isOpen
    if (open) finish(td, zone.end(end.handle).close(td))
  }
  expect([zone.open(), zone.names.inUse(), zone.buffers.inUse()]).toEqual([0, 0, 0])
}

describe.each(Object.entries(PROGRAMS))('%s', (name, program) => {
  it('comes to what it may, under every schedule', () => {
    expectToHold(runs(name, program, 0))
  })

  it('leaves nothing where a thread dies after any step', (context) => {
    if (program.isShared) context.skip('an end is buried with one thread, and here two close it')
    expectToHold(runs(`${name}, with a death`, program, 1))
  })

  it('is caught with its planted bug', () => {
    expect(runs(`${name}, planted`, program, 0, true).verdict).toBe('fails')
  })
})
