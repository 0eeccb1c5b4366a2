import type { Cpu } from '@smpnet/machine'
import { simulate } from '@smpnet/machine/sim'
import { Scheduler, type Thread } from '@smpnet/scheduler'
import type { Waiting } from '@smpnet/park'
import * as fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Half, NOTHING } from '../src/half.ts'
import {
  type EndHandle,
  Poller,
  READABLE,
  SocketZone,
  type SocketZoneHandle,
  type StreamSocket,
  WOULD_BLOCK,
} from '../src/index.ts'

/** What a client does: sends so many bytes, at once if it can or by waiting, or does nothing. */
type Step = readonly ['try' | 'send', bytes: number] | readonly ['sleep', ns: number]

interface Program {
  /** What each client does, on a CPU of its own; then it closes its end. */
  readonly clients: readonly (readonly Step[])[]
  /** Whether the server, on CPU 0, has a thread for each client, or one that polls all. */
  readonly polls: boolean
  /** Whether it tries before it waits. */
  readonly tries: boolean
  readonly receives: number
  readonly buffer: number
}

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.constantFrom('try' as const, 'send' as const), fc.integer({ min: 1, max: 150 })),
  fc.tuple(fc.constant('sleep' as const), fc.nat(3000)),
)

const programs: fc.Arbitrary<Program> = fc.record({
  clients: fc.array(fc.array(step, { maxLength: 12 }), { minLength: 1, maxLength: 4 }),
  polls: fc.boolean(),
  tries: fc.boolean(),
  receives: fc.integer({ min: 1, max: 100 }),
  buffer: fc.constantFrom(64, 256),
})

interface Shared {
  readonly zone: SocketZoneHandle
  readonly poller: number
  readonly ends: readonly (readonly [EndHandle, EndHandle])[]
}

const BYTES = Uint8Array.from({ length: 256 }, (_, i) => i)

function* client(td: Thread, cpu: Cpu, socket: StreamSocket, steps: readonly Step[]): Waiting {
  for (const [what, count] of steps) {
    if (what === 'sleep') yield* td.sleep(count)
    else if (what === 'send' || socket.trySend(td, BYTES, 0, count) !== count) {
      yield* socket.send(td, BYTES, 0, count)
    }
  }
  yield* socket.close(td)
  cpu.report(['client', cpu.now()])
}

function* server(td: Thread, cpu: Cpu, socket: StreamSocket, program: Program): Waiting {
  const to = new Uint8Array(program.receives)
  for (let taken = WOULD_BLOCK; taken !== 0; ) {
    taken = program.tries ? socket.tryReceive(td, to) : WOULD_BLOCK
    if (taken === WOULD_BLOCK) taken = yield* socket.receive(td, to)
    cpu.report([taken, cpu.now()])
  }
  yield* socket.close(td)
}

function* pollingServer(
  td: Thread,
  cpu: Cpu,
  poller: Poller,
  sockets: readonly StreamSocket[],
  { receives }: Program,
): Waiting {
  const to = new Uint8Array(receives)
  for (const socket of sockets) yield* poller.add(td, socket, READABLE)
  for (let open = sockets.length; open > 0; ) {
    for (const socket of yield* poller.wait(td)) {
      const taken = yield* socket.receive(td, to, 0, receives, false)
      cpu.report([sockets.indexOf(socket), taken, cpu.now()])
      if (taken !== 0) continue
      yield* poller.remove(socket)
      yield* socket.close(td)
      open--
    }
  }
}

/** Drives what waits for nothing, since nothing else runs yet. */
function finished<T>(waiting: Waiting<T>): T {
  const step = waiting.next(0)
  if (step.done) return step.value
  throw new Error(`nothing is to be waited for: it yielded ${step.value}`)
}

/** What a program does and when: all that must not depend on how far CPUs run ahead. */
function run(program: Program, seed: number, settlesAlways: boolean) {
  const cpus = program.clients.length + 1
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
    memoryBytes: 1 << 17,
    lot: { threads: 1 },
    untilNs: 1e9,
    setup: ({ arena, memory }) => {
      const shape = { pairs: 4, bufferBytes: program.buffer }
      const zone = new SocketZone({ memory }, SocketZone.place(arena, shape))
      const pairs = program.clients.map(() => finished(zone.pair()))
      const ends = pairs.map(([a, b]) => [a.handle, b.handle] as const)
      return { zone: zone.handle, ends, poller: Poller.create(arena).at }
    },
    boot: (cpu, { zone, ends, poller }) => {
      const scheduler = new Scheduler(cpu)
      const own = new SocketZone(cpu.lot, zone)
      if (cpu.id > 0) {
        const end = own.end(ends[cpu.id - 1]![0])
        scheduler.spawn((td) => client(td, cpu, end, program.clients[cpu.id - 1]!))
      } else {
        const mine = ends.map(([, end]) => own.end(end))
        const polled = Poller.open(cpu.memory, poller)
        if (program.polls) scheduler.spawn((td) => pollingServer(td, cpu, polled, mine, program))
        else for (const end of mine) scheduler.spawn((td) => server(td, cpu, end, program))
      }
      return scheduler
    },
  })
  const { turns: _turns, settles: _settles, ...counts } = statistics
  return { reports, counts, rest }
}

function expectSame(program: Program, seed: number): void {
  expect(run(program, seed, false)).toEqual(run(program, seed, true))
}

interface Paying {
  takePaid(): number
}

function isViolated(): boolean {
  return fc.check(fc.property(programs, fc.nat(99), expectSame), { numRuns: 60, seed: 1 }).failed
}

describe('sockets in simulated time', () => {
  afterEach(() => vi.restoreAllMocks())

  it('give the same bytes at the same times, however far CPUs run ahead', () => {
    fc.assert(fc.property(programs, fc.nat(99), expectSame), { numRuns: 150, seed: 2 })
  })

  it('finish every program', () => {
    const program: Program = {
      clients: [
        [
          ['try', 100],
          ['sleep', 500],
          ['send', 150],
        ],
        [['send', 1]],
      ],
      polls: true,
      tries: false,
      receives: 70,
      buffer: 64,
    }
    const { rest, reports } = run(program, 1, false)
    expect(rest.ending).toBe('quiet')
    const values = reports.map(({ value }) => value as number[])
    const bytes = values.filter(([who]) => who === 0).reduce((sum, [, taken]) => sum + taken!, 0)
    expect(bytes).toBe(250)
  })

  /** Planted: what a try that gave up has paid for is forgotten, so that trying has a price. */
  it('would not, if a wait paid once more for what a try has paid for', () => {
    vi.spyOn(Half.prototype as unknown as Paying, 'takePaid').mockReturnValue(NOTHING)
    expect(isViolated()).toBe(true)
  })
})
