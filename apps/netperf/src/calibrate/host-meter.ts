import { readdirSync, readFileSync } from 'node:fs'
import os from 'node:os'
import { Worker } from 'node:worker_threads'
import { ownCores } from '../machines/told-machine.ts'
import { workerModule } from '../variants/variant.ts'
import { DONE, type MeterData, meterBytes, NS, TURN } from './meter-words.ts'
import { type Look, quietLooks, stateBetween } from './quiet-rounds.ts'

/** A look at a host whose cores are all taken by others is given up. */
const LOOK_MS = 200
/** Between the looks of the beginning, which find out what the host's best is. */
const APART_MS = 25
const FIRST_LOOKS = 60

/**
 * How fast this host is at the moment, on as many cores at once as are measured later. What slows
 * it down, a program on another core's other thread or a guest on another's core, is nothing that a
 * process can see otherwise; that other processes took a core from it, Linux counts by
 * thread. So the meter says in which rounds the host was disturbed without having seen
 * what was measured in them.
 */
export class HostMeter {
  readonly #workers: readonly Worker[]
  readonly #words: Int32Array<SharedArrayBuffer>
  readonly #times: Float64Array<SharedArrayBuffer>
  /** What one turn of the arithmetic has taken at best. */
  #bestNs = Number.POSITIVE_INFINITY
  #rounds = 0
  #quiet = 0

  private constructor(workers: readonly Worker[], shared: SharedArrayBuffer) {
    this.#workers = workers
    this.#words = new Int32Array(shared)
    this.#times = new Float64Array(shared)
  }

  /** Starts a worker for each core, two at most, and looks often enough to know the best. */
  static async start(signal: AbortSignal, cores = os.availableParallelism()): Promise<HostMeter> {
    const count = Math.min(2, cores)
    const bound = ownCores(count)
    const shared = new SharedArrayBuffer(meterBytes(count))
    const url = new URL(workerModule('host-meter'))
    const workers = Array.from(
      { length: count },
      (_, index) =>
        new Worker(url, { workerData: { shared, index, core: bound[index] } satisfies MeterData }),
    )
    const meter = new HostMeter(workers, shared)
    await Promise.all(workers.map((worker) => new Promise((up) => worker.once('online', up))))
    for (let look = 0; look < FIRST_LOOKS && !signal.aborted; look++) {
      await new Promise((resolve) => setTimeout(resolve, APART_MS))
      meter.look()
    }
    return meter
  }

  /** Takes some milliseconds, in which this thread is blocked. */
  look(): Look {
    const begun = preemptions()
    const before = Atomics.load(this.#words, DONE)
    Atomics.add(this.#words, TURN, 1)
    Atomics.notify(this.#words, TURN)
    const endMs = performance.now() + LOOK_MS
    for (let done = before; done < before + this.#workers.length; ) {
      const leftMs = endMs - performance.now()
      if (leftMs <= 0) break
      Atomics.wait(this.#words, DONE, done, leftMs)
      done = Atomics.load(this.#words, DONE)
    }
    const ns = Math.max(...this.#times.subarray(NS, NS + this.#workers.length))
    if (ns > 0) this.#bestNs = Math.min(this.#bestNs, ns)
    return { ns, preemptions: [begun, preemptions()] }
  }

  /** Which rounds count of those between two looks each. */
  quiet(between: readonly (readonly [before: Look, after: Look])[]): readonly number[] {
    const states = between.map(([before, after]) => stateBetween(before, after, this.#bestNs))
    const { rounds, quiet } = quietLooks(states)
    this.#rounds += states.length
    this.#quiet += quiet
    return rounds
  }

  /** A sentence on how it was. */
  said(): string {
    const share = this.#rounds === 0 ? 0 : Math.round((this.#quiet / this.#rounds) * 100)
    const how = share >= 50 ? 'quiet' : share >= 15 ? 'disturbed' : 'disturbed most of the time'
    return (
      `The host was ${how}: in ${this.#quiet} of ${this.#rounds} rounds it was as fast as at its ` +
      'best, and those count; where there were too few, the quietest.'
    )
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }
}

/** Has `use` a meter while it lasts. */
export async function withMeter<T>(
  signal: AbortSignal,
  use: (meter: HostMeter) => Promise<T>,
): Promise<T> {
  const meter = await HostMeter.start(signal)
  try {
    return await use(meter)
  } finally {
    await meter.stop()
  }
}

const TASKS = '/proc/self/task'

/** How often threads of this process lost their core to others; 0 where no system says so. */
function preemptions(): number {
  try {
    return readdirSync(TASKS).reduce((sum, task) => sum + preemptionsOf(task), 0)
  } catch {
    return 0
  }
}

/** A thread may end meanwhile. */
function preemptionsOf(task: string): number {
  try {
    const status = readFileSync(`${TASKS}/${task}/status`, 'utf8')
    return Number(/^nonvoluntary_ctxt_switches:\s*(\d+)/m.exec(status)?.[1] ?? 0)
  } catch {
    return 0
  }
}
