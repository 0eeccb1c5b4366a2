import type { Cpu } from '@smpnet/machine'
import { simulate } from '@smpnet/machine/sim'
import { type Memory, spin, unspin } from '@smpnet/memory'
import { Mbufs, type MbufHandle } from '@smpnet/mbuf'
import { SETTLE, type Waiting } from '@smpnet/park'
import { Scheduler, type Thread } from '@smpnet/scheduler'
import { Mutex } from '@smpnet/sync'
import * as fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { Arrivals } from '../../src/datagram/arrivals.ts'
import {
  type DatagramSocket,
  DatagramSockets,
  type DatagramSocketsHandle,
  errnoOf,
  type LockSchemeName,
  Received,
  type SocketLock,
  WOULD_BLOCK,
} from '../../src/index.ts'
import { LoopProtocol, type LoopTable } from '../fixtures/loop-protocol.mjs'
import { SCHEMES } from './make-sockets.ts'

/** What a client does: sends so many bytes, by a try first if it can, or does nothing. */
type Step = readonly ['try' | 'send', bytes: number] | readonly ['sleep', ns: number]

interface Program {
  readonly locking: LockSchemeName
  /** What each client does, on a CPU of its own. */
  readonly clients: readonly (readonly Step[])[]
  /** Threads that receive at one socket, on CPU 0; the last of them closes it at the end. */
  readonly servers: number
  readonly tries: boolean
  readonly receiveBytes: number
}

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.constantFrom('try' as const, 'send' as const), fc.integer({ min: 0, max: 300 })),
  fc.tuple(fc.constant('sleep' as const), fc.nat(2000)),
)

const programs: fc.Arbitrary<Program> = fc.record({
  locking: fc.constantFrom(...SCHEMES),
  clients: fc.array(fc.array(step, { maxLength: 30 }), { minLength: 1, maxLength: 6 }),
  servers: fc.integer({ min: 1, max: 3 }),
  tries: fc.boolean(),
  receiveBytes: fc.constantFrom(400, 41_600),
})

interface Shared {
  readonly handle: DatagramSocketsHandle
  readonly mbufs: MbufHandle
  readonly table: LoopTable
}

const BYTES = Uint8Array.from({ length: 300 }, (_, i) => i)
const SERVER = 1
/** When clients begin, all at once and after the servers, and when the servers' socket closes. */
const BEGINS_NS = 30_000
const CLOSES_NS = 400_000

function* client(td: Thread, cpu: Cpu, sockets: DatagramSockets, steps: readonly Step[]): Waiting {
  const socket = yield* sockets.create(td)
  yield* socket.bind(td, 0, SERVER + cpu.id)
  yield* socket.connect(td, 0, SERVER)
  yield* td.sleep(BEGINS_NS)
  for (const [what, count] of steps) {
    if (what === 'sleep') yield* td.sleep(count)
    else if (what === 'send' || socket.trySend(td, BYTES, 0, count) === WOULD_BLOCK) {
      yield* socket.send(td, BYTES, 0, count)
    }
  }
  yield* socket.close(td)
  cpu.report(['client', cpu.now()])
}

function* server(td: Thread, cpu: Cpu, socket: DatagramSocket, { tries }: Program): Waiting {
  const to = new Uint8Array(200)
  const from = new Received()
  for (;;) {
    let taken = tries ? socket.tryReceive(td, to, 0, 200, from) : WOULD_BLOCK
    if (taken === WOULD_BLOCK) taken = yield* socket.receive(td, to, 0, 200, from)
    if (taken < 0) return cpu.report(['ended', errnoOf(taken), cpu.now()])
    cpu.report([taken, from.port, from.bytes, cpu.now()])
  }
}

function* listens(
  td: Thread,
  cpu: Cpu,
  scheduler: Scheduler,
  sockets: DatagramSockets,
  program: Program,
): Waiting {
  const socket = yield* sockets.create(td)
  yield* socket.bind(td, 0, SERVER)
  for (let i = 0; i < program.servers; i++) {
    while (!cpu.memory.settled()) yield SETTLE
    const view = sockets.open(socket.handle)
    scheduler.spawn((other) => server(other, cpu, view, program))
  }
  yield* td.sleep(CLOSES_NS)
  yield* socket.close(td)
  cpu.report(['closed', cpu.now()])
}

/**
 * A lock whose price does not depend on how far its CPU has run ahead: it is never tried first,
 * which where it is held costs one look more.
 */
class ExactLock implements SocketLock {
  constructor(
    readonly memory: Memory,
    readonly at: number,
  ) {}

  tryEnter(): boolean {
    return false
  }
  enter(): Waiting {
    return spin(this.memory, this.at)
  }
  tryExit(): boolean {
    return false
  }
  *exit(): Waiting {
    while (!this.memory.settled()) yield SETTLE
    unspin(this.memory, this.at)
  }
}

/** What a program does and when: all that must not depend on how far CPUs run ahead. */
function run(program: Program, seed: number, settlesAlways: boolean, isExact = false) {
  const cpus = program.clients.length + 1
  const { locking, receiveBytes } = program
  const {
    reports,
    statistics,
    events: _,
    ...rest
  } = simulate<Shared>({
    profile: 'xeon-e5-2650',
    cpus,
    seed,
    settlesAlways,
    memoryBytes: 1 << 20,
    lot: { threads: 1 },
    untilNs: 1e9,
    setup: ({ arena }) => ({
      handle: DatagramSockets.place(arena, { sockets: 8, receiveBytes }),
      mbufs: Mbufs.create(arena, {
        name: 'sim',
        cpus: cpus + 1,
        mbufs: 64 * 8,
        clusters: { of2k: 64 },
      }).handle,
      table: LoopProtocol.place(arena, 8),
    }),
    boot: (cpu, shared) => {
      const scheduler = new Scheduler(cpu)
      const mbufs = Mbufs.open(cpu.memory, shared.mbufs)
      const lock = (at: number): SocketLock =>
        isExact ? new ExactLock(cpu.memory, at) : new Mutex(cpu.memory, at)
      const sockets = new DatagramSockets(cpu.lot, shared.handle, mbufs, { locking, lock })
      sockets.use(new LoopProtocol(sockets, shared.table))
      if (cpu.id === 0) scheduler.spawn((td) => listens(td, cpu, scheduler, sockets, program))
      else scheduler.spawn((td) => client(td, cpu, sockets, program.clients[cpu.id - 1]!))
      return scheduler
    },
  })
  const { turns: _turns, settles: _settles, ...counts } = statistics
  return { reports, counts, rest }
}

function expectSame(program: Program, seed: number): void {
  expect(run(program, seed, false, true)).toEqual(run(program, seed, true, true))
}

describe('datagram sockets in simulated time', () => {
  it('give the same datagrams at the same times, however far CPUs run ahead', () => {
    fc.assert(fc.property(programs, fc.nat(99), expectSame), { numRuns: 100, seed: 3 })
  })

  /** Planted: to try a lock has a price, which a CPU that has run ahead does not pay. */
  it('would not, if what is tried in vain were paid for', () => {
    vi.spyOn(ExactLock.prototype, 'tryEnter').mockImplementation(function (this: ExactLock) {
      return this.memory.settled() && this.memory.compareExchange(this.at, 0, 1) === 0
    })
    const property = fc.property(programs, fc.nat(99), expectSame)
    expect(fc.check(property, { numRuns: 100, seed: 3, endOnFailure: true }).failed).toBe(true)
    vi.restoreAllMocks()
  })

  it.each(SCHEMES)('finish a program, with %s locks', (locking) => {
    const program: Program = {
      locking,
      clients: [
        [
          ['try', 100],
          ['sleep', 500],
          ['send', 250],
        ],
        [['send', 0]],
      ],
      servers: 2,
      tries: true,
      receiveBytes: 41_600,
    }
    const { rest, reports } = run(program, 1, false)
    expect(rest.ending).toBe('quiet')
    const values = reports.map(({ value }) => (value as unknown[]).slice(0, 3))
    const datagrams = values.filter(([first]) => typeof first === 'number')
    expect(datagrams.toSorted((a, b) => Number(a[2]) - Number(b[2]))).toEqual([
      [0, 3, 0],
      [100, 2, 100],
      [200, 2, 250],
    ])
    const ended = values.filter(([first]) => first === 'ended').map(([, errno]) => errno)
    expect(ended).toEqual([9, 9])
  })

  it('would not finish if a receiver were not told', () => {
    vi.spyOn(Arrivals.prototype, 'isAwaited').mockReturnValue(false)
    const program: Program = {
      locking: 'split',
      clients: [],
      servers: 1,
      tries: false,
      receiveBytes: 400,
    }
    const { reports } = run(program, 1, false)
    expect(reports.map(({ value }) => (value as unknown[])[0])).toEqual(['closed'])
    vi.restoreAllMocks()
  })
})
