import { CpuFailed, type LiveMachine, startLive } from '@smpnet/machine/live'
import type { Waiter } from '@smpnet/sync'
import { BenchError, type Runner, type SliceSpec } from '@smpnet/testing'
import { Gate } from './gate.ts'
import type { ClientReport } from './kernel-args.ts'
import {
  clientsOf,
  type KernelJob,
  lotShapeOf,
  memoryBytesOf,
  placeKernel,
  sliceResult,
} from './kernel-memory.ts'
import type { KernelSliceResult } from '../model/kernel-slice.ts'

/** Our kernel on real threads, run slice by slice. */
export class LiveKernel implements Runner {
  readonly #machine: LiveMachine
  readonly #gate: Gate
  readonly #td: Waiter
  readonly #clients: number
  readonly #failed: Promise<never>
  #reports: ClientReport[] = []
  #allReported = () => {}

  private constructor(machine: LiveMachine, gate: Gate, clients: number, boot: URL) {
    this.#machine = machine
    this.#gate = gate
    this.#td = machine.here.lot.waiter()
    this.#clients = clients
    this.#failed = machine.stopped.then(
      () => Promise.reject(new BenchError('the machine was stopped')),
      (error: unknown) => Promise.reject(namingModule(error, boot)),
    )
    this.#failed.catch(() => {})
  }

  /** Starts a worker per CPU. Rejects with a sentence when the job does not fit or a CPU fails. */
  static async start(job: KernelJob, boot: URL): Promise<LiveKernel> {
    let kernel: LiveKernel | undefined
    let gate: Gate | undefined
    try {
      const machine = await startLive({
        cpus: job.cpus,
        memoryBytes: memoryBytesOf(job),
        lot: lotShapeOf(job),
        boot,
        setup: ({ arena, lot }) => {
          gate = Gate.place(arena)
          return placeKernel(job, arena, lot, { kind: 'gate', at: gate.at })
        },
        onReport: (_cpu, report) => kernel?.report(report as ClientReport),
      })
      kernel = new LiveKernel(machine, gate as Gate, clientsOf(job), boot)
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
    this.#reports = []
    const reported = new Promise<void>((resolve) => (this.#allReported = resolve))
    this.#gate.open(this.#td, this.#clients)
    const stop = setTimeout(() => this.#gate.close(), spec.ms)
    try {
      await Promise.race([reported, this.#failed])
      return sliceResult(this.#reports)
    } finally {
      clearTimeout(stop)
    }
  }

  async stop(): Promise<void> {
    this.#gate.close()
    await this.#machine.stop()
  }
}

function namingModule(error: unknown, boot: URL): BenchError {
  const { message, stack } = error as Error
  const file = boot.pathname.split('/').at(-1)
  const sentence = error instanceof CpuFailed ? `worker module ${file}: ${message}` : message
  return new BenchError(sentence, stack)
}
