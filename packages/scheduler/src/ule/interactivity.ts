/**
 * ULE's guess whether a user waits for a thread: from how long the thread has slept and how long it
 * has run of late. The arithmetic of sched_interact_score, sched_interact_update and
 * sched_interact_fork in FreeBSD's sched_ule.c, in ns instead of ticks.
 */
export interface History {
  sleptNs: number
  ranNs: number
}

/** Scores go from 0, it only sleeps, to this. */
export const MOST_SCORE = 100
const HALF = MOST_SCORE / 2
/** How much history counts: SCHED_SLP_RUN_MAX. */
const MOST_NS = 5e9
/** How much of it a child inherits: SCHED_SLP_RUN_FORK. */
const FORK_NS = 0.5e9

/**
 * The score; with the threshold `interact` at most 50, threads that run more than they sleep are
 * alike.
 */
export function interactivityScore({ sleptNs, ranNs }: History, interact: number): number {
  if (interact <= HALF && ranNs >= sleptNs) return HALF
  if (ranNs > sleptNs) return HALF + (HALF - Math.floor(sleptNs / Math.max(1, ranNs / HALF)))
  if (sleptNs > ranNs) return Math.floor(ranNs / Math.max(1, sleptNs / HALF))
  return ranNs > 0 ? HALF : 0
}

/** Lets old history count less, so that its sum stays near five seconds. */
export function forget(history: History): void {
  const sum = history.sleptNs + history.ranNs
  if (sum < MOST_NS) return
  if (sum > MOST_NS * 2) {
    // One long sleep or run: it alone says what the thread is.
    const runs = history.ranNs > history.sleptNs
    history.ranNs = runs ? MOST_NS : 1
    history.sleptNs = runs ? 1 : MOST_NS
  } else {
    scale(history, sum > (MOST_NS / 5) * 6 ? 1 / 2 : 4 / 5)
  }
}

/** What a new thread inherits: its parent's ratio, but little enough to be changed soon. */
export function inherited(parent: History): History {
  const history = { ...parent }
  const sum = history.sleptNs + history.ranNs
  if (sum > FORK_NS) scale(history, FORK_NS / sum)
  return history
}

function scale(history: History, factor: number): void {
  history.sleptNs *= factor
  history.ranNs *= factor
}
