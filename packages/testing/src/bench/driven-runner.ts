import { BenchError, thrownText } from '../suite/bench-error.ts'
import type { SliceResult, SliceSpec } from '../suite/slice.ts'
import type { DrivenVariant, Runner } from '../suite/variant.ts'

/** Runs slices of what a variant started by itself, and does not wait for it forever. */
export class DrivenRunner implements Runner {
  readonly #name: string
  readonly #runner: Runner
  readonly #watchdogMs: number

  private constructor(name: string, runner: Runner, watchdogMs: number) {
    this.#name = name
    this.#runner = runner
    this.#watchdogMs = watchdogMs
  }

  /** Rejects with a sentence that names the variant when it fails, or is not up in time. */
  static async start(
    name: string,
    variant: DrivenVariant,
    watchdogMs: number,
  ): Promise<DrivenRunner> {
    const starting = variant.start()
    try {
      const late = `variant "${name}" did not finish its start`
      return new DrivenRunner(name, await within(starting, watchdogMs, late), watchdogMs)
    } catch (error) {
      starting.then((runner) => runner.stop()).catch(() => undefined)
      throw error instanceof BenchError
        ? error
        : new BenchError(`variant "${name}" could not be started: ${thrownText(error)}`)
    }
  }

  slice(spec: SliceSpec): Promise<SliceResult> {
    const late = `variant "${this.#name}" did not end its slice`
    return within(this.#runner.slice(spec), spec.ms + this.#watchdogMs, late)
  }

  stop(): Promise<void> {
    return this.#runner.stop()
  }
}

async function within<T>(promise: Promise<T>, ms: number, late: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new BenchError(`${late} within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([promise, expired])
  } finally {
    clearTimeout(timer)
  }
}
