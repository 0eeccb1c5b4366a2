import { type Address, alignUp, type Arena, CACHE_LINE_BYTES, type Memory } from '@smpnet/memory'
import {
  CHANGED,
  FOREVER,
  SETTLE,
  SPIN,
  type Until,
  type Waiter,
  type Waiting,
  WOKEN,
} from '@smpnet/park'
import { BadTime } from '../errors.ts'
import {
  CALLOUT,
  DRAINED,
  dueOf,
  latestOf,
  MOST_PRECISION_NS,
  MOVING,
  NOWHERE,
  PENDING,
  placeCallout,
  RUNNING,
  setDue,
} from './callout.ts'
import { NEVER_NS, Wheel } from './wheel.ts'

/** What another CPU needs to use the same callouts; it can be cloned and posted. */
export interface CalloutsHandle {
  readonly at: Address
  readonly cpus: number
  readonly buckets: number
}

/** What callouts run: the same functions, in the same order, on every CPU. */
export type CalloutFunction = (argument: number, callout: Address) => Waiting | void

/** What the callouts of a CPU need of it. */
export interface CalloutHost {
  readonly cpu: number
  /** Nanoseconds on the clock that all CPUs share. */
  nowNs(): number
  /**
   * CPU `cpu` wants an interrupt at `nextNs`, earlier than before: program its event timer. Called
   * with the lock of its wheel, so it must not wait, and not come back here.
   */
  rearm(cpu: number, nextNs: number): void
}

export interface CalloutOptions {
  /** By how many ns it may be late, to share an interrupt with others; 0 unless told. */
  readonly precisionNs?: number
  /** The CPU to run on; where it was before unless told. */
  readonly cpu?: number
}

/** What `stop` found: it will not run; it was not set; or its function runs right now. */
export type StopResult = 'stopped' | 'idle' | 'running'

/**
 * The callouts of all CPUs as one CPU uses them: callout(9). Each CPU has a wheel and runs what is
 * due there by `process`, from its event timer's interrupt; any CPU may set, stop and move.
 *
 *     idle ──reset──> PENDING ──process──> RUNNING ──end──> idle
 *            ^           │ │ reset: due anew   │ reset: RUNNING | PENDING, goes on after the end
 *            └───stop────┘ └──reset for another CPU: MOVING, then PENDING there
 *
 * A callout whose function runs stays with its CPU: one set for another CPU meanwhile is moved
 * when the function has ended. So `stop` and `drain` have one lock to take, and when `drain` has
 * come back, the function does not run and will not.
 */
export class Callouts {
  readonly #wheels: readonly Wheel[]

  /** Opens what `place` placed. */
  constructor(
    readonly memory: Memory,
    readonly handle: CalloutsHandle,
    readonly functions: readonly CalloutFunction[],
    readonly host: CalloutHost,
  ) {
    const stride = wheelStride(handle.buckets)
    this.#wheels = Array.from({ length: handle.cpus }, (_, cpu) => {
      return new Wheel(memory, handle.at + cpu * stride, handle.buckets)
    })
  }

  /** Places wheels of `buckets` buckets, a power of two. Throws RangeError, OutOfMemory. */
  static place(arena: Arena, cpus: number, buckets = 256): CalloutsHandle {
    if (!Number.isInteger(Math.log2(buckets))) {
      throw new RangeError(`buckets: expected a power of two, came ${buckets}`)
    }
    if (!Number.isInteger(cpus) || cpus < 1) {
      throw new RangeError(`cpus: expected a whole number, at least 1, came ${cpus}`)
    }
    const at = arena.place('callout wheels', cpus * wheelStride(buckets))
    const handle = { at, cpus, buckets }
    for (let cpu = 0; cpu < cpus; cpu++) {
      new Wheel(arena.memory, at + cpu * wheelStride(buckets), buckets).setNext(NEVER_NS)
    }
    return handle
  }

  /** Makes a callout of `CALLOUT_BYTES` zero bytes at `at`: callout_init. */
  init(at: Address): void {
    placeCallout(this.memory, at, this.host.cpu)
  }

  /**
   * Sets it to run function `run` in `delayNs`: callout_reset_sbt. Whether it was set before.
   * Throws BadTime for a delay or precision that cannot be, RangeError for other figures.
   */
  *reset(
    callout: Address,
    delayNs: number,
    run: number,
    argument = 0,
    options: CalloutOptions = {},
  ): Waiting<boolean> {
    const precision = options.precisionNs ?? 0
    this.#check(delayNs, precision, run, options.cpu)
    const { memory } = this
    const cpu = yield* this.#lockOf(callout)
    const wheel = this.#wheels[cpu]!
    const state = memory.load(callout + CALLOUT.offset.state)
    const wasPending = this.#unset(wheel, callout, state)
    setDue(memory, callout, Math.ceil(this.host.nowNs() + Math.max(1, delayNs)))
    memory.write(callout + CALLOUT.offset.precision, precision)
    memory.write(callout + CALLOUT.offset.run, run)
    memory.write(callout + CALLOUT.offset.argument, argument)
    memory.store(callout + CALLOUT.offset.state, state | PENDING)
    const target = options.cpu ?? cpu
    if (target === cpu) this.#insert(wheel, cpu, callout)
    else if ((state & RUNNING) !== 0) memory.write(callout + CALLOUT.offset.target, target)
    else {
      yield* this.#move(wheel, callout, target)
      return wasPending
    }
    wheel.unlock()
    return wasPending
  }

  /** Unsets it: callout_stop. Never waits for its function; when that runs, `running` says so. */
  *stop(callout: Address): Waiting<StopResult> {
    const wheel = this.#wheels[yield* this.#lockOf(callout)]!
    const result = this.#stopLocked(wheel, callout)
    wheel.unlock()
    return result
  }

  /**
   * Unsets it, and waits until its function has ended: callout_drain. Not for that function. Says
   * `running` if the wait was given up before.
   */
  *drain(callout: Address, td: Waiter, until: Until = FOREVER): Waiting<StopResult> {
    const { memory } = this
    const word = callout + CALLOUT.offset.state
    for (let first: StopResult | undefined; ; ) {
      const wheel = this.#wheels[yield* this.#lockOf(callout)]!
      const result = this.#stopLocked(wheel, callout)
      first ??= result
      const state = memory.load(word) | DRAINED
      if (result === 'running') memory.store(word, state)
      wheel.unlock()
      if (result !== 'running') return first
      const outcome = yield* td.lot.park(td, callout, word, state, until)
      if (outcome !== WOKEN && outcome !== CHANGED) return 'running'
    }
  }

  /** Runs on this CPU what is due: softclock. How many ran. Call it at `nextNs`, or any time. */
  *process(td: Waiter): Waiting<number> {
    const wheel = this.#wheels[this.host.cpu]!
    const nowNs = Math.floor(this.host.nowNs())
    yield* lock(wheel)
    let ran = 0
    for (let due = wheel.firstDue(nowNs); due !== 0; due = wheel.firstDue(nowNs)) {
      yield* this.#run(wheel, due, td)
      ran++
    }
    if (nowNs > wheel.doneNs()) wheel.setDone(nowNs)
    wheel.add('passes', 1)
    wheel.setNext(wheel.findNext())
    wheel.unlock()
    return ran
  }

  /** When `process` must be called on this CPU; `NEVER_NS` or later when nothing is set. */
  *nextNs(): Waiting<number> {
    const wheel = this.#wheels[this.host.cpu]!
    yield* lock(wheel)
    const nextNs = wheel.nextNs()
    wheel.unlock()
    return nextNs
  }

  /** What a CPU's wheel has counted. Exact when nothing happens there meanwhile. */
  statistics(cpu: number) {
    const wheel = this.#wheels[cpu]!
    const [pending, fired] = [wheel.count('pending'), wheel.count('fired')]
    return { pending, fired, passes: wheel.count('passes'), moved: wheel.count('moved') }
  }

  /** Runs a function without the lock, which is held before and, unless it throws, after. */
  *#run(wheel: Wheel, callout: Address, td: Waiter): Waiting {
    const { memory } = this
    wheel.remove(callout)
    wheel.add('fired', 1)
    memory.store(callout + CALLOUT.offset.state, RUNNING)
    const run = memory.read(callout + CALLOUT.offset.run)
    const argument = memory.read(callout + CALLOUT.offset.argument)
    wheel.unlock()
    try {
      const waits = this.functions[run]!(argument, callout)
      if (waits !== undefined) yield* waits
    } catch (error) {
      yield* this.#end(wheel, callout, td)
      wheel.unlock()
      throw error
    }
    yield* this.#end(wheel, callout, td)
  }

  /** After its function: back with the lock, and the callout where it is to be. */
  *#end(wheel: Wheel, callout: Address, td: Waiter): Waiting {
    const { memory } = this
    yield* lock(wheel)
    const state = memory.load(callout + CALLOUT.offset.state)
    memory.store(callout + CALLOUT.offset.state, state & PENDING)
    const target = memory.read(callout + CALLOUT.offset.target)
    const isMoving = target !== NOWHERE
    if (isMoving) {
      memory.write(callout + CALLOUT.offset.target, NOWHERE)
      yield* this.#move(wheel, callout, target)
    } else if ((state & DRAINED) !== 0) wheel.unlock()
    if ((state & DRAINED) !== 0) yield* td.lot.unpark(callout, Number.MAX_SAFE_INTEGER)
    if (isMoving || (state & DRAINED) !== 0) yield* lock(wheel)
  }

  #stopLocked(wheel: Wheel, callout: Address): StopResult {
    const { memory } = this
    const state = memory.load(callout + CALLOUT.offset.state)
    const wasPending = this.#unset(wheel, callout, state)
    memory.store(callout + CALLOUT.offset.state, state & ~PENDING)
    if ((state & RUNNING) !== 0) return 'running'
    return wasPending ? 'stopped' : 'idle'
  }

  /** Takes it out of its bucket, or forgets where it was to be moved. Whether it was set. */
  #unset(wheel: Wheel, callout: Address, state: number): boolean {
    if ((state & PENDING) === 0) return false
    const target = callout + CALLOUT.offset.target
    if (this.memory.read(target) === NOWHERE) wheel.remove(callout)
    else this.memory.write(target, NOWHERE)
    return true
  }

  /** From a wheel, whose lock it gives up, to that of `target`. Nobody can lock it in between. */
  *#move(from: Wheel, callout: Address, target: number): Waiting {
    from.add('moved', 1)
    this.memory.store(callout + CALLOUT.offset.cpu, MOVING)
    from.unlock()
    const to = this.#wheels[target]!
    yield* lock(to)
    this.memory.store(callout + CALLOUT.offset.cpu, target)
    this.#insert(to, target, callout)
    to.unlock()
  }

  #insert(wheel: Wheel, cpu: number, callout: Address): void {
    wheel.insert(callout)
    const latest = latestOf(this.memory, callout)
    if (latest >= wheel.nextNs()) return
    wheel.setNext(latest)
    this.host.rearm(cpu, latest)
  }

  /** Takes the lock of the wheel that a callout is with, and says which CPU's. */
  *#lockOf(callout: Address): Waiting<number> {
    const word = callout + CALLOUT.offset.cpu
    for (;;) {
      while (!this.memory.settled()) yield SETTLE
      const cpu = this.memory.load(word)
      if (cpu !== MOVING) {
        yield* lock(this.#wheels[cpu]!)
        if (this.memory.load(word) === cpu) return cpu
        this.#wheels[cpu]!.unlock()
      }
      yield SPIN
    }
  }

  #check(delayNs: number, precisionNs: number, run: number, cpu: number | undefined): void {
    if (!(delayNs >= 0 && delayNs < NEVER_NS)) {
      throw new BadTime(`delay: expected ns from 0 to ${NEVER_NS}, came ${delayNs}`)
    }
    if (!(Number.isInteger(precisionNs) && precisionNs >= 0 && precisionNs <= MOST_PRECISION_NS)) {
      const range = `0 to ${MOST_PRECISION_NS}`
      throw new BadTime(`precision: expected whole ns from ${range}, came ${precisionNs}`)
    }
    if (this.functions[run] === undefined) {
      const count = this.functions.length
      throw new RangeError(`function: expected one of ${count}, by number, came ${run}`)
    }
    if (cpu === undefined || this.#wheels[cpu] !== undefined) return
    throw new RangeError(`cpu: expected 0 to ${this.#wheels.length - 1}, came ${cpu}`)
  }

  /** When a callout is due, in ns; for tests and tools. */
  *due(callout: Address): Waiting<number> {
    const wheel = this.#wheels[yield* this.#lockOf(callout)]!
    const due = dueOf(this.memory, callout)
    wheel.unlock()
    return due
  }
}

function* lock(wheel: Wheel): Waiting {
  while (!wheel.tryLock()) yield wheel.memory.settled() ? SPIN : SETTLE
}

function wheelStride(buckets: number): number {
  return alignUp(Wheel.bytes(buckets), CACHE_LINE_BYTES)
}
