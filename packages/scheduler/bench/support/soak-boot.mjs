import { Scheduler } from '@smpnet/scheduler'
import { YIELD } from '@smpnet/park'
import { Mutex, RwLock } from '@smpnet/sync'

/**
 * What a CPU of the soak runs: threads that lock, sleep, wake each other and end, all by the chance
 * of their seeds. Each says in shared memory what it is doing, so that one that is stuck can be
 * named, and counts what it adds to what the locks protect, so that nothing can be lost unseen.
 */
export const DOING = ['computes', 'locks', 'sleeps', 'waits for a signal', 'has ended']
const [COMPUTES, LOCKS, SLEEPS, WAITS, ENDED] = DOING.keys()
export const MUTEXES = 16
export const RWLOCKS = 4
export const LINE = 64

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function chance(seed) {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export default function boot(cpu, shared) {
  const scheduler = new Scheduler(cpu)
  for (let i = cpu.id; i < shared.threads; i += cpu.cpus)
    new Life(cpu, scheduler, shared, i).start()
  scheduler.spawn((td) => signalsAll(td, cpu, shared), { name: `signals ${cpu.id}` })
  return scheduler
}

/** Signals every thread again and again, so that no thread waits for ever while all others wait. */
function* signalsAll(td, cpu, { stop, ended, threads, thread }) {
  const { memory, lot } = cpu
  for (let round = 1; memory.load(stop) === 0 || memory.load(ended) < threads; round++) {
    for (let i = 0; i < threads; i++) {
      memory.add(thread + i * LINE, 1)
      if (lot.tryUnpark(thread + i * LINE, 1) < 0) yield* lot.unpark(thread + i * LINE, 1)
      if (i % 64 === 0) yield* td.sleep(1e6)
    }
    if (round % 16 === 0) cpu.report({ heapBytes: process.memoryUsage().heapUsed })
  }
  cpu.report({ isOver: true })
}

/** One thread after another at one place, each with a seed that follows from the one before. */
class Life {
  #rounds = 0

  constructor(cpu, scheduler, shared, i) {
    this.cpu = cpu
    this.scheduler = scheduler
    this.shared = shared
    this.i = i
    this.at = shared.thread + i * LINE
    this.random = chance(shared.seed * 65_537 + i)
    this.mutexes = Array.from({ length: MUTEXES }, (_, m) => {
      return new Mutex(cpu.memory, shared.mutexes + m * LINE)
    })
    this.rwlocks = Array.from({ length: RWLOCKS }, (_, m) => {
      return new RwLock(cpu.memory, shared.rwlocks + m * LINE)
    })
  }

  start() {
    const priority = 100 + Math.floor(this.random() * 100)
    this.scheduler.spawn((td) => this.live(td), { name: `thread ${this.i}`, priority })
  }

  /** Until it is stopped, or its time has come: then another takes its place. */
  *live(td) {
    const { memory } = this.cpu
    while (memory.load(this.shared.stop) === 0) {
      memory.store(this.at + 8, ++this.#rounds)
      yield* this.step(td, this.random())
      this.does(COMPUTES)
      if (this.random() < 1 / 500) return this.start()
    }
    this.does(ENDED)
    memory.add(this.shared.ended, 1)
  }

  *step(td, dice) {
    if (dice < 0.35) yield* this.locksOne(td)
    else if (dice < 0.45) yield* this.locksTwo(td)
    else if (dice < 0.6) yield* this.readsOrWrites(td)
    else if (dice < 0.75) yield* this.sleeps(td)
    else if (dice < 0.85) yield* this.awaitsSignal(td)
    else if (dice < 0.97) yield* this.signals()
    else yield YIELD
  }

  *locksOne(td) {
    yield* this.within(td, Math.floor(this.random() * MUTEXES), undefined)
  }

  /** In the order of their addresses, so that no threads wait in a ring. */
  *locksTwo(td) {
    const first = Math.floor(this.random() * (MUTEXES - 1))
    yield* this.within(td, first, first + 1)
  }

  *within(td, which, inner) {
    const { memory } = this.cpu
    const mutex = this.mutexes[which]
    const isLawless = this.shared.fault === 'lawless'
    this.does(LOCKS)
    if (isLawless) yield YIELD
    else if (!mutex.tryEnter(td)) yield* mutex.enter(td)
    const counter = mutex.at + 32
    const before = memory.read(counter)
    if (inner !== undefined) yield* this.within(td, inner, undefined)
    else if (this.random() < 0.05) yield* this.sleeps(td)
    else if (this.random() < 0.2) yield YIELD
    memory.write(counter, before + 1)
    memory.write(this.at + 12, memory.read(this.at + 12) + 1)
    if (!isLawless && !mutex.tryExit(td)) yield* mutex.exit(td)
  }

  *readsOrWrites(td) {
    const { memory } = this.cpu
    const lock = this.rwlocks[Math.floor(this.random() * RWLOCKS)]
    const isWriter = this.random() < 0.3
    const side = isWriter ? lock.write : lock.read
    this.does(LOCKS)
    if (!side.tryEnter(td)) yield* side.enter(td)
    const seen = memory.load(lock.at + 32)
    if (this.random() < 0.2) yield YIELD
    if (memory.load(lock.at + 32) !== seen) throw new Error(`${lock.name()} let in a writer`)
    if (isWriter) memory.store(lock.at + 32, (seen + 1) | 0)
    if (!side.tryExit(td)) yield* side.exit(td)
  }

  *sleeps(td) {
    this.does(SLEEPS)
    yield* td.sleep(10_000 + this.random() * 2e6)
  }

  *awaitsSignal(td) {
    const { memory, lot } = this.cpu
    const at = this.shared.fault === 'deaf' ? this.at + 16 : this.at
    const seen = memory.load(at)
    this.does(WAITS)
    while (memory.load(at) === seen) yield* lot.park(td, at, at, seen)
  }

  *signals() {
    const { memory, lot } = this.cpu
    const at = this.shared.thread + Math.floor(this.random() * this.shared.threads) * LINE
    memory.add(at, 1)
    if (lot.tryUnpark(at, 1) < 0) yield* lot.unpark(at, 1)
  }

  does(what) {
    this.cpu.memory.store(this.at + 4, what)
  }
}
