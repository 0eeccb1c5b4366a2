// Rows of a bench for every lock of the table: one thread that enters and exits, and two at once.
import { block } from '@smpnet/park'
import { SyncDomain } from '@smpnet/sync'
import { lockTable } from '@smpnet/sync/kinds'

/** As kernel threads use a lock, on one side of it; one that has no readers has one side. */
export function section({ name, side, handle }) {
  const lock = lockTable.find((entry) => entry.name === name).open(handle)
  const entered = lock[side] ?? lock.write
  const td = entered.home.here
  return (slice) => {
    let n = 0
    for (; !slice.done(n); n++) {
      if (!entered.tryEnter(td)) block(td, entered.enter(td))
      if (!entered.tryExit(td)) block(td, entered.exit(td))
    }
    return n
  }
}

/** Two rows for each lock, on the side that is named. */
export function lockRows(side) {
  const rows = lockTable.map(({ name, create }) =>
    aloneAndTogether(import.meta.url, name, 'section', () => {
      return { name, side, handle: create(SyncDomain.create()).lock.handle }
    }),
  )
  return Object.assign({}, ...rows)
}

/** A row of one thread that runs `run` of a module, and one of two. */
export function aloneAndTogether(module, name, run, args) {
  return {
    [name]: team(module, 1, run, args),
    [`${name}, 2 threads`]: team(module, 2, run, args),
  }
}

/** A team of `count` threads that run `run` of a module, on what `args` makes once for all. */
export function team(module, count, run, args) {
  const threads = () => {
    const shared = args()
    return Array.from({ length: count }, () => ({ module, run, args: shared }))
  }
  return { threads }
}
