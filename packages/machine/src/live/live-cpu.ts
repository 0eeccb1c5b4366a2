import { type Address, LiveMemory, NIL, type Waiting } from '@smpnet/memory'
import { Lot, SpinBudget } from '@smpnet/park'
import { type Alarm, type Cpu, type Executive, IDLE } from '../cpu.ts'
import { Alarms } from './alarms.ts'
import { LiveWaker } from './live-waker.ts'
import { OwedCore } from './owed-core.ts'
import {
  blocksOf,
  hears,
  isBuried,
  type LiveHandle,
  mailboxes,
  orphanerOf,
  rendezvousOf,
  stoppingWord,
} from './machine-block.ts'
import type { Mailbox } from './mailbox.ts'
import { type Handler, Handlers } from '../handlers.ts'
import { Rendezvous } from '../rendezvous.ts'
import { checkCpu, checkVector, VECTOR } from '../vectors.ts'

/** What a live CPU needs from the thread that it is. */
export interface Host {
  /** Nanoseconds on the monotonic clock that all threads share, since the machine's origin. */
  now(): number
  report(value: unknown): void
  /** What the thread that started the machine has posted, and was not taken yet. */
  messages?(): unknown[]
}

/** Runs of the executive after which a CPU that is never idle looks at clock and event loop. */
const RUNS_PER_LOOK = 64
/** How long a CPU sleeps that owes another its core. */
const OWED_MS = 0.1
/** The longest sleep: so that a bound exists even if a bell were never rung. */
const LONGEST_SLEEP_MS = 1_000

/** All that a live machine knows of how far its CPUs are: not the same, and under some cache. */
const SOMEWHERE = 2

/**
 * A CPU of the live machine: a worker that runs its executive, receives what others post, handles
 * its interrupts and alarms, and sleeps on its doorbell when there is nothing to do.
 *
 *     look at mail and vectors ──> run the executive ──> busy: look again
 *                ^                                   └─> idle: alarms, look, run
 *                │                                                     │ idle still
 *                └────── rung, or an alarm is due ── sleep <── spin <──┘
 *
 * Nothing interrupts JavaScript, so that an interrupt is a bit that the CPU finds where it looks at
 * its mail: before each run of its executive, that is between two of its threads, and around its
 * sleep. Handlers and alarms therefore never run while a thread of this CPU is inside a section;
 * but a thread of another CPU may be, and hold the lock of one. `Interrupt` says what they may do.
 *
 * A busy CPU looks at its clock and at whether the machine stops only once in a while, since to
 * read a clock takes as long as a switch. What a handler, an alarm or the executive throws ends
 * `run`, and the worker tells the machine.
 */
export class LiveCpu implements Cpu {
  readonly cpus: number
  readonly memory: LiveMemory
  readonly lot: Lot
  readonly threadsMove = false
  readonly #boxes: readonly Mailbox[]
  readonly #box: Mailbox
  readonly #handlers: Handlers
  readonly #rendezvous: Rendezvous
  readonly #waker: LiveWaker
  readonly #stopping: number
  readonly #alarms = new Alarms()
  readonly #idleBudget = new SpinBudget()
  readonly #threadBudget = new SpinBudget(true)
  readonly #isDue = (): boolean => this.#alarms.nextNs <= this.#nowIfSet()
  readonly #now = (): number => this.host.now()
  #failure: { readonly error: unknown } | undefined

  constructor(
    readonly id: number,
    handle: LiveHandle,
    readonly host: Host,
    /** Whether it spins before it sleeps. */
    readonly spins = true,
    owed = new OwedCore(),
  ) {
    this.cpus = handle.cpus
    this.memory = new LiveMemory(handle.buffer)
    const boxes = mailboxes(this.memory, handle)
    this.#boxes = boxes
    this.#box = boxes[id]!
    this.#handlers = new Handlers(id)
    this.#rendezvous = new Rendezvous(this.memory, rendezvousOf(handle), blocksOf(handle), id)
    this.onInterrupt(VECTOR.rendezvous, () => this.#rendezvous.pass())
    // A CPU looks at its mail whether it is told to or not, and before its vectors.
    this.onInterrupt(VECTOR.mail, () => this.#adopt(handle))
    this.#waker = new LiveWaker(this.memory, boxes, id, owed)
    this.#stopping = stoppingWord(handle)
    this.lot = new Lot(this.memory, handle.lot, this.#waker, id)
  }

  now(): number {
    return this.host.now()
  }

  alarm(delayNs: number, ring: Handler): Alarm {
    if (!(delayNs >= 0 && delayNs < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`a delay is a number of ns, not below 0: ${delayNs} came`)
    }
    const alarm = this.#alarms.set(this.now() + delayNs, ring)
    this.#box.ring()
    return alarm
  }

  onInterrupt(vector: number, handler: Handler): void {
    this.#handlers.set(vector, handler)
  }

  raise(target: number, vector: number): void {
    checkCpu(target, this.cpus)
    checkVector(vector)
    const box = this.#boxes[target]!
    if (box.raise(vector)) this.#waker.owed.rang(box)
  }

  rendezvous(targets: readonly number[]): Waiting {
    for (const target of targets) checkCpu(target, this.cpus)
    return this.#rendezvous.meet(targets, (target, vector) => this.#boxes[target]!.raise(vector))
  }

  /** Makes no difference: a thread of this CPU runs until it yields, whichever is woken. */
  interruptBelow(): void {}

  distance(other: number): number {
    checkCpu(other, this.cpus)
    return other === this.id ? 0 : SOMEWHERE
  }

  readonly watchNs = 0

  spinWhile(at: Address, value: number, orAt = at, orValue = value): boolean {
    if (!this.spins) return false
    const { memory } = this
    const hasCome = this.#box.spinWhile(at, value, this.#threadBudget, this.#isDue, orAt, orValue)
    return hasCome && (memory.load(at) !== value || memory.load(orAt) !== orValue)
  }

  overrun(at: Address, value: number): void {
    this.#waker.owed.overran(at, value)
  }

  report(value: unknown): void {
    this.host.report(value)
  }

  messages(): unknown[] {
    return this.host.messages?.() ?? []
  }

  fail(error: unknown): void {
    this.#failure ??= { error }
  }

  /**
   * Runs, blocking this thread, until the machine stops; or, false, until the executive awaits
   * something: to be gone on from `runBesideEventLoop`. Throws what `fail` was given.
   */
  run(executive: Executive): boolean {
    this.#waker.executive = executive
    while (!this.#stops()) {
      const isBusy = this.#work(executive)
      if (executive.awaits?.()) return false
      if (this.#waker.owed.isToGive(this.memory)) this.#giveCore()
      if (isBusy) continue
      if (this.spins && this.#box.spinWhile(this.#stopping, 0, this.#idleBudget, this.#isDue)) {
        continue
      }
      if (this.#box.fallAsleep(this.#stopping, 0)) this.#box.sleep(this.#sleepMs())
    }
    return true
  }

  /**
   * The same for a thread with an event loop to serve: it never blocks it, and never spins. Until
   * the machine stops, or `isOver`.
   */
  async runBesideEventLoop(
    executive: Executive,
    turn: () => Promise<void>,
    isOver = (): boolean => false,
  ): Promise<void> {
    this.#waker.executive = executive
    while (!this.#stops() && !isOver()) {
      if (this.#work(executive)) {
        if (this.#waker.owed.isToGive(this.memory) && this.#box.fallAsleep(this.#stopping, 0)) {
          await this.#box.sleepAsync(this.#givenMs())
        }
        await turn()
      } else if (this.#box.fallAsleep(this.#stopping, 0))
        await this.#box.sleepAsync(this.#sleepMs())
    }
  }

  /** Runs a while; false when there is nothing left to run. */
  #work(executive: Executive): boolean {
    for (let left = RUNS_PER_LOOK; left > 0; left--) {
      this.#look(executive)
      if (executive.run() !== IDLE) {
        if (this.#waker.owed.isDue(this.#now)) break
        continue
      }
      this.#ringAlarms()
      this.#look(executive)
      if (executive.run() === IDLE) return this.#failure !== undefined
    }
    this.#ringAlarms()
    return true
  }

  /** Sleeps a little, so that a CPU which has no core gets this one. */
  #giveCore(): void {
    if (this.#box.fallAsleep(this.#stopping, 0)) this.#box.sleep(this.#givenMs())
  }

  #givenMs(): number {
    return Math.min(OWED_MS, this.#sleepMs())
  }

  /** The time, if there is an alarm for which it matters. */
  #nowIfSet(): number {
    return this.#alarms.nextNs === Number.POSITIVE_INFINITY ? 0 : this.now()
  }

  #ringAlarms(): void {
    if (this.#alarms.nextNs === Number.POSITIVE_INFINITY) return
    this.#alarms.ringUntil(this.now(), this.#handlers.irq)
  }

  /** Looks at the mail and at the vectors: what others have for this CPU. */
  #look(executive: Executive): void {
    this.#receive(executive)
    const pending = this.#box.takePending()
    if (pending !== 0) this.#handlers.runAll(pending)
  }

  /**
   * The dead wake nobody any more: what CPUs and threads outside owed that have ended is seen to
   * here, when all that they had posted was received, and not before what they were in the midst
   * of was completed or undone.
   */
  #adopt(handle: LiveHandle): void {
    const { memory, id } = this
    const { executive } = this.#waker
    const orphaner = orphanerOf(memory, handle, id)
    if (executive?.adopt !== undefined) {
      this.#receive(executive)
      for (let cpu = 0; cpu < this.cpus; cpu++) {
        if (isBuried(memory, handle, cpu)) executive.adopt(cpu)
      }
      if (orphaner !== undefined) executive.adopt(orphaner)
    }
    if (orphaner !== undefined) hears(memory, handle, id)
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
