import { type Address, SETTLE, work } from '@smpnet/memory'
import type { Waiter, Waiting } from '@smpnet/park'
import { lockTable } from '@smpnet/sync/kinds'
import * as fc from 'fast-check'
import { VECTOR } from '../src/index.ts'
import { type Profile, type SimCpu, SimMachine, type SimResult } from '../src/sim/index.ts'
import { TinyExecutive } from './sim-tiny-executive.ts'

/** What a thread of a random program can do; numbers choose words, CPUs, values and times. */
export type Op =
  | readonly [
      'load' | 'store' | 'add' | 'swap' | 'plain' | 'claim' | 'ask',
      word: number,
      value: number,
    ]
  | readonly ['charge', ns: number]
  | readonly ['lock', word: number]
  | readonly ['park' | 'unpark', word: number]
  | readonly ['ipi', cpu: number]
  | readonly ['alarm', ns: number]

/** By CPU and by thread, what each does. */
export type Program = readonly (readonly (readonly Op[])[])[]

/** A settled operation: when, by which CPU, what, and what came back. */
export type Trace = readonly (readonly [cycle: number, cpu: number, what: string, value: number])[]

export interface Outcome {
  readonly trace: Trace
  readonly words: readonly number[]
  readonly result: SimResult
}

/** Work that takes longer while the core's other thread is busy; 1 ns a unit. */
const EXECUTED = work('executed')
const WORDS = 4
/** Of each word one, and bytes enough for each on four CPUs. */
const LOCKS = ['mutex', 'ticket', 'mcs', 'spin'].map((name) => {
  return lockTable.find((kind) => kind.name === name)!
})
const LOCK_BYTES = 512
/** Ns in a section, in which those that spin for the lock look often. */
const INSIDE = 400
const word = fc.nat(WORDS - 1)

const op: fc.Arbitrary<Op> = fc.oneof(
  fc.tuple(
    fc.constantFrom('load', 'store', 'add', 'swap', 'plain', 'claim', 'ask'),
    word,
    fc.nat(9),
  ),
  fc.tuple(fc.constant('charge'), fc.nat(900)),
  fc.tuple(fc.constant('lock'), word),
  fc.tuple(fc.constantFrom('park', 'unpark'), word),
  fc.tuple(fc.constant('ipi'), fc.nat(3)),
  fc.tuple(fc.constant('alarm'), fc.nat(3000)),
) as fc.Arbitrary<Op>

/** Programs for 2 to 4 CPUs with one or two threads each. */
export const programs: fc.Arbitrary<Program> = fc.array(
  fc.array(fc.array(op, { maxLength: 12 }), { minLength: 1, maxLength: 2 }),
  { minLength: 2, maxLength: 4 },
)

interface Shared {
  readonly words: Address
  readonly locks: Address
  readonly own: Address
}

/** Threads of the machine of which each two share a core. */
export const SHARED_CORES: readonly number[] = [0, 16, 1, 17]

/**
 * Runs a program to its end, or to where all that is left of it waits for ever; its CPUs are the
 * first of the threads `on`, and else a core each of a machine of that `profile`.
 */
export function runProgram(
  program: Program,
  seed: number,
  settlesAlways: boolean,
  on?: readonly number[],
  profile: string | Profile = 'xeon-e5-2650',
): Outcome {
  const run = new ProgramRun(program)
  const machine = new SimMachine<Shared>({
    profile,
    cpus: program.length,
    ...(on && { on: on.slice(0, program.length) }),
    workNs: { executed: 1 },
    seed,
    memoryBytes: 1 << 16,
    lot: { buckets: 2, waiters: 16, threads: 0 },
    setup: ({ arena }) => ({
      words: arena.place('words', WORDS * 64),
      locks: arena.place('locks', WORDS * LOCK_BYTES),
      own: arena.place('own', 4 * 64),
    }),
    boot: (cpu, shared) => run.boot(cpu as SimCpu, shared),
    untilNs: 1e7,
    settlesAlways,
  })
  while (machine.run(1000) === undefined);
  const result = machine.result()
  const words = Array.from({ length: WORDS }, (_, i) => machine.memory.read(run.words + i * 64))
  return { trace: run.trace, words, result }
}

class ProgramRun {
  readonly trace: [number, number, string, number][] = []
  words: Address = 0

  constructor(readonly program: Program) {}

  boot(cpu: SimCpu, shared: Shared): TinyExecutive {
    this.words = shared.words
    for (const vector of [VECTOR.device, VECTOR.device + 1]) {
      const count = (): number => cpu.memory.add(shared.words + (vector - VECTOR.device) * 64, 1)
      cpu.onInterrupt(vector, () => this.#note(cpu, `handler ${vector}`, count))
    }
    const threads = this.program[cpu.id]!
    const bodies = threads.map((ops) => (td: Waiter) => this.#thread(td, cpu, shared, ops))
    return new TinyExecutive(cpu, ...bodies)
  }

  *#thread(td: Waiter, cpu: SimCpu, shared: Shared, ops: readonly Op[]): Waiting {
    td.spins = Number.POSITIVE_INFINITY
    for (const op of ops) yield* this.#operate(td, cpu, shared, op)
  }

  *#operate(td: Waiter, cpu: SimCpu, shared: Shared, [what, which, value = 0]: Op): Waiting {
    const { memory } = cpu
    const at = shared.words + (which % WORDS) * 64
    if (what === 'charge') return memory.charge(EXECUTED, which)
    if (what === 'plain') return this.#plain(cpu, shared.own + cpu.id * 64, value)
    if (what === 'lock') return yield* this.#underLock(td, cpu, shared.locks, which, at)
    if (what === 'claim') return yield* this.#claim(cpu, at, which, value)
    while (!memory.settled()) yield SETTLE
    // A line that is asked for and then is not waited for comes when its CPU does something else.
    if (what === 'ask') return void memory.claimed(at)
    if (what === 'load') this.#note(cpu, what, () => memory.load(at))
    if (what === 'store') this.#note(cpu, what, () => (memory.store(at, value), value))
    if (what === 'add') this.#note(cpu, what, () => memory.add(at, value))
    if (what === 'swap') this.#note(cpu, what, () => memory.compareExchange(at, which, value))
    if (what === 'ipi') this.#interrupt(cpu, which % cpu.cpus, at)
    if (what === 'alarm') cpu.alarm(which, () => this.#note(cpu, 'ring', () => memory.add(at, 1)))
    if (what === 'park') yield* this.#park(td, cpu, at)
    if (what === 'unpark') yield* this.#unpark(td, cpu, at)
  }

  /** Several CPUs that do this wait in the queue of a line. */
  *#claim(cpu: SimCpu, at: Address, which: number, value: number): Waiting {
    const { memory } = cpu
    for (let turn = 0; turn < 3; turn++) {
      while (!memory.claimed(at)) yield SETTLE
      this.#note(cpu, 'claim', () => memory.compareExchange(at, which, value + turn))
    }
  }

  #plain(cpu: SimCpu, at: Address, value: number): void {
    cpu.memory.write(at, cpu.memory.read(at) + value)
  }

  /**
   * Settles before each plain try. Without that the way taken, and so its price, depends on whether
   * the CPU has run ahead: `enter` loads the word that `tryEnter` swaps at once.
   */
  *#underLock(td: Waiter, cpu: SimCpu, locks: Address, which: number, at: Address): Waiting {
    const { memory, cpus } = cpu
    const { write } = LOCKS[which]!.over({ memory, at: locks + which * LOCK_BYTES, cpus })
    while (!cpu.memory.settled()) yield SETTLE
    if (!write.tryEnter(td)) yield* write.enter(td)
    memory.charge(EXECUTED, INSIDE)
    cpu.memory.write(at, cpu.memory.read(at) + 1)
    while (!cpu.memory.settled()) yield SETTLE
    this.#note(cpu, 'locked', () => cpu.memory.read(at))
    while (!cpu.memory.settled()) yield SETTLE
    if (!write.tryExit(td)) yield* write.exit(td)
  }

  #interrupt(cpu: SimCpu, target: number, at: Address): void {
    this.#note(cpu, 'ipi', () => target)
    cpu.raise(target, at === this.words ? VECTOR.device : VECTOR.device + 1)
  }

  *#park(td: Waiter, cpu: SimCpu, at: Address): Waiting {
    const outcome = yield* cpu.lot.park(td, at, at, cpu.memory.load(at))
    while (!cpu.memory.settled()) yield SETTLE
    this.#note(cpu, 'parked', () => outcome)
  }

  *#unpark(_td: Waiter, cpu: SimCpu, at: Address): Waiting {
    const woken = yield* cpu.lot.unpark(at, 1)
    while (!cpu.memory.settled()) yield SETTLE
    this.#note(cpu, 'unparked', () => woken)
  }

  #note(cpu: SimCpu, what: string, operate: () => number): void {
    this.#noteAs(cpu, cpu.id, what, operate)
  }

  /** The time is taken before the operation, at the instant at which the CPU was settled. */
  #noteAs(cpu: SimCpu, id: number, what: string, operate: () => number): void {
    const cycle = cpu.turns.pricer.clock[id]!
    this.trace.push([cycle, id, what, operate()])
  }
}
