import { LatencyRecorder } from '@smpnet/testing'
import { type KernelSliceResult, ONLY, type Tallies } from '../model/kernel-slice.ts'
import type { ClientReport } from './kernel-args.ts'

/** What the clients' reports of one slice come to together. */
export function sliceResult(reports: readonly ClientReport[]): KernelSliceResult {
  const startNs = Math.min(...reports.map((report) => report.startNs))
  const endNs = Math.max(...reports.map((report) => report.endNs))
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
    ns: Math.max(1, endNs - startNs),
    ...(latency && { latency }),
    ...latencies,
    ...(tallies && { tallies }),
  }
}

/** What workloads have counted themselves; undefined where they have not. */
function summed(reports: readonly ClientReport[]): Tallies | undefined {
  const sums: Record<string, number> = {}
  for (const { tallies } of reports) {
    for (const [name, count] of Object.entries(tallies)) sums[name] = (sums[name] ?? 0) + count
  }
  return Object.keys(sums).length > 0 ? sums : undefined
}
