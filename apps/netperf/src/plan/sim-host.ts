import { Worker } from 'node:worker_threads'
import type { StackStatistics } from '@smpnet/stack'
import { BenchError, LatencyRecorder, patienceMs } from '@smpnet/testing'
import type { Captured } from '../model/captured.ts'
import { ONLY, type KernelSliceResult } from '../model/kernel-slice.ts'
import type { SimBooted, SimReply, SimRequest, SimRunMessage } from '../kernel/sim-worker.ts'
import { workerModule } from '../variants/variant.ts'

/** One simulated machine's figures. */
export interface Simulated {
  readonly slice: KernelSliceResult
  readonly events: number
  readonly settled: boolean | undefined
  readonly statistics: StackStatistics | undefined
  readonly captured: Captured | undefined
}

type Ended = Exclude<SimReply, SimBooted>

/** Workers of plans that have ended, which know their code by now. They keep no process alive. */
const idle: Worker[] = []

/** Simulates machines one after the other, in one worker that Ctrl-C can end at any time. */
export class SimHost {
  readonly #signal: AbortSignal
  #worker: Worker | undefined
  /** Whether it has run nothing but what is built in. */
  #isOwn = true

  constructor(signal: AbortSignal) {
    this.#signal = signal
  }

  /** Resolves to undefined when the signal ended it; rejects with a BenchError. */
  async run(request: SimRequest): Promise<Simulated | undefined> {
    if (this.#signal.aborted) return undefined
    this.#worker ??= idle.pop() ?? new Worker(new URL(workerModule('sim-worker')))
    this.#worker.ref()
    this.#isOwn &&= request.isOwn
    const reply = await this.#ask(this.#worker, request)
    if (reply === undefined) return undefined
    if ('error' in reply) throw new BenchError(reply.error.split('\n')[0] as string, reply.stack)
    return simulated(reply)
  }

  /** Leaves its worker to the next plan, unless a module of the user's may still run in it. */
  async leave(): Promise<void> {
    if (!this.#isOwn || this.#signal.aborted) return this.#stop()
    if (this.#worker === undefined) return
    this.#worker.unref()
    idle.push(this.#worker)
    this.#worker = undefined
  }

  async #stop(): Promise<void> {
    await this.#worker?.terminate()
    this.#worker = undefined
  }

  /** Takes back only the listeners that it added: the worker's own deliver its messages. */
  #ask(worker: Worker, request: SimRequest): Promise<Ended | undefined> {
    return new Promise((resolve, reject) => {
      // A module of the user's may loop, and then its worker never answers: as on the live machine.
      const mostMs = patienceMs()
      const watchdog = request.isOwn ? undefined : setTimeout(() => onLate(), mostMs)
      const end = (act: () => void) => {
        clearTimeout(watchdog)
        this.#signal.removeEventListener('abort', onAbort)
        worker.off('message', onReply).off('error', onError).off('exit', onExit)
        act()
      }
      const onReply = (reply: SimReply) => {
        if ('booted' in reply) clearTimeout(watchdog)
        else end(() => resolve(reply))
      }
      const onLate = () => {
        void this.#stop()
        end(() => reject(new BenchError(`it had not set up its CPUs after ${mostMs} ms`)))
      }
      const onError = (error: Error) => {
        end(() => reject(new BenchError(error.message.split('\n')[0] as string, error.stack)))
      }
      const onExit = (code: number) => {
        end(() => reject(new BenchError(`the simulation's worker exited with status ${code}`)))
      }
      const onAbort = () => {
        end(() => resolve(undefined))
        void this.#stop()
      }
      this.#signal.addEventListener('abort', onAbort)
      worker.on('message', onReply).on('error', onError).on('exit', onExit)
      worker.postMessage(request)
    })
  }
}

function simulated({ pages, tallies, counted, ...rest }: SimRunMessage): Simulated {
  const { [ONLY]: only, ...named } = pages
  const latency = only && { latency: new LatencyRecorder(only) }
  const entries = Object.entries(named).map(([name, own]) => [name, new LatencyRecorder(own)])
  const latencies = entries.length > 0 && { latencies: Object.fromEntries(entries) }
  const { count, ns, events, settled, statistics, captured } = rest
  const own = { ...(tallies && { tallies }), ...(counted && { counted }) }
  const slice = { count, ns, ...latency, ...latencies, ...own }
  return { slice, events, settled, statistics, captured }
}
