import { LatencyRecorder } from '@smpnet/testing'
import { type KernelSliceResult, ONLY, type Tallies } from '../model/kernel-slice.ts'
import type { ClientReport } from './kernel-args.ts'

/**
 * What the clients' reports of one slice come to together. A client measures from its own start to
 * its own end, which may be long after those of others: an operation that starves begins before the
 * alarm and ends when it is let in. So where clients measure for a time, what they do together is
 * the sum of their rates, and `ns` the time in which that comes to what they have counted; from the
 * first start to the last end would hold those that were done against the one that was not. Where
 * a slice is a given amount of work, it lasts `untilAllDone`, which is that longer time.
 */
export function sliceResult(
  reports: readonly ClientReport[],
  untilAllDone = false,
): KernelSliceResult {
  const all = new Map<string, LatencyRecorder>()
  for (const { pages } of reports) {
    for (const [name, counts] of Object.entries(pages)) {
      const sum = all.get(name) ?? new LatencyRecorder()
      sum.add(new LatencyRecorder(counts))
      all.set(name, sum)
    }
  }
  const count = reports.reduce((sum, report) => sum + report.count, 0)
  const latency = all.get(ONLY)
  all.delete(ONLY)
  const latencies = all.size > 0 ? { latencies: Object.fromEntries(all) } : {}
  const tallies = summed(reports)
  return {
    count,
    ns: Math.max(1, untilAllDone ? spanNs(reports) : togetherNs(reports)),
    ...(latency && { latency }),
    ...latencies,
    ...(tallies && { tallies }),
  }
}

/** From the first start to the last end. */
export function spanNs(reports: readonly ClientReport[]): number {
  const startNs = Math.min(...reports.map((report) => report.startNs))
  return Math.max(...reports.map((report) => report.endNs)) - startNs
}

function togetherNs(reports: readonly ClientReport[]): number {
  const count = reports.reduce((sum, report) => sum + report.count, 0)
  const rates = reports.map(({ count, startNs, endNs }) => count / Math.max(1, endNs - startNs))
  return count === 0 ? spanNs(reports) : count / rates.reduce((sum, rate) => sum + rate, 0)
}

/** What workloads have counted themselves; undefined where they have not. */
function summed(reports: readonly ClientReport[]): Tallies | undefined {
  const sums: Record<string, number> = {}
  for (const { tallies } of reports) {
    for (const [name, count] of Object.entries(tallies)) sums[name] = (sums[name] ?? 0) + count
  }
  return Object.keys(sums).length > 0 ? sums : undefined
}
