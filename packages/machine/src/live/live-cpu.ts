import { type Address, LiveMemory, NIL } from '@smpnet/memory'
import { Lot, SpinBudget } from '@smpnet/park'
import { type Alarm, type Cpu, type Executive, IDLE } from '../cpu.ts'
import { Alarms } from './alarms.ts'
import { LiveWaker } from './live-waker.ts'
import { type LiveHandle, mailboxes, stoppingWord } from './machine-block.ts'
import type { Mailbox } from './mailbox.ts'

/** What a live CPU needs from the thread that it is. */
export interface Host {
  /** Nanoseconds on the monotonic clock that all threads share, since the machine's origin. */
  now(): number
  report(value: unknown): void
}

/** Runs of the executive after which a CPU that is never idle looks at clock and event loop. */
const RUNS_PER_LOOK = 64
/** The longest sleep: so that a bound exists even if a bell were never rung. */
const LONGEST_SLEEP_MS = 1_000

/**
 * A CPU of the live machine: a worker that runs its executive, receives what others post, rings
 * its alarms, and sleeps on its doorbell when there is nothing to do.
 */
export class LiveCpu implements Cpu {
  readonly cpus: number
  readonly memory: LiveMemory
  readonly lot: Lot
  readonly #box: Mailbox
  readonly #waker: LiveWaker
  readonly #stopping: number
  readonly #alarms = new Alarms()
  readonly #idleBudget = new SpinBudget()
  readonly #threadBudget = new SpinBudget(true)
  #failure: { readonly error: unknown } | undefined

  constructor(
    readonly id: number,
    handle: LiveHandle,
    readonly host: Host,
    /** Whether it spins before it sleeps. */
    readonly spins = true,
  ) {
    this.cpus = handle.cpus
    this.memory = new LiveMemory(handle.buffer)
    const boxes = mailboxes(this.memory, handle)
    this.#box = boxes[id]!
    this.#waker = new LiveWaker(this.memory, boxes, id)
    this.#stopping = stoppingWord(handle)
    this.lot = new Lot(this.memory, handle.lot, this.#waker, id)
  }

  now(): number {
    return this.host.now()
  }

  alarm(delayNs: number, ring: () => void): Alarm {
    if (!(delayNs >= 0 && delayNs < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`a delay is a number of ns, not below 0: ${delayNs} came`)
    }
    const alarm = this.#alarms.set(this.now() + delayNs, ring)
    this.#box.ring()
    return alarm
  }

  spinWhile(at: Address, value: number): boolean {
    if (!this.spins) return false
    const mayTakeLong = this.#alarms.nextNs === Number.POSITIVE_INFINITY
    const budget = mayTakeLong ? this.#threadBudget : this.#idleBudget
    return this.#box.spinWhile(at, value, budget) && this.memory.load(at) !== value
  }

  report(value: unknown): void {
    this.host.report(value)
  }

  fail(error: unknown): void {
    this.#failure ??= { error }
  }

  /** Runs until the machine stops, blocking this thread. Throws what `fail` was given. */
  run(executive: Executive): void {
    this.#waker.executive = executive
    while (!this.#stops()) {
      if (this.#work(executive)) continue
      if (this.spins && this.#box.spinWhile(this.#stopping, 0, this.#idleBudget)) continue
      if (this.#box.fallAsleep(this.#stopping, 0)) this.#box.sleep(this.#sleepMs())
    }
  }

  /** The same for a thread with an event loop to serve: it never blocks it, and never spins. */
  async runBesideEventLoop(executive: Executive, turn: () => Promise<void>): Promise<void> {
    this.#waker.executive = executive
    while (!this.#stops()) {
      if (this.#work(executive)) await turn()
      else if (this.#box.fallAsleep(this.#stopping, 0)) await this.#box.sleepAsync(this.#sleepMs())
    }
  }

  /** Runs a while; false when there is nothing left to run. */
  #work(executive: Executive): boolean {
    for (let left = RUNS_PER_LOOK; left > 0; left--) {
      this.#receive(executive)
      if (executive.run() !== IDLE) continue
      this.#ringAlarms()
      this.#receive(executive)
      if (executive.run() === IDLE) return this.#failure !== undefined
    }
    this.#ringAlarms()
    return true
  }

  #ringAlarms(): void {
    if (this.#alarms.nextNs !== Number.POSITIVE_INFINITY) this.#alarms.ringUntil(this.now())
  }

  #receive(executive: Executive): void {
    for (let entry = this.#box.mail.takeAll(); entry !== NIL; ) {
      const next = this.#box.mail.after(entry)
      executive.receive(entry)
      entry = next
    }
  }

  #stops(): boolean {
    if (this.#failure !== undefined) throw this.#failure.error
    return this.memory.load(this.#stopping) !== 0
  }

  #sleepMs(): number {
    const { nextNs } = this.#alarms
    if (nextNs === Number.POSITIVE_INFINITY) return LONGEST_SLEEP_MS
    return Math.min(LONGEST_SLEEP_MS, Math.max(0, (nextNs - this.now()) / 1e6))
  }
}
