import { came, expectOptions, MAX_MEMORY_BYTES } from '@smpnet/memory'
import type { BoardShape } from './task-board.ts'

export interface TaskRunnerOptions {
  /** CPUs, each a worker thread that does nothing else. */
  readonly cpus: number
  /** The modules whose exported functions can be run; each CPU loads all of them. */
  readonly modules: readonly (string | URL)[]
  /** Tasks under way at once, a power of two; further tasks wait to be sent. 1024 unless told. */
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

/** Completes options. Throws a RangeError that says what was expected. */
export function checkShape(options: TaskRunnerOptions): RunnerShape {
  expectOptions('a task runner', options)
  if (!Array.isArray(options?.modules)) {
    throw new TypeError(
      `modules of a task runner is a list of URLs: ${came(options?.modules)} came; ` +
        'it is started by startTasks(startLive, { cpus, modules })',
    )
  }
  const { places = 1024, mostWaiting = 65_536, payloadBytes = 1024 } = options
  if (!isPowerOfTwo(places) || places > 1 << 16) {
    throw new RangeError(`places is a power of two up to ${1 << 16}: ${came(places)} came`)
  }
  if (!Number.isInteger(payloadBytes) || payloadBytes < 512) {
    throw new RangeError(
      `payloadBytes is a whole number, at least 512: ${came(payloadBytes)} came`,
    )
  }
  if (typeof mostWaiting !== 'number' || !(mostWaiting >= 0)) {
    throw new RangeError(
      `mostWaiting is a number of tasks, not below 0: ${came(mostWaiting)} came`,
    )
  }
  const bytes = MACHINE_BYTES + places * (payloadBytes + PLACE_BYTES)
  if (bytes > MAX_MEMORY_BYTES) {
    throw new RangeError(
      `places × payloadBytes is what a task runner reserves, up to ${MAX_MEMORY_BYTES} bytes in ` +
        `all: ${places} × ${payloadBytes} came; fewer places make room for larger payloads`,
    )
  }
  return { places, payloadBytes, mostWaiting, memoryBytes: Math.ceil(bytes / 65536) * 65536 }
}

function isPowerOfTwo(value: unknown): boolean {
  return (
    Number.isInteger(value) &&
    (value as number) >= 1 &&
    Number.isInteger(Math.log2(value as number))
  )
}
