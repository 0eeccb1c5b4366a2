import { expectRun } from '../kernel/expect-run.ts'
import { type LiveMachine, startLive } from '@smpnet/machine/live'
import { came } from '@smpnet/memory'
import { awaiting, type Seat, type Waiter, type Waiting } from '@smpnet/park'
import { Counters } from '@smpnet/trace'
import type { StackConfig } from '../config/stack-config.ts'
import type { StatisticsReport } from '../kernel/boot.ts'
import { Gate } from '../kernel/gate.ts'
import { type GuestHandle, type GuestInvitation, outsideNet, watchedWaiter } from './guest.ts'
import type { Net } from '../net/net.ts'
import type { KernelArgs } from '../kernel/kernel-args.ts'
import { answers, memoryBytesOf, outsideOf, placeKernel, waitersOf } from '../kernel/placing.ts'
import { CaptureReader } from '../net/links/capture/capture-reader.ts'
import { CaptureRings } from '../net/links/capture/tap.ts'
import type { Program } from '../kernel/program.ts'
import type { CpuStatistics, StackStatistics } from '../kernel/statistics.ts'

export interface LiveStackOptions<S> {
  readonly settings: S
  /** The module whose default export is `bootOf(program)`: each CPU's worker loads it. */
  readonly boot: URL
  /** Receives what CPUs report. */
  readonly onReport?: (value: unknown, cpu: number) => void
}

/**
 * Starts a worker for each CPU of a kernel. Rejects with a RangeError for a configuration of a
 * simulated machine, with OutOfMemory, and with CpuFailed when a CPU cannot be set up.
 */
export function startStack<S, A>(
  config: StackConfig,
  program: Program<S, A>,
  options: LiveStackOptions<S>,
): Promise<LiveStack<S, A>> {
  return LiveStack.start(config, program, options)
}

/** A kernel on real threads, as the thread that started it sees it. */
export class LiveStack<S = unknown, A = unknown> {
  #answers: CpuStatistics[] = []
  #allAnswered = (): void => {}
  #asked: Promise<StackStatistics> | undefined
  /** The network as the undertaker of guests uses it. */
  #net: Net | undefined
  /** By seats. */
  readonly #burials = new Map<string, Promise<void>>()

  private constructor(
    readonly machine: LiveMachine,
    readonly args: KernelArgs<S, A>,
    /** A waiter of this thread's, by which it may wake threads of the kernel. */
    readonly td: Waiter,
  ) {}

  static async start<S, A>(
    config: StackConfig,
    program: Program<S, A>,
    options: LiveStackOptions<S>,
  ): Promise<LiveStack<S, A>> {
    expectRun(config, program, options)
    const { settings, boot, onReport } = options
    const { machine: of } = config
    if (of.kind !== 'live') throw new RangeError(`machine.kind: expected live, came ${of.kind}`)
    let args: KernelArgs<S, A> | undefined
    let stack: LiveStack<S, A> | undefined = undefined
    const machine = await startLive({
      cpus: of.cpus,
      ...(of.on !== undefined && { on: of.on }),
      memoryBytes: memoryBytesOf(config, program, settings),
      lot: { waiters: waitersOf(config, program, settings), threads: outsideOf(config) },
      boot,
      setup: ({ arena, lot }) => (args = placeKernel(config, program, settings, { arena, lot })),
      onReport: (cpu, value) => {
        if (stack?.hear(value) !== true) onReport?.(value, cpu)
      },
    })
    stack = new LiveStack(machine, args!, watchedWaiter(machine.here))
    return stack
  }

  /**
   * What each CPU has counted up to now: a thread of each answers at its next turn. Rejects with an
   * Error where the configuration does not say `statistics: true`, and when the machine stops.
   */
  statistics(): Promise<StackStatistics> {
    return (this.#asked ??= this.#ask().finally(() => (this.#asked = undefined)))
  }

  /**
   * Names this kernel for another thread, which may `attachGuest` to its network; it can be cloned
   * and posted. Throws an Error for a kernel whose program has no network.
   */
  get invitation(): GuestHandle {
    const { config, system } = this.args
    if (system.net === undefined) throw new Error('a guest uses the network: this kernel has none')
    return { machine: this.machine.handle, config, net: system.net }
  }

  /**
   * A handle for one thread, and the seat that it will have: by this it can be buried if it dies,
   * whatever it was about, and also if it never comes:
   *
   *     const guest = kernel.invite()
   *     const worker = new Worker(file, { workerData: guest.handle })
   *     worker.once('exit', () => kernel.bury(guest))
   *
   * Throws a RangeError when the configuration's `guests` have all a seat, and an Error as
   * `invitation`.
   */
  invite(): GuestInvitation {
    const { invitation } = this
    const seat = this.machine.here.lot.reserve()
    return { ...seat, handle: { ...invitation, seat } }
  }

  /**
   * A guest's thread has ended, or will not come: what it held is let go, and whole; threads that
   * it was to wake are; the sockets that it had made are closed; and its seat is for others. It
   * does no harm to one that has detached, and nothing to one that was buried before. Packets that
   * it had in its hands are lost. Rejects with KernelStopped when the kernel stops meanwhile, and
   * with a TypeError for what `invite` has not given.
   */
  bury(guest: Seat): Promise<void> {
    expectSeat(guest)
    const { thread, generation } = guest
    const name = `${thread} ${generation}`
    const begun = this.#burials.get(name) ?? this.#bury({ thread, generation })
    this.#burials.set(name, begun)
    return begun.finally(() => this.#burials.delete(name))
  }

  /** Burials go on beside each other: what one of the dead holds, another's may wait for. */
  async #bury(seat: Seat): Promise<void> {
    const { machine } = this
    const { lot } = machine.here
    const net = (this.#net ??= outsideNet(machine.here, this.invitation))
    lot.isNamed = (entry) => net.names(entry)
    const td = watchedWaiter(machine.here)
    const clear = function* (thread: number): Waiting {
      yield* net.letGo(lot, thread)
      yield* machine.adoptFrom(thread)
      yield* net.bury(td, lot, thread)
    }
    await awaiting(td, lot.buryAlone(seat, clear))
    lot.releaseEntry(td.at)
  }

  /**
   * A reader of what links capture; undefined where the configuration has no capture. Rings are
   * bounded: its caller collects as often as packets come. Of several, each gets what others left.
   */
  captureReader(mostBytes?: number): CaptureReader | undefined {
    const handle = this.args.system.net?.links.capture
    if (handle === undefined) return undefined
    return new CaptureReader(new CaptureRings(this.machine.here.memory, handle), mostBytes)
  }

  async stop(): Promise<void> {
    await this.machine.stop()
  }

  /** Takes the answer of a CPU. False for any other report. */
  hear(value: unknown): boolean {
    const { statistics } = (value ?? {}) as Partial<StatisticsReport>
    if (statistics === undefined || !answers(this.args.config)) return false
    this.#answers.push(statistics)
    if (this.#answers.length === this.args.config.machine.cpus) this.#allAnswered()
    return true
  }

  async #ask(): Promise<StackStatistics> {
    const { config, system } = this.args
    if (system.inquiry === undefined) {
      throw new Error('statistics: expected true to be asked for them, came false')
    }
    this.#answers = []
    const answered = new Promise<void>((resolve) => (this.#allAnswered = resolve))
    const gate = new Gate(this.machine.here.memory, system.inquiry)
    const opened = gate.open(this.td, config.machine.cpus)
    await Promise.race([opened.then(() => answered), this.machine.stopped.then(hasStopped)])
    const cpus = this.#answers.toSorted((one, other) => one.cpu - other.cpu)
    const { net } = system
    if (net === undefined) return { cpus }
    return { cpus, network: new Counters(this.machine.here.memory, net.counters).totals() }
  }
}

/** Throws a TypeError unless it is a seat, as `invite` gives it. */
function expectSeat(seat: unknown): void {
  const { thread, generation } = (seat ?? {}) as Partial<Seat>
  if (Number.isInteger(thread) && Number.isInteger(generation)) return
  throw new TypeError(`what \`invite\` gave is buried, a guest's seat: ${came(seat)} came`)
}

function hasStopped(): never {
  throw new Error('the machine was stopped before all its CPUs had answered')
}
