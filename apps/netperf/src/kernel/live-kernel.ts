import { CpuFailed } from '@smpnet/machine/live'
import { BenchError, type Runner, type SliceSpec } from '@smpnet/testing'
import { Gate, type StackStatistics } from '@smpnet/stack'
import { type LiveStack, startStack } from '@smpnet/stack/live'
import type { KernelTold } from '../model/kernel-told.ts'
import { countSlice } from './count-slice.ts'
import type { ClientReport, KernelJob, MeasuredSettings, MeasuredShared } from './kernel-args.ts'
import type { KernelSliceResult } from '../model/kernel-slice.ts'
import { LiveCapture } from './live-capture.ts'
import { clientsOf, measuredProgram } from './measured-program.ts'
import { sliceResult } from './slice-result.ts'

type Stack = LiveStack<MeasuredSettings, MeasuredShared>

/** Our kernel on real threads, run slice by slice. */
export class LiveKernel implements Runner {
  readonly #stack: Stack
  readonly #gate: Gate
  readonly #clients: number
  readonly #failed: Promise<never>
  readonly #told: KernelTold
  readonly #captures: LiveCapture | undefined
  #reports: ClientReport[] = []
  #allReported = () => {}

  private constructor(stack: Stack, boot: URL, told: KernelTold) {
    const { config, settings, shared } = stack.args
    this.#stack = stack
    this.#gate = new Gate(stack.machine.here.memory, shared.gate as number)
    this.#clients = clientsOf(settings, config.machine.cpus)
    this.#told = told
    this.#captures = LiveCapture.of(stack)
    this.#failed = stack.machine.stopped.then(
      () => Promise.reject(new BenchError('the machine was stopped')),
      (error: unknown) => Promise.reject(namingModule(error, boot)),
    )
    this.#failed.catch(() => {})
  }

  /**
   * Starts a worker per CPU. Rejects with a sentence when the job does not fit or a CPU fails. What
   * the kernel has counted and captured, if it was asked, is told before it stops.
   */
  static async start(
    { config, ...named }: KernelJob,
    boot: URL,
    told: KernelTold,
  ): Promise<LiveKernel> {
    let kernel: LiveKernel | undefined
    try {
      const stack = await startStack(config, measuredProgram, {
        settings: { ...named, pace: { kind: 'gate' } },
        boot,
        onReport: (report) => kernel?.report(report as ClientReport),
      })
      kernel = new LiveKernel(stack, boot, told)
      return kernel
    } catch (error) {
      throw namingModule(error, boot)
    }
  }

  /** Takes what a client reports. */
  report(report: ClientReport): void {
    this.#reports.push(report)
    if (this.#reports.length === this.#clients) this.#allReported()
  }

  async slice(spec: SliceSpec): Promise<KernelSliceResult> {
    const before = await this.#statistics()
    this.#reports = []
    const reported = new Promise<void>((resolve) => (this.#allReported = resolve))
    await this.#gate.open(this.#stack.td, this.#clients)
    const stop = setTimeout(() => this.#gate.close(), spec.ms)
    try {
      await Promise.race([reported, this.#failed])
      const after = await this.#statistics()
      // The gate opens and closes for all of them at once.
      const slice = sliceResult(this.#reports, true)
      const counted = before && after && countSlice(before, after, { operations: slice.count })
      return { ...slice, ...(counted && { counted }) }
    } finally {
      clearTimeout(stop)
    }
  }

  /** What was counted up to now; undefined unless that was asked for. */
  async #statistics(): Promise<StackStatistics | undefined> {
    if (!this.#stack.args.config.statistics) return undefined
    return await Promise.race([this.#stack.statistics(), this.#failed])
  }

  async stop(): Promise<void> {
    this.#gate.close()
    const statistics = await this.#statistics().catch(() => undefined)
    if (statistics !== undefined) this.#told.statistics(statistics)
    await this.#stack.stop()
    const captured = this.#captures?.end()
    if (captured !== undefined) this.#told.captured(captured)
  }
}

function namingModule(error: unknown, boot: URL): BenchError {
  const { message: lines, stack } = error as Error
  const [message = ''] = lines.split('\n')
  const file = boot.pathname.split('/').at(-1)
  const sentence = error instanceof CpuFailed ? `worker module ${file}: ${message}` : message
  return new BenchError(sentence, stack)
}
