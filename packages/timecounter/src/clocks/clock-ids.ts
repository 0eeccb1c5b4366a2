/** The clocks of clock_gettime(2), with FreeBSD's names and numbers (sys/sys/_clock_id.h). */
export const CLOCK = {
  /** UTC. */
  REALTIME: 0,
  /** User time of the process. */
  VIRTUAL: 1,
  /** User and system time of the process. */
  PROF: 2,
  /** Time since some moment, never set. Here, as in FreeBSD 13: the start. */
  MONOTONIC: 4,
  /** Time since the start. */
  UPTIME: 5,
  UPTIME_PRECISE: 7,
  UPTIME_FAST: 8,
  REALTIME_PRECISE: 9,
  REALTIME_FAST: 10,
  MONOTONIC_PRECISE: 11,
  MONOTONIC_FAST: 12,
  /** UTC in whole seconds. */
  SECOND: 13,
  THREAD_CPUTIME_ID: 14,
  PROCESS_CPUTIME_ID: 15,
} as const

export type ClockName = keyof typeof CLOCK
export type ClockId = (typeof CLOCK)[ClockName]

/** The name of a clock, such as `CLOCK_UPTIME_FAST`; undefined for a number that has none. */
export function clockName(id: number): string | undefined {
  const found = Object.entries(CLOCK).find(([, number]) => number === id)
  return found && `CLOCK_${found[0]}`
}
