import { came } from '@smpnet/memory'
import type { BoardShape } from './task-board.ts'

export interface TaskRunnerOptions {
  /** CPUs, each a worker thread that does nothing else. */
  readonly cpus: number
  /** The modules whose exported functions can be run; each CPU loads all of them. */
  readonly modules: readonly (string | URL)[]
  /**
   * Tasks under way at once, a power of two; further tasks wait to be sent. Unless told 1024, or
   * for large payloads as many as take 64 MiB, and 16 at least.
   */
  readonly places?: number
  /** Tasks that may wait to be sent; 65,536 unless told. */
  readonly mostWaiting?: number
  /** Where `live-worker.js` of `@smpnet/machine` is, in a bundle; see there. */
  readonly worker?: URL
  /**
   * The module that each CPU boots by: `task-boot.js` of this package's `dist`, which is beside the
   * module that this code is in. In a bundle it is not: tell where you have put it.
   */
  readonly boot?: URL
  /** The most that a task's arguments take, and its result: 1024 bytes unless told. */
  readonly payloadBytes?: number
}

export interface TaskOptions {
  /** Calls the task off: it rejects with the signal's reason, and is not begun if it was not. */
  readonly signal?: AbortSignal
}

export interface RunnerShape extends BoardShape {
  readonly mostWaiting: number
  readonly memoryBytes: number
}

/** Room for the machine and its parking lot, besides the tasks. */
const MACHINE_BYTES = 1 << 18
/** What comes before a task's bytes, and the ring's word for it. */
const PLACE_BYTES = 128
/** Unless told, places are as many as take so many bytes, within these bounds. */
const USUAL_BYTES = 1 << 26
const [FEWEST_PLACES, USUAL_PLACES, MOST_PLACES] = [16, 1024, 1 << 16]
/** Addresses are 32 bits, signed. */
const MOST_BYTES = 2 ** 31

/** Completes options. Throws a RangeError that says what was expected. */
export function checkShape(options: TaskRunnerOptions): RunnerShape {
  const { mostWaiting = 65_536, payloadBytes = 1024 } = options
  if (!Number.isInteger(payloadBytes) || payloadBytes < 512) {
    throw new RangeError(
      `payloadBytes is a whole number, at least 512: ${came(payloadBytes)} came`,
    )
  }
  const { places = placesFor(payloadBytes) } = options
  if (!isPowerOfTwo(places) || places > MOST_PLACES) {
    throw new RangeError(`places is a power of two up to ${MOST_PLACES}: ${came(places)} came`)
  }
  if (typeof mostWaiting !== 'number' || !(mostWaiting >= 0)) {
    throw new RangeError(
      `mostWaiting is a number of tasks, not below 0: ${came(mostWaiting)} came`,
    )
  }
  const bytes = MACHINE_BYTES + places * (payloadBytes + PLACE_BYTES)
  if (bytes >= MOST_BYTES) throw new RangeError(tooMuch(places, payloadBytes))
  return { places, payloadBytes, mostWaiting, memoryBytes: Math.ceil(bytes / 65536) * 65536 }
}

function placesFor(payloadBytes: number): number {
  const places = 2 ** Math.floor(Math.log2(USUAL_BYTES / payloadBytes))
  return Math.min(USUAL_PLACES, Math.max(FEWEST_PLACES, places))
}

function isPowerOfTwo(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && Number.isInteger(Math.log2(value))
}

function tooMuch(places: number, payloadBytes: number): string {
  return (
    `places × payloadBytes are kept, less than ${MOST_BYTES} bytes in all: ` +
    `${places} × ${payloadBytes} came; fewer places leave room for larger payloads`
  )
}
