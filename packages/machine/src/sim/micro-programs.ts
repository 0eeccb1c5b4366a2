import {
  type Address,
  CACHE_LINE_BYTES,
  type Memory,
  SETTLE,
  SPIN,
  type Waiting,
  work,
} from '@smpnet/memory'
import type { Cpu } from '../cpu.ts'
import { assumed, type Profile } from './profiles/profile.ts'
import { SimRandom } from './sim-random.ts'
import { simulate } from './simulate.ts'
import { Solo } from './solo.ts'

/*
 * Programs that measure single operations on a simulated machine in the way in which they are
 * measured on a real one: many of them in a row, between two readings of the clock.
 */

const NANOSECOND = work('nanosecond')

/** Lines, or turns, that one measurement goes over. */
const TURNS = 512

/** Nanoseconds of one compare-and-swap of a word that this CPU has, over and over. */
export function ownCasNs(profile: Profile): number {
  return alone(profile, function* (cpu, at) {
    for (let turn = 0; turn < TURNS; turn++) cpu.memory.compareExchange(at, turn, turn + 1)
  })
}

/** What stands in a mutex's word for its owner. */
const OWNER = 64

/**
 * Nanoseconds of taking and giving up a mutex that nobody else wants: the two swaps of its word are
 * all that `@smpnet/sync` does then.
 */
export function lockPairNs(profile: Profile): number {
  return alone(profile, function* ({ memory }, at) {
    for (let turn = 0; turn < TURNS; turn++) {
      while (!memory.settled()) yield SETTLE
      memory.compareExchange(at, 0, OWNER)
      while (!memory.settled()) yield SETTLE
      memory.compareExchange(at, OWNER, 0)
    }
  })
}

/** Nanoseconds of a swap of a word that CPU `other` has written, after a load of it or blindly. */
export function foreignCasNs(profile: Profile, other: number, loadsFirst: boolean): number {
  return measured(profile, other + 1, function* (cpu, at) {
    const { memory } = cpu
    if (cpu.id === other) {
      for (let turn = 0; turn < TURNS; turn++) memory.store(lineOf(at, turn), 1)
      yield* settle(memory)
      memory.store(lineOf(at, TURNS), 1)
    }
    if (cpu.id !== 0) return
    while (!memory.settled() || memory.load(lineOf(at, TURNS)) === 0) {
      yield memory.settled() ? SPIN : SETTLE
    }
    const beginNs = cpu.now()
    for (let turn = 0; turn < TURNS; turn++) {
      const seen = loadsFirst ? memory.load(lineOf(at, turn)) : 1
      memory.compareExchange(lineOf(at, turn), seen, 2)
    }
    cpu.report(perTurn(cpu, beginNs))
  })
}

/**
 * Nanoseconds from one operation on a word to the next, by whomever, when `cpus` CPUs do only that:
 * an addition, or a load and the swap after it, which is repeated with what it found when it fails.
 */
export function contendedNs(profile: Profile, cpus: number, loadsFirst: boolean): number {
  // What is no number of CPUs the simulation refuses.
  const turns = Number.isInteger(cpus) ? Math.max(32, Math.ceil((TURNS * 8) / cpus)) : 32
  return measured(profile, cpus, function* (cpu, at) {
    const { memory } = cpu
    yield* settle(memory)
    const beginNs = cpu.now()
    for (let turn = 0; turn < turns; turn++) {
      if (loadsFirst) yield* increment(memory, at)
      else {
        while (!memory.claimed(at)) yield SETTLE
        memory.add(at, 1)
      }
    }
    cpu.report(perTurn(cpu, beginNs, turns) / cpus)
  })
}

/**
 * Nanoseconds from one packet to the next when `cpus` CPUs forward them, each packet costing
 * `packetNs` and one reader lock that all share: a counter of readers, loaded and swapped to take
 * the lock and again to give it up. Packets differ by up to a tenth, since CPUs that all do exactly
 * the same would fall into step and miss each other.
 */
export function sharedLockPacketNs(profile: Profile, cpus: number, packetNs: number): number {
  return measured(profile, cpus, function* (cpu, at) {
    const { memory } = cpu
    const random = new SimRandom(cpu.id)
    const beginNs = cpu.now()
    for (let turn = 0; turn < 2 * TURNS; turn++) {
      memory.charge(NANOSECOND, (packetNs / 2) * (0.9 + random.below(201) / 1000))
      yield* increment(memory, at)
    }
    cpu.report(perTurn(cpu, beginNs) / cpus)
  })
}

/** What a busy CPU does between two looks at whether it is to end, in ns. */
const CHUNK_NS = 200
const ROUNDS = 20

/** Nanoseconds of a rendezvous with all other CPUs, which are busy and never idle. */
export function rendezvousNs(profile: Profile, cpus: number): number {
  return measured(profile, cpus, function* (cpu, at) {
    const { memory } = cpu
    if (cpu.id !== 0) {
      for (;;) {
        yield* settle(memory)
        if (memory.load(at) !== 0) return
        memory.charge(NANOSECOND, CHUNK_NS)
      }
    }
    const others = Array.from({ length: cpus - 1 }, (_, index) => index + 1)
    yield* settle(memory)
    const beginNs = cpu.now()
    for (let round = 0; round < ROUNDS; round++) yield* cpu.rendezvous(others)
    cpu.report(perTurn(cpu, beginNs, ROUNDS))
    yield* settle(memory)
    memory.store(at, 1)
  })
}

/** As the reader of a lock counts itself: a load, and a swap that fails if another came between. */
function* increment(memory: Memory, at: Address): Waiting {
  yield* settle(memory)
  for (let seen = memory.load(at); ; ) {
    while (!memory.claimed(at)) yield SETTLE
    const found = memory.compareExchange(at, seen, seen + 1)
    if (found === seen) return
    seen = found
  }
}

type Program = (cpu: Cpu, at: Address) => Waiting

/** What a program on one CPU takes for each of its turns. */
function alone(profile: Profile, program: Program): number {
  return measured(profile, 1, function* (cpu, at) {
    yield* program(cpu, at)
    const beginNs = cpu.now()
    yield* program(cpu, at)
    cpu.report(perTurn(cpu, beginNs))
  })
}

/** The mean of what the CPUs report that run `program`, without ticks. */
function measured(profile: Profile, cpus: number, program: Program): number {
  const { reports } = simulate<Address>({
    profile: { ...profile, tickHz: assumed(0, 'what is measured is undisturbed') },
    cpus,
    seed: 1,
    memoryBytes: 1 << 17,
    setup: ({ arena }) => arena.place('lines', (TURNS + 1) * CACHE_LINE_BYTES),
    boot: (cpu, at) => new Solo(cpu, () => program(cpu, at)),
  })
  const sum = reports.reduce((sum, { value }) => sum + (value as number), 0)
  return sum / reports.length
}

/** Reading the clock takes time too, which is not the program's. */
function perTurn(cpu: Cpu, beginNs: number, turns = TURNS): number {
  const endNs = cpu.now()
  const readNs = cpu.now() - endNs
  return (endNs - beginNs - readNs) / turns
}

function* settle(memory: Memory): Waiting {
  while (!memory.settled()) yield SETTLE
}

function lineOf(at: Address, turn: number): Address {
  return at + turn * CACHE_LINE_BYTES
}
