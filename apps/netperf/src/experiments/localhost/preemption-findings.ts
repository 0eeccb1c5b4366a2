import { cpusText, formatted } from '../../model/formatted.ts'
import {
  type Claim,
  type Finding,
  figureEvidence,
  listText,
  ratioEvidence,
} from '../../model/finding.ts'
import { figureText, type Query, ratioText, type Results } from '../../model/results.ts'
import type { Measured } from '../../model/row.ts'
import { controlClaims } from './control-findings.ts'
import { intoLockClaims, SELDOM } from './into-lock-findings.ts'
import { ERA, type KernelChoice, labelsOf } from './kernels.ts'
import { type Traffic, TRAFFIC } from './localhost-jobs.ts'
import {
  countsText,
  heldText,
  isAbove,
  isBelow,
  onEachMachine,
  type RateRatio,
  ratesBeside,
  restClaim,
} from './localhost-results.ts'

/** By so much a rate has to differ to be worth a word. */
const WORTH = 0.02

/** What a preempting wakeup does to localhost traffic, on each machine. */
export function preemptionFindings(results: Results): Finding[] {
  return onEachMachine(results, (all, at) => {
    const claims = [
      ...intoLockClaims(all, at),
      ...TRAFFIC.flatMap((traffic) => eraClaims(all, at, traffic)),
      ...TRAFFIC.flatMap((traffic) => withoutClaims(all, at, traffic)),
      ...traceClaims(all, at),
      ...controlClaims(all, at),
    ]
    return claims.length === 0 ? [] : [...claims, ...restClaim(all, at)]
  })
}

/** What FreeBSD 5.3's own kernel pays on one CPU, beside the same without preemption. */
function eraClaims(results: Results, at: Query, { workload, rate }: Traffic): Claim[] {
  const [own, other] = (['preempt', 'no-preempt'] as const).map((wakeup) =>
    figuresOf(results, { ...at, workload, cpus: 1, settings: labelsOf({ ...ERA, wakeup }) }, rate),
  )
  if (own?.rate === undefined || other?.rate === undefined) return []
  const claim =
    `1 CPU, locks and scheduler of FreeBSD 5.3: ${workload} comes to ${sentenceOf(own)} where ` +
    `wakeups preempt, and to ${sentenceOf(other)} where they do not.`
  const evidence = [own, other].flatMap((each) =>
    Object.values(each).filter((one) => one !== undefined),
  )
  return [{ claim, evidence: evidence.map(figureEvidence) }]
}

type Figures = Readonly<
  Record<'rate' | 'rtt' | 'switches' | 'into' | 'loans', Measured | undefined>
>

function figuresOf(results: Results, at: Query, rate: string): Figures {
  const of = (metric: string) => results.find({ ...at, metric })
  return {
    rate: of(rate),
    rtt: of('rtt'),
    switches: of('switches'),
    into: of('into-lock'),
    loans: of('loans'),
  }
}

function sentenceOf({ rate, rtt, switches, into, loans }: Figures): string {
  const round = rtt && `a round trip of ${figureText(rtt)}, p99 ${formatted(rtt.row.p99, 'ns')}`
  const switched = switches && `${figureText(switches)} switches per datagram`
  const locked = into && `${figureText(into)} of them into a held lock`
  const lent = loans && `${figureText(loans)} loans`
  const parts = [rate && figureText(rate), round, switched, locked, lent]
  return `${parts.filter((part) => part !== undefined).join(', ')}`
}

/** What is gained and lost without preemption, from one CPU to the most. */
function withoutClaims(results: Results, at: Query, traffic: Traffic): Claim[] {
  return (['4bsd', 'ule'] as const).flatMap((scheduler) => {
    const held = [ERA, { ...ERA, table: 'lookup', actions: 'after-unlock' } as const]
    const lines = held.flatMap((choice) => {
      const own = { ...choice, scheduler }
      const ratios = withoutOver(results, at, traffic, own)
      return ratios.length === 0 ? [] : [{ choice: own, ratios }]
    })
    if (lines.length === 0) return []
    const labels = labelsOf(lines[0]!.choice)
    const texts = lines.map(({ choice, ratios }) => lineText(choice, ratios))
    const claim =
      `${traffic.workload} under ${labels['scheduler']}, one netisr thread: beside a wakeup that ` +
      `preempts, one that does not comes to ${texts.join('; ')}.`
    const evidence = lines.flatMap(({ choice, ratios }) =>
      ratios.map(({ cpus, times }) => {
        const { held: locks, scheduler: name } = labelsOf(choice)
        const of = `${traffic.workload}, ${name}, ${heldText(locks)}, ${cpusText(cpus)}`
        return ratioEvidence(`no-preempt over preempt, ${traffic.rate}: ${of}`, times)
      }),
    )
    return [{ claim, evidence }]
  })
}

function withoutOver(
  results: Results,
  at: Query,
  traffic: Traffic,
  choice: KernelChoice,
): RateRatio[] {
  const [over, under] = [labelsOf({ ...choice, wakeup: 'no-preempt' }), labelsOf(choice)]
  return ratesBeside(results, at, traffic, over, under)
}

/** `1.31× on 1 CPU and 0.97× on 8 CPUs with …, which mends 1 CPU and hurts 8 CPUs`. */
function lineText(choice: KernelChoice, ratios: readonly RateRatio[]): string {
  const all = ratios.map(({ cpus, times }) => `${ratioText(times)} on ${cpusText(cpus)}`)
  const mended = ratios.filter(({ times }) => isAbove(times, 1 + WORTH)).map(({ cpus }) => cpus)
  const hurt = ratios.filter(({ times }) => isBelow(times, 1 - WORTH)).map(({ cpus }) => cpus)
  const mends = mended.length === 0 ? 'mends nothing' : `mends ${countsText(mended)}`
  const hurts = hurt.length === 0 ? 'hurts nowhere' : `hurts ${countsText(hurt)}`
  const { held } = labelsOf(choice)
  return `${listText(all)} with ${heldText(held)} over the hand-off, which ${mends} and ${hurts}`
}

/** How to see it happen. */
function traceClaims(results: Results, at: Query): Claim[] {
  const [workload] = TRAFFIC.map((each) => each.workload)
  const query = { ...at, workload: workload!, metric: 'into-lock', cpus: 1 }
  const seen = results.find({ ...query, settings: labelsOf(ERA) })
  if (seen === undefined || seen.row.median < SELDOM) return []
  const { machine, profile, seed } = seen.row
  const where = machine === 'sim' ? ` --machine sim --profile ${profile} --seed ${seed}` : ''
  const command = `netperf trace ${workload}${where} --cpus 1 --preset freebsd-5.3`
  const claim =
    `\`${command}\` shows it: a wakeup, a preemption of the sender by netisr, its lock-block a ` +
    'moment later, and the sender again, which lets go and is preempted once more.'
  return [{ claim, evidence: [figureEvidence(seen)] }]
}
