import { parseQuantity } from '../../options/quantities.ts'
import { UsageError } from '../../options/usage-error.ts'
import { listFrom } from '../../options/words.ts'

/** `--work`, of workloads whose operations can be made longer. */
export const WORK_OPTION = {
  flags: '--work <ns>',
  description: 'ns per operation besides locks and sockets (default: what the profile says)',
  parse: (typed: string) => parseQuantity(typed, { name: '--work', least: 1, most: 1e6 }, 'ns'),
} as const

const SCALES: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9 }

/** `14.88M` or `800k` as packets per second. Throws a UsageError. */
export function parseRate(text: string): number {
  const [, digits, unit = ''] = /^(\d*\.?\d+)([kMG]?)$/.exec(text) ?? []
  const rate = Math.round(Number(digits ?? Number.NaN) * SCALES[unit]! * 1000) / 1000
  if (rate >= 1 && rate <= 1e10) return rate
  throw new UsageError(
    `expected --link-rate to be packets per second, such as 800k or 14.88M, got "${text}"`,
  )
}

/** `4,2,1,1` as a weight for each queue. Throws a UsageError. */
export function parseWeights(text: string): number[] {
  const weights = listFrom(text).map(Number)
  const isRight = weights.every((weight) => weight >= 0 && weight <= 1e6)
  if (isRight && weights.some((weight) => weight > 0)) return weights
  throw new UsageError(
    `expected --rss to be a weight for each queue, such as 4,2,1,1, got "${text}"`,
  )
}
