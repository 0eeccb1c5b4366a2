import type { Cpu } from '@smpnet/machine'
import { simulate } from '@smpnet/machine/sim'
import type { Waiting } from '@smpnet/park'
import { Scheduler, type Thread } from '@smpnet/scheduler'
import * as fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  acceptLocal,
  bindLocal,
  connectLocal,
  createLocal,
  type EndHandle,
  listenLocal,
  Poller,
  READABLE,
  SocketZone,
  type SocketZoneHandle,
  type StreamSocket,
} from '../src/index.ts'
import { Want } from '../src/want.ts'

const NAME = 'crr'

interface Program {
  /** How often each client connects, on a CPU of its own, and how long it sleeps in between. */
  readonly clients: readonly (readonly number[])[]
  /** Threads of CPU 0 that accept, or none, and one polls the listener. */
  readonly acceptors: number
  readonly backlog: number
}

const programs: fc.Arbitrary<Program> = fc.record({
  clients: fc.array(fc.array(fc.nat(3000), { maxLength: 6 }), { minLength: 1, maxLength: 4 }),
  acceptors: fc.integer({ min: 0, max: 3 }),
  backlog: fc.integer({ min: 1, max: 3 }),
})

interface Shared {
  readonly zone: SocketZoneHandle
  readonly poller: number
  readonly listener: EndHandle
}

function* client(td: Thread, cpu: Cpu, zone: SocketZone, sleeps: readonly number[]): Waiting {
  const byte = new Uint8Array(1)
  for (const ns of sleeps) {
    yield* td.sleep(ns)
    const socket = yield* createLocal(zone)
    yield* connectLocal(td, zone, socket, NAME)
    byte[0] = cpu.id
    yield* socket.send(td, byte)
    const taken = yield* socket.receive(td, byte)
    yield* socket.close(td)
    cpu.report(['answered', taken === 1 && byte[0] === cpu.id + 100, cpu.now()])
  }
}

function* serve(td: Thread, cpu: Cpu, socket: StreamSocket): Waiting {
  const byte = new Uint8Array(1)
  yield* socket.receive(td, byte)
  byte[0] = byte[0]! + 100
  yield* socket.send(td, byte)
  yield* socket.close(td)
  cpu.report(['served', byte[0], cpu.now()])
}

function* acceptor(td: Thread, cpu: Cpu, zone: SocketZone, listener: StreamSocket): Waiting {
  for (;;) yield* serve(td, cpu, (yield* acceptLocal(td, zone, listener))!)
}

function* pollingAcceptor(
  td: Thread,
  cpu: Cpu,
  zone: SocketZone,
  listener: StreamSocket,
  poller: Poller,
): Waiting {
  yield* poller.add(td, listener, READABLE)
  for (;;) {
    yield* poller.wait(td)
    const socket = yield* acceptLocal(td, zone, listener, false)
    if (socket !== undefined) yield* serve(td, cpu, socket)
  }
}

/** Drives what waits for nothing, since nothing else runs yet. */
function finished<T>(waiting: Waiting<T>): T {
  const step = waiting.next(0)
  if (step.done) return step.value
  throw new Error(`nothing is to be waited for: it yielded ${step.value}`)
}

function listening(zone: SocketZone, backlog: number): EndHandle {
  const listener = finished(createLocal(zone))
  finished(bindLocal(zone, listener, NAME))
  finished(listenLocal(zone, listener, backlog, 8))
  return listener.handle
}

/** What a program does and when: all that must not depend on how far CPUs run ahead. */
function run(program: Program, seed: number, settlesAlways: boolean) {
  const { reports, statistics, ending } = simulate<Shared>({
    profile: 'xeon-e5-2650',
    cpus: program.clients.length + 1,
    seed,
    settlesAlways,
    memoryBytes: 1 << 17,
    lot: { threads: 1 },
    untilNs: 1e9,
    setup: ({ arena, memory }) => {
      const shape = { pairs: 8, bufferBytes: 64, buffers: 16, names: 2 }
      const zone = new SocketZone({ memory }, SocketZone.place(arena, shape))
      const listener = listening(zone, program.backlog)
      return { zone: zone.handle, listener, poller: Poller.create(arena).at }
    },
    boot: (cpu, { zone, listener, poller }) => {
      const scheduler = new Scheduler(cpu)
      const own = new SocketZone(cpu.lot, zone)
      if (cpu.id > 0) {
        scheduler.spawn((td) => client(td, cpu, own, program.clients[cpu.id - 1]!))
        return scheduler
      }
      const socket = own.end(listener)
      const polled = Poller.open(cpu.memory, poller)
      if (program.acceptors === 0) {
        scheduler.spawn((td) => pollingAcceptor(td, cpu, own, socket, polled))
      }
      for (let i = 0; i < program.acceptors; i++) {
        scheduler.spawn((td) => acceptor(td, cpu, own, socket))
      }
      return scheduler
    },
  })
  const { turns: _turns, settles: _settles, ...counts } = statistics
  return { reports, counts, ending }
}

function expectSame(program: Program, seed: number): void {
  const exact = run(program, seed, true)
  expect(run(program, seed, false)).toEqual(exact)
  const answers = exact.reports.map(({ value }) => value as [string, unknown])
  const calls = program.clients.flat().length
  expect(answers.filter(([what, isRight]) => what === 'answered' && isRight)).toHaveLength(calls)
  expect(answers.filter(([what]) => what === 'served')).toHaveLength(calls)
}

describe('Connections in simulated time', () => {
  afterEach(() => vi.restoreAllMocks())

  it('are made and served at the same times, however far CPUs run ahead', () => {
    fc.assert(fc.property(programs, fc.nat(99), expectSame), { numRuns: 60, seed: 3 })
  })

  /** Planted: a connect tells nobody, so that those that accept are found asleep. */
  it('would not be, if a connect told nobody', () => {
    vi.spyOn(Want.prototype, 'tellAll').mockImplementation(function* () {})
    const check = fc.check(fc.property(programs, fc.nat(99), expectSame), { numRuns: 60, seed: 3 })
    expect(check.failed).toBe(true)
  })
})
