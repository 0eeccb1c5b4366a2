/** What is measured of a host's threads and memory, by the figure of a profile that it becomes. */
export const HOST_TASKS = [
  'read',
  'load',
  'store',
  'write',
  'swap',
  'clock',
  'pause',
  'notify',
  'memory',
  'copy',
  'checksum',
  'blindSwap',
  'loadAndSwap',
  'foreignCopy',
  'contended',
  'wake',
] as const

export type HostTask = (typeof HOST_TASKS)[number]

/** The two threads that measure: one times, the other writes what it reads. */
export const HOST_ROLES = ['measurer', 'other'] as const
export type HostRole = (typeof HOST_ROLES)[number]

/** Nanoseconds of one of each: the median of its quiet batches, and how far these are apart. */
export type HostFigures = Readonly<Record<HostTask, HostFigure>>

export interface HostFigure {
  readonly ns: number
  /** Between the quartiles of the batches, in ns. */
  readonly spreadNs: readonly [number, number]
}
