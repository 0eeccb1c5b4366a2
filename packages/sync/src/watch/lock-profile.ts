/** What was counted at one acquisition point. Times are in microseconds. It can be posted. */
export interface ProfileRow {
  /** Where, and of which lock: `file.ts:12 (type:name)`. */
  readonly name: string
  /** The longest it was held, and the longest it was waited for. */
  maxUs: number
  waitMaxUs: number
  /** The sums of both. */
  totalUs: number
  waitTotalUs: number
  /** How often it was taken here. */
  count: number
  /** How often a waiter slept for it when it was exited, having been taken here. */
  heldAgainst: number
  /** How often it was taken already when it was wanted here. */
  foundTaken: number
}

/**
 * Lock profiling, as FreeBSD's LOCK_PROFILING: counts, hold times and wait times by the place where
 * a lock is taken. Each thread counts for itself; `lockProfileTable` adds up the rows of several.
 */
export class LockProfile {
  readonly #rows = new Map<string, ProfileRow>()

  constructor(
    /** A clock, in microseconds. */
    readonly nowUs: () => number,
  ) {}

  /** The row of a place. */
  at(name: string): ProfileRow {
    const known = this.#rows.get(name)
    if (known !== undefined) return known
    const row = emptyRow(name)
    this.#rows.set(name, row)
    return row
  }

  /** What this thread has counted. */
  rows(): ProfileRow[] {
    return [...this.#rows.values()]
  }

  reset(): void {
    this.#rows.clear()
  }
}

const WIDTHS = [8, 9, 11, 11, 11, 6, 6, 2, 6, 0]
const HEADER = [
  'max',
  'wait_max',
  'total',
  'wait_total',
  'count',
  'avg',
  'wait_avg',
  'cnt_hold',
  'cnt_lock',
  'name',
]

/** Rows of all threads as `sysctl debug.lock.prof.stats` prints them, the longest held first. */
export function lockProfileTable(...threads: readonly (readonly ProfileRow[])[]): string {
  const sums = new Map<string, ProfileRow>()
  for (const row of threads.flat()) {
    const sum = sums.get(row.name) ?? emptyRow(row.name)
    add(sum, row)
    sums.set(row.name, sum)
  }
  const rows = [...sums.values()].sort((a, b) => b.totalUs - a.totalUs)
  return [HEADER, ...rows.map(cells)].map(print).join('\n')
}

function emptyRow(name: string): ProfileRow {
  return {
    name,
    maxUs: 0,
    waitMaxUs: 0,
    totalUs: 0,
    waitTotalUs: 0,
    count: 0,
    heldAgainst: 0,
    foundTaken: 0,
  }
}

function add(sum: ProfileRow, row: ProfileRow): void {
  sum.maxUs = Math.max(sum.maxUs, row.maxUs)
  sum.waitMaxUs = Math.max(sum.waitMaxUs, row.waitMaxUs)
  sum.totalUs += row.totalUs
  sum.waitTotalUs += row.waitTotalUs
  sum.count += row.count
  sum.heldAgainst += row.heldAgainst
  sum.foundTaken += row.foundTaken
}

function cells(row: ProfileRow): (string | number)[] {
  const times = [row.maxUs, row.waitMaxUs, row.totalUs, row.waitTotalUs].map(Math.round)
  const count = Math.max(row.count, 1)
  const averages = [row.totalUs / count, row.waitTotalUs / count].map(Math.floor)
  return [...times, row.count, ...averages, row.heldAgainst, row.foundTaken, row.name]
}

function print(columns: readonly (string | number)[]): string {
  return columns.map((cell, i) => String(cell).padStart(WIDTHS[i]!)).join(' ')
}
