import { type Claim, ratioEvidence } from '../../model/finding.ts'
import { ratioText, type Query, type Results } from '../../model/results.ts'
import { cpusText } from '../../model/formatted.ts'
import type { Labels } from '../../model/row.ts'
import { TRAFFIC } from './localhost-jobs.ts'
import { CONTROL, labelsOf } from './kernels.ts'
import { isAbove, isBelow, ratesBeside } from './localhost-results.ts'

/** More than this the number of threads that have nothing to do may not change. */
const NOTHING = 0.01

/**
 * The control: where each sender handles its own datagrams and holds no lock, the number of netisr
 * threads makes no difference. If it does, something else is measured than what is said.
 */
export function controlClaims(results: Results, at: Query): Claim[] {
  const pairs = CONTROL.filter(({ netisr }) => netisr === 'one per CPU')
  const compared = pairs.flatMap((choice) => {
    const [over, under] = [labelsOf(choice), labelsOf({ ...choice, netisr: 'one thread' })]
    return TRAFFIC.flatMap((traffic) =>
      ratesBeside(results, at, traffic, over, under).map((each) => {
        return { ...each, what: `${traffic.workload}, ${textOf(over)}, ${cpusText(each.cpus)}` }
      }),
    )
  })
  if (compared.length === 0) return []
  const off = ({ times }: (typeof compared)[number]) => Math.abs(times.median - 1)
  const [worst] = compared.toSorted((one, other) => off(other) - off(one))
  const far = compared.filter(({ times }) => {
    return isAbove(times, 1 + NOTHING) || isBelow(times, 1 - NOTHING)
  })
  const before = 'Control, direct dispatch with no lock held: one netisr thread for each CPU'
  const most = `the median that is farthest from 1 is ${ratioText(worst!.times)} (${worst!.what})`
  const count = `${far.length === 0 ? 'none' : far.length} of ${compared.length} comparisons`
  const byChance = mostByChance(compared.map(({ times }) => 1 - times.confidence))
  const verdict =
    far.length > byChance
      ? `where it should make none, and chance gives up to ${byChance}`
      : far.length === 0
        ? 'as it should be'
        : `as it should be: chance alone gives up to ${byChance}`
  const claim =
    `${before} makes a certain difference of 1 % or more to one thread for all in ${count}, ` +
    `${verdict}; ${most}.`
  const evidence = compared.map(({ what, times }) =>
    ratioEvidence(`one netisr thread per CPU over one, direct: ${what}`, times),
  )
  return [{ claim, evidence }]
}

/**
 * How many of several intervals miss what they are for, each with a probability of its own, unless
 * something happens that does in less than one case of twenty.
 */
function mostByChance(misses: readonly number[]): number {
  let exactly = [1]
  for (const miss of misses) {
    const more = [...exactly.map((p) => p * (1 - miss)), 0]
    exactly = more.map((p, missed) => p + (exactly[missed - 1] ?? 0) * miss)
  }
  let most = 0
  for (let left = 1 - exactly[0]!; left >= 0.05; left -= exactly[most]!) most++
  return most
}

function textOf({ scheduler }: Labels): string {
  return String(scheduler)
}
