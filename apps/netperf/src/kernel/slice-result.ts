import { LatencyRecorder } from '@smpnet/testing'
import { type KernelSliceResult, ONLY, type Tallies } from '../model/kernel-slice.ts'
import type { ClientReport } from './kernel-args.ts'

/**
 * What the clients' reports of one slice come to together. Where a slice is a given amount of work
 * it lasts `untilAllDone`, from the first start to the last end. Where each client measures for a
 * time of its own, `ns` is the time in which the sum of their rates comes to what they have
 * counted: the longer one would hold one operation that starves against those that were done. That
 * holds for clients that work beside each other all the time; see `ratePerNs` for others.
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

/**
 * What clients have done for each ns of the time between `fromNs` and `toNs`, all of them together:
 * of a report that lasts longer, the share that falls into that time.
 */
export function ratePerNs(reports: readonly ClientReport[], fromNs: number, toNs: number): number {
  let sum = 0
  for (const { count, startNs, endNs } of reports) {
    const insideNs = Math.min(endNs, toNs) - Math.max(startNs, fromNs)
    if (insideNs > 0) sum += (count * insideNs) / (endNs - startNs)
  }
  return sum / (toNs - fromNs)
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
