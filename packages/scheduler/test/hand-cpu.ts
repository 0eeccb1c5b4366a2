import { type Alarm, type Cpu, type Executive, type Handler, IDLE } from '@smpnet/machine'
import { Arena, Interrupt, LiveMemory } from '@smpnet/memory'
import { Lot, type Waiting, type Waker } from '@smpnet/park'

/**
 * A CPU turned by hand: time passes only when told, alarms ring only when asked, and what the
 * thread under test reports or fails with is written down.
 */
export class HandCpu implements Cpu {
  readonly id = 0
  readonly cpus = 1
  readonly threadsMove = false
  readonly memory = LiveMemory.create(1 << 20)
  readonly lot: Lot
  readonly reports: unknown[] = []
  readonly failures: unknown[] = []
  executive: Executive | undefined
  #nowNs = 0
  #alarms: { atNs: number; ring: Handler }[] = []
  readonly #irq = new Interrupt(0)
  readonly #handlers = new Map<number, Handler>()

  constructor(waiters = 64) {
    const waker: Waker = { wake: (entry) => this.executive!.receive(entry) }
    const handle = Lot.place(Arena.create(this.memory), { cpus: 1, waiters })
    this.lot = new Lot(this.memory, handle, waker, this.id)
  }

  now(): number {
    return this.#nowNs
  }

  alarm(delayNs: number, ring: Handler): Alarm {
    const entry = { atNs: this.#nowNs + delayNs, ring }
    this.#alarms.push(entry)
    return { cancel: () => (this.#alarms = this.#alarms.filter((other) => other !== entry)) }
  }

  onInterrupt(vector: number, handler: Handler): void {
    this.#handlers.set(vector, handler)
  }

  /** The interrupt comes at once: the test calls it between two runs. */
  raise(_target: number, vector: number): void {
    this.#handlers.get(vector)!(this.#irq)
  }

  *rendezvous(): Waiting {}

  interruptBelow(): void {}

  overrun(): void {}

  distance(): number {
    return 0
  }

  readonly watchNs = 0

  spinWhile(): boolean {
    return false
  }

  report(value: unknown): void {
    this.reports.push(value)
  }

  fail(error: unknown): void {
    this.failures.push(error)
  }

  /** Lets time pass, ringing what is due, in order. */
  pass(ns: number): void {
    this.#nowNs += ns
    const due = this.#alarms.filter(({ atNs }) => atNs <= this.#nowNs)
    this.#alarms = this.#alarms.filter(({ atNs }) => atNs > this.#nowNs)
    for (const { ring } of due.sort((a, b) => a.atNs - b.atNs)) ring(this.#irq)
  }

  /** Runs until nothing is runnable. Throws when that does not come. */
  runUntilIdle(): void {
    for (let turns = 0; turns < 100_000; turns++) if (this.executive!.run() === IDLE) return
    throw new Error('the CPU ran 100,000 times and was never idle')
  }
}
