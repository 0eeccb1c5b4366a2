import {
  type Address,
  alignUp,
  type Arena,
  CACHE_LINE_BYTES,
  came,
  expectHandle,
  type HandleKind,
  type Memory,
  type Place,
} from '@smpnet/memory'
import {
  CHANGED,
  FOREVER,
  SETTLE,
  type Until,
  type Waiter,
  type Waiting,
  WOKEN,
} from '@smpnet/park'
import { BadTime } from '../errors.ts'
import type { CalloutCaller, CalloutHost } from './callout-host.ts'
import {
  CALLOUT,
  DRAINED,
  dueOf,
  EXPIRED,
  MOST_PRECISION_NS,
  PENDING,
  placeCallout,
  RUNNING,
  setDue,
} from './callout.ts'
import type { CalloutFunction } from './callout-function.ts'
import { insert, unset } from './membership.ts'
import { Softclock } from './softclock.ts'
import { NEVER_NS, Wheel } from './wheel.ts'

/** What another CPU needs to use the same callouts; it can be cloned and posted. */
export interface CalloutsHandle {
  readonly at: Address
  readonly cpus: number
  readonly buckets: number
}

export interface CalloutOptions {
  /** By how many ns it may be late, to share an interrupt with others; 0 unless told. */
  readonly precisionNs?: number
  /** The CPU to run on; where it was before unless told. */
  readonly cpu?: number
}

/** What `stop` found: it will not run; it was not set; or its function runs right now. */
export type StopResult = 'stopped' | 'idle' | 'running'

const HANDLE: HandleKind = {
  of: 'callouts',
  fields: { at: 'address', cpus: 'count', buckets: 'count' },
}

/**
 * The callouts of all CPUs: callout(9). Each CPU has a wheel, which its own alarm drives (see
 * `Softclock`); any CPU, and any thread outside that knows the time, may set, stop and move.
 *
 *     idle ──set──> PENDING ──due──> RUNNING ──end──> idle
 *            ^        │  │ set: due anew  │ set: RUNNING | PENDING, goes on after the end
 *            └──stop──┘  │
 *                        └──due, to be run by a thread──> PENDING | EXPIRED ──> RUNNING
 *
 * `set` and `stop` are plain code of a few instructions under spin locks, so that a thread calls
 * them with locks of its own held, and an interrupt calls them, too. One that wants another CPU
 * takes the locks of both wheels, the lower number first. A callout whose function runs stays with
 * its CPU: one that is set for another CPU meanwhile moves when the function has ended, so that
 * when `drain` has come back, the function does not run and will not.
 *
 * A simulated CPU's thread that wants the exact order of what it sets and what other CPUs do
 * settles first; plain code cannot.
 */
export class Callouts {
  readonly #wheels: readonly Wheel[]
  /** By number: the CPUs of this isolate, and threads outside the machine. */
  readonly #callers: CalloutCaller[] = []
  readonly #softclocks: Softclock[] = []

  constructor(
    readonly memory: Memory,
    readonly handle: CalloutsHandle,
    readonly functions: readonly CalloutFunction[],
  ) {
    expectHandle(HANDLE, handle, memory)
    const stride = wheelStride(handle.buckets)
    this.#wheels = Array.from({ length: handle.cpus }, (_, cpu) => {
      return new Wheel(memory, handle.at + cpu * stride, handle.buckets)
    })
  }

  /** Places wheels of `buckets` buckets, a power of two. Throws RangeError, OutOfMemory. */
  static place(arena: Arena, cpus: number, buckets = 256): CalloutsHandle {
    if (!Number.isInteger(buckets) || !Number.isInteger(Math.log2(buckets))) {
      throw new RangeError(`buckets: expected a power of two, came ${came(buckets)}`)
    }
    if (!Number.isInteger(cpus) || cpus < 1) {
      throw new RangeError(`cpus: expected a whole number, at least 1, came ${came(cpus)}`)
    }
    const at = arena.place('callout wheels', cpus * wheelStride(buckets))
    const handle = { at, cpus, buckets }
    for (let cpu = 0; cpu < cpus; cpu++) {
      new Wheel(arena.memory, at + cpu * wheelStride(buckets), buckets).setNext(NEVER_NS)
    }
    return handle
  }

  /**
   * Drives the wheel of a CPU of this isolate from now on. Its softclock thread, which runs what
   * may wait, is the caller's to start: `softclock`. Throws a RangeError for a CPU without a wheel.
   */
  attach(host: CalloutHost): void {
    const wheel = this.#wheelOf(host.cpu)
    this.#callers[host.cpu] = host
    this.#softclocks[host.cpu] = new Softclock(wheel, this.functions, host, this.#wheels)
  }

  /** Lets a thread outside the machine set callouts, for the CPU that it names each time. */
  attachCaller(caller: CalloutCaller): void {
    this.#callers[caller.cpu] = caller
  }

  /** Makes a callout of `CALLOUT_BYTES` zero bytes at `at`, for CPU `cpu`: callout_init. */
  init(at: Address, cpu: number): void {
    this.#wheelOf(cpu)
    placeCallout(this.memory, at, cpu)
  }

  /**
   * Sets it to run function `run` in `delayNs`: callout_reset_sbt. Whether it was set before.
   * Throws BadTime for a delay or precision that cannot be, RangeError for other figures.
   * Plain code for any context; takes the locks of one wheel or two.
   */
  set(
    place: Place,
    callout: Address,
    delayNs: number,
    run: number,
    argument = 0,
    options: CalloutOptions = {},
  ): boolean {
    const precision = options.precisionNs ?? 0
    this.#check(delayNs, precision, run, options.cpu)
    const { memory } = this
    const caller = this.#callerAt(place)
    const dueNs = Math.ceil(caller.nowNs() + Math.max(1, delayNs))
    const from = this.#lock(callout, options.cpu)
    const cpu = memory.load(callout + CALLOUT.offset.cpu)
    const to = options.cpu ?? cpu
    const state = memory.load(callout + CALLOUT.offset.state)
    const wasPending = unset(from, callout, state)
    setDue(memory, callout, dueNs)
    memory.write(callout + CALLOUT.offset.precision, precision)
    memory.write(callout + CALLOUT.offset.run, run)
    memory.write(callout + CALLOUT.offset.argument, argument)
    memory.store(callout + CALLOUT.offset.state, (state & ~EXPIRED) | PENDING)
    let isEarlier = false
    if (to !== cpu && (state & RUNNING) !== 0) {
      memory.write(callout + CALLOUT.offset.target, to)
    } else {
      if (to !== cpu) {
        from.add('moved', 1)
        memory.store(callout + CALLOUT.offset.cpu, to)
      }
      isEarlier = insert(this.#wheels[to]!, callout)
    }
    this.#unlock(cpu, options.cpu)
    if (isEarlier) this.#rearm(caller, to)
    return wasPending
  }

  /**
   * Unsets it: callout_stop. Never waits for its function; when that runs, `running` says so.
   * Plain code for any context; takes the lock of its wheel.
   */
  stop(callout: Address): StopResult {
    const wheel = this.#lock(callout, undefined)
    const result = this.#stopLocked(wheel, callout)
    wheel.unlock()
    return result
  }

  /**
   * Unsets it, and waits until its function has ended: callout_drain. Not for that function. Says
   * `running` if the wait was given up before.
   */
  *drain(td: Waiter, callout: Address, until: Until = FOREVER): Waiting<StopResult> {
    const { memory } = this
    const word = callout + CALLOUT.offset.state
    for (let first: StopResult | undefined; ; ) {
      while (!memory.settled()) yield SETTLE
      const wheel = this.#lock(callout, undefined)
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

  /** The body of the thread that runs on this CPU what may wait: a swi of FreeBSD. Pins it. */
  softclock(td: Waiter): Waiting<never> {
    const softclock = this.#softclocks[td.cpu]
    if (softclock !== undefined) return softclock.run(td)
    throw new RangeError(`softclock: expected a CPU that was attached, came ${came(td.cpu)}`)
  }

  /** What a CPU's wheel has counted. Exact when nothing happens there meanwhile. */
  statistics(cpu: number) {
    const wheel = this.#wheelOf(cpu)
    const pending = wheel.count('pending') + wheel.count('ready')
    const fired = wheel.count('fired')
    return { pending, fired, passes: wheel.count('passes'), moved: wheel.count('moved') }
  }

  /** When a callout is due, in ns; for tests and tools. */
  due(callout: Address): number {
    const wheel = this.#lock(callout, undefined)
    const due = dueOf(this.memory, callout)
    wheel.unlock()
    return due
  }

  #stopLocked(wheel: Wheel, callout: Address): StopResult {
    const { memory } = this
    const state = memory.load(callout + CALLOUT.offset.state)
    const wasPending = unset(wheel, callout, state)
    memory.store(callout + CALLOUT.offset.state, state & ~(PENDING | EXPIRED))
    if ((state & RUNNING) !== 0) return 'running'
    return wasPending ? 'stopped' : 'idle'
  }

  /**
   * Takes the lock of the wheel that a callout is with, and that of CPU `other`, if one is named,
   * in the order of their numbers: then the callout cannot leave for there, nor from there.
   */
  #lock(callout: Address, other: number | undefined): Wheel {
    const word = callout + CALLOUT.offset.cpu
    for (;;) {
      const cpu = this.memory.load(word)
      const [first, second] = inOrder(cpu, other ?? cpu)
      this.#wheelOf(first).lockNow()
      if (second !== first) this.#wheels[second]!.lockNow()
      if (this.memory.load(word) === cpu) return this.#wheels[cpu]!
      this.#unlock(cpu, other)
    }
  }

  #unlock(cpu: number, other = cpu): void {
    this.#wheels[cpu]!.unlock()
    if (other !== cpu) this.#wheels[other]!.unlock()
  }

  /** A wheel's next interrupt is earlier than it was: its CPU sets its alarm anew. */
  #rearm(caller: CalloutCaller, cpu: number): void {
    if (caller.cpu === cpu) this.#softclocks[cpu]!.arm()
    else caller.raise(cpu)
  }

  #callerAt({ cpu }: Place): CalloutCaller {
    const caller = this.#callers[cpu]
    if (caller !== undefined) return caller
    throw new RangeError(`place: expected a CPU or thread that was attached, came ${came(cpu)}`)
  }

  #wheelOf(cpu: number): Wheel {
    const wheel = this.#wheels[cpu]
    if (wheel !== undefined) return wheel
    throw new RangeError(`cpu: expected 0 to ${this.#wheels.length - 1}, came ${came(cpu)}`)
  }

  #check(delayNs: number, precisionNs: number, run: number, cpu: number | undefined): void {
    if (!(delayNs >= 0 && delayNs < NEVER_NS)) {
      throw new BadTime(`delay: expected ns from 0 to ${NEVER_NS}, came ${came(delayNs)}`)
    }
    if (!(Number.isInteger(precisionNs) && precisionNs >= 0 && precisionNs <= MOST_PRECISION_NS)) {
      const range = `0 to ${MOST_PRECISION_NS}`
      throw new BadTime(`precision: expected whole ns from ${range}, came ${came(precisionNs)}`)
    }
    if (this.functions[run] === undefined) {
      const count = this.functions.length
      throw new RangeError(`function: expected one of ${count}, by number, came ${came(run)}`)
    }
    if (cpu !== undefined) this.#wheelOf(cpu)
  }
}

function inOrder(one: number, other: number): readonly [number, number] {
  return one <= other ? [one, other] : [other, one]
}

function wheelStride(buckets: number): number {
  return alignUp(Wheel.bytes(buckets), CACHE_LINE_BYTES)
}
