/** A bucket that is to go to another workstream. */
export interface Move {
  readonly bucket: number
  readonly to: number
}

/**
 * Which buckets to move so that the workstreams have loads as equal as can be had by few moves:
 * `loads[b]` packets came in bucket `b`, which goes to workstream `owners[b]` of `streams`. At most
 * `most` moves, the ones that help most first; none that would not lower the highest load of the
 * two workstreams that it concerns. Pure.
 *
 * Each move takes from the workstream with most to the one with least the bucket that comes nearest
 * to half of their difference: a greedy number partitioning, by which a workstream that has a
 * single bucket of all the load keeps it, since one flow does not spread.
 */
export function planBalance(
  loads: readonly number[],
  owners: readonly number[],
  streams: number,
  most: number,
): Move[] {
  const now = [...owners]
  const totals = Array.from({ length: streams }, () => 0)
  for (const [bucket, load] of loads.entries()) totals[now[bucket]!]! += load
  const moves: Move[] = []
  while (moves.length < most) {
    const from = totals.indexOf(Math.max(...totals))
    const to = totals.indexOf(Math.min(...totals))
    const bucket = nearestTo((totals[from]! - totals[to]!) / 2, loads, now, from)
    if (bucket < 0) return moves
    now[bucket] = to
    totals[from]! -= loads[bucket]!
    totals[to]! += loads[bucket]!
    moves.push({ bucket, to })
  }
  return moves
}

/** The bucket of `owner` whose load is nearest to `half`, of those whose move helps; or -1. */
function nearestTo(
  half: number,
  loads: readonly number[],
  owners: readonly number[],
  owner: number,
): number {
  let best = -1
  for (const [bucket, load] of loads.entries()) {
    if (owners[bucket] !== owner || load === 0 || load >= 2 * half) continue
    if (best < 0 || Math.abs(load - half) < Math.abs(loads[best]! - half)) best = bucket
  }
  return best
}
