import type { CaptureReader } from '@smpnet/stack'
import type { LiveStack } from '@smpnet/stack/live'
import type { Captured } from '../model/captured.ts'
import { capturedOf, MOST_CAPTURED } from './captured-of.ts'

/** How often rings are emptied. */
const EVERY_MS = 2
const NS_PER_MS = 1_000_000n

/** Empties the rings of a live kernel while packets come by, on the thread that started it. */
export class LiveCapture {
  readonly #timer: NodeJS.Timeout

  private constructor(
    readonly reader: CaptureReader,
    /** When the machine started, in ns since 1970. */
    readonly originNs: bigint,
  ) {
    this.#timer = setInterval(() => reader.collect(), EVERY_MS)
  }

  /** Begins; undefined for a kernel whose links capture nothing. */
  static of<S, A>(stack: LiveStack<S, A>): LiveCapture | undefined {
    const reader = stack.captureReader(MOST_CAPTURED)
    if (reader === undefined) return undefined
    const sinceNs = process.hrtime.bigint() - BigInt(stack.machine.handle.originNs)
    return new LiveCapture(reader, BigInt(Date.now()) * NS_PER_MS - sinceNs)
  }

  /** Ends, when the kernel has stopped, with all that came by. */
  end(): Captured {
    clearInterval(this.#timer)
    return capturedOf(this.reader, this.originNs)
  }
}
