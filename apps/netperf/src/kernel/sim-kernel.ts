import type { Boot } from '@smpnet/machine'
import type { CountedSoFar, KernelArgs, StackStatistics } from '@smpnet/stack'
import { simulateStack } from '@smpnet/stack/sim'
import { countSlice } from './count-slice.ts'
import {
  type BeginReport,
  type ClientReport,
  isBeginning,
  type KernelJob,
  type MeasuredSettings,
  type MeasuredShared,
} from './kernel-args.ts'
import type { Captured } from '../model/captured.ts'
import type { KernelSliceResult } from '../model/kernel-slice.ts'
import { capturedOf, MOST_CAPTURED } from './captured-of.ts'
import { clientsOf, endsByItself, measuredProgram, mostNsOf } from './measured-program.ts'
import { ratePerNs, sliceResult, spanNs } from './slice-result.ts'
import { isSettled, type Settling, stretchEndNs, STRETCHES } from './stretches.ts'

/** What a simulated job is, as far as its worker needs it; it can be cloned. */
export interface SimJob extends KernelJob {
  /** Virtual nanoseconds after which the clients end. */
  readonly durationNs: number
  /** How its figures are to settle; measured from its first moment on when absent. */
  readonly settling?: Settling | undefined
}

/** What one simulated machine came to. */
export interface SimRun {
  readonly slice: KernelSliceResult
  /** Events that the simulator processed. */
  readonly events: number
  /** Whether its figures have settled; undefined where that was not asked. */
  readonly settled?: boolean
  readonly statistics: StackStatistics
  /** What its links captured; of a configuration with captures. */
  readonly captured?: Captured
}

export type MeasuredBoot = Boot<KernelArgs<MeasuredSettings, MeasuredShared>>

/** Virtual time in which the clients have to end after their alarm: enough for any last message. */
const GRACE_NS = 1e9

/**
 * Simulates one machine until all clients have reported. Throws an Error for clients that do not
 * end, and what code on a CPU throws.
 */
export function simulateKernel(job: SimJob, boot: MeasuredBoot): SimRun {
  const { config, durationNs, settling, ...named } = job
  const clients = clientsOf(named, config.machine.cpus)
  const untilAllDone = endsByItself(named)
  const isWhole = settling === undefined || untilAllDone
  const run = isWhole
    ? new StretchedRun(clients, untilAllDone)
    : new StretchedRun(clients, false, durationNs, settling)
  const kind = isWhole ? 'alarm' : 'stretches'
  const { result, statistics, capture } = simulateStack(config, measuredProgram, {
    settings: { ...named, pace: { kind, durationNs } },
    untilNs: mostNsOf(named, durationNs) + GRACE_NS,
    boot,
    mostCaptured: MOST_CAPTURED,
    onReport: (report, stop, counted) => {
      if (isBeginning(report as object)) {
        run.begin(report as BeginReport, () => config.statistics && counted())
      } else if (run.end(report as ClientReport, () => config.statistics && counted())) stop()
    },
  })
  const { slice, operations, begun, ended, settled } = run.result()
  const counts = begun && countSlice(begun, statistics, { operations, ended })
  const captured = capture && capturedOf(capture)
  return {
    slice: { ...slice, ...(counts && { counted: counts }) },
    events: result.events,
    statistics,
    ...(!isWhole && { settled }),
    ...(captured && { captured }),
  }
}

/** The stretches of one run, as its clients report them. */
class StretchedRun {
  readonly #reports: ClientReport[][] = []
  readonly #begun = new Map<number, CountedSoFar | undefined>()
  #beganNs = 0
  #last: KernelSliceResult | undefined
  #operations = 0
  #ended: CountedSoFar | undefined
  #lastStretch = 0
  #settled = false

  /** Without `settling`, there is one stretch, in which each client has its own time. */
  constructor(
    readonly clients: number,
    readonly untilAllDone: boolean,
    readonly durationNs = 0,
    readonly settling?: Settling,
  ) {}

  /** The first client that begins a stretch has `counted` say what was counted before. */
  begin({ stretch, beganNs }: BeginReport, counted: () => CountedSoFar | false): void {
    this.#beganNs = beganNs
    if (!this.#begun.has(stretch)) this.#begun.set(stretch, counted() || undefined)
  }

  /** Takes what a client reports; true when enough was measured. The last has `counted` say so. */
  end(report: ClientReport, counted: () => CountedSoFar | false): boolean {
    const { stretch } = report
    const reports = (this.#reports[stretch] ??= [])
    if (reports.push(report) < this.clients) return false
    this.#ended = counted() || undefined
    const now = this.#resultOf(reports, stretch)
    const before = this.#last
    // Between its first start and its last end those that are done before work on, if they may.
    const goesOn = this.settling === undefined ? 1 : spanNs(reports) / now.ns
    this.#operations = now.count * goesOn
    this.#last = now
    this.#lastStretch = stretch
    if (this.settling === undefined) return true
    this.#settled = isSettled(before, now, this.clients, this.settling)
    return this.#settled || stretch === STRETCHES - 1
  }

  /**
   * All clients have gone through the stretch, and so have reported all that they did up to its end
   * but for what each is in the middle of.
   */
  #resultOf(reports: readonly ClientReport[], stretch: number): KernelSliceResult {
    if (this.settling === undefined) return sliceResult(reports, this.untilAllDone)
    const [fromNs, toNs] = [stretch - 1, stretch].map(
      (each) => this.#beganNs + stretchEndNs(this.durationNs, each),
    ) as [number, number]
    const { count, ...slice } = sliceResult(reports)
    const rate = ratePerNs(this.#reports.flat(), fromNs, toNs)
    return { ...slice, count, ns: count === 0 || rate === 0 ? toNs - fromNs : count / rate }
  }

  /** What the last stretch that all clients have ended came to. Throws an Error for none. */
  result() {
    if (this.#last === undefined) {
      const came = this.#reports[0]?.length ?? 0
      throw new Error(`expected reports of ${this.clients} clients, got ${came}`)
    }
    const begun = this.#begun.get(this.#lastStretch)
    const operations = this.#operations
    return { slice: this.#last, operations, begun, ended: this.#ended, settled: this.#settled }
  }
}
