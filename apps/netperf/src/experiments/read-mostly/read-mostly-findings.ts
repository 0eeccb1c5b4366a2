import {
  type Claim,
  figureEvidence,
  type Finding,
  listText,
  liveFindings,
  ratioEvidence,
  simFindings,
} from '../../model/finding.ts'
import {
  best,
  figureText,
  type Query,
  ratio,
  ratioText,
  type Results,
} from '../../model/results.ts'
import { difference } from '../../inference/difference.ts'
import { lockKinds } from '../../locks/index.ts'
import { cpusText, percent } from '../../model/formatted.ts'
import type { Measured } from '../../model/row.ts'
import { adviceFinding, rangeText } from '../advice.ts'
import { pathChecks } from './forwarding-path.ts'

/** What others are measured by: the lock that such lists had. */
const USUAL = 'rwlock'
/** Names of one algorithm, as far as reading goes. */
const TWINS: ReadonlyMap<string, string> = new Map([['sx', USUAL]])
/** Kinds whose readers write no word that others write: what the page asks for. */
const FAST_READ = [...lockKinds.values()]
  .filter(({ hasReadersApart }) => hasReadersApart)
  .map(({ name }) => name)

/** What the walks come to, on each machine. */
export function readMostlyFindings(results: Results): Finding[] {
  const sim = results.profilesOf('list_walk').flatMap((profile) => {
    const at: Query = { workload: 'list_walk', machine: 'sim', profile }
    return simFindings(profile, [
      ...readScaling(results, at),
      ...winners(results, at),
      ...limits(results, at),
      ...writePrices(results, at),
      ...controls(results, at),
    ])
  })
  const here: Query = { workload: 'list_walk', machine: 'live' }
  const live = [...winners(results, here), ...controls(results, here)]
  return [...sim, ...pathChecks(results), ...liveFindings(live), ...advice(results)]
}

/** For kernels in which many CPUs read a list under a lock that its readers write. */
function advice(results: Results): Finding[] {
  const at: Query = { workload: 'list_walk', metric: 'throughput', machine: 'sim' }
  const of = (variant: string) =>
    results.profilesOf('list_walk').flatMap((profile) => {
      const cpus = results.mostCpus({ ...at, profile })
      return results.all({ ...at, profile, cpus, variant, settings: { writes: 0.01 } })
    })
  const [usual, apart] = [of(USUAL), of('rmlock')]
  if (usual.length === 0 || apart.length === 0) return []
  return adviceFinding({
    when: 'where a lock of a list shows long waits of readers on many CPUs',
    look: 'sysctl debug.lock.prof.enable=1 debug.lock.prof.stats',
    change:
      'count how many of its acquisitions are for writing, and run `netperf run list_walk ' +
      '--machine sim --writes SHARE --length N` with that; where writes are rarer than the ' +
      'limits above, give it a lock whose readers write no common word (rm(9), epoch(9), smr(9))',
    brings:
      `with 1 % writes on the most CPUs ${rangeText(apart)} with rmlock, in the place of ` +
      `${rangeText(usual)} with ${USUAL}; the next lock on the way may then be the limit`,
    of: [...usual, ...apart],
  })
}

function shares(results: Results, at: Query): number[] {
  return results.values(at, ({ settings }) => settings?.['writes'] as number)
}

/** How far walks without any write scale. */
function readScaling(results: Results, at: Query): Claim[] {
  const most = results.mostCpus(at)
  const scaled = results
    .values(at, ({ variant }) => variant)
    .flatMap((variant) => {
      const query = { ...at, variant, metric: 'throughput', settings: { writes: 0 } }
      const [one, many] = [1, most].map((cpus) => results.find({ ...query, cpus }))
      if (one === undefined || many === undefined || most === 1) return []
      return [{ variant, times: ratio(many, one) }]
    })
  if (scaled.length === 0) return []
  const texts = (some: typeof scaled) =>
    listText(some.map(({ variant, times }) => `${variant} ${ratioText(times)}`)) || 'none'
  const scale = scaled.filter(({ times }) => times.low >= most / 2)
  const fall = scaled.filter(({ times }) => times.high < 1)
  const claim =
    `Walks alone, ${cpusText(most)} beside one: at least half as many times as many are done ` +
    `with ${texts(scale)}, and fewer than by one CPU with ${texts(fall)}.`
  const evidence = scaled.map(({ variant, times }) =>
    ratioEvidence(`${variant}, throughput on ${most} CPUs over 1, no writes`, times),
  )
  return [{ claim, evidence }]
}

/** Which kind does most at each share of writes, and whether that is certain. */
function winners(results: Results, at: Query): Claim[] {
  const most = results.mostCpus(at)
  return shares(results, at).flatMap((writes) => {
    const query = { ...at, cpus: most, metric: 'throughput', settings: { writes } }
    const own = results.all(query).filter(({ row }) => !TWINS.has(row.variant))
    const winner = best(own)
    return winner === undefined ? [] : [winnerClaim(winner, own, writes)]
  })
}

/**
 * The best of several is better than each other by chance alone, as often as there are others; so
 * each has to be behind it by an interval that allows for all.
 */
function winnerClaim(winner: Measured, all: readonly Measured[], writes: number): Claim {
  const { cpus, machine } = winner.row
  const where = `${percent(writes)} writes on ${cpusText(cpus)}`
  const others = all.filter((each) => each !== winner)
  const how = machine === 'sim' ? 'paired' : 'in time'
  const outside = 0.05 / Math.max(1, others.length)
  const near = others.filter((other) => {
    const found = difference(other.figures, winner.figures, outside, how)
    return found === undefined || found.low <= 1
  })
  const second = best(others)
  const times = second && ratio(winner, second)
  const evidence = [winner, ...(second ? [second] : [])].map(figureEvidence)
  const beside = times && ratioEvidence(`${textOf(winner)} over ${textOf(second!)}`, times)
  const found = `${winner.row.variant} does most, ${figureText(winner)}`
  const claim =
    near.length > 0
      ? `${where}: none does certainly most; ${winner.row.variant}, ${figureText(winner)}, is ` +
        `first, and not certainly before ${listText(near.map(({ row }) => row.variant))}.`
      : second === undefined
        ? `${where}: ${found}.`
        : `${where}: ${found}, ${ratioText(times!)} of the second, ${second.row.variant}.`
  return { claim, evidence: [...evidence, ...(beside ? [beside] : [])] }
}

function textOf({ row }: Measured): string {
  return `${row.variant}, throughput, ${cpusText(row.cpus)}`
}

/** The control: what is one algorithm under two names may not differ. */
function controls(results: Results, at: Query): Claim[] {
  const query = { ...at, cpus: results.mostCpus(at), metric: 'read' }
  return [...TWINS].flatMap(([twin, of]) => {
    const compared = shares(results, at).flatMap((writes) => {
      const [one, other] = [of, twin].map((variant) =>
        results.find({ ...query, variant, settings: { writes } }),
      )
      return one && other ? [{ writes, times: ratio(other, one), one, other }] : []
    })
    if (compared.length === 0) return []
    const outside = 0.05 / compared.length
    const how = at.machine === 'sim' ? 'paired' : 'in time'
    const off = compared.filter(({ one, other }) => {
      const found = difference(one.figures, other.figures, outside, how)
      return found !== undefined && (found.low > 1.01 || found.high < 0.99)
    })
    const verdict = off.length === 0 ? 'as it should be' : 'where there should be none'
    const claim =
      `Control: ${twin} reads by the same word as ${of}, and is left out of what is compared; ` +
      `their reads differ in ${off.length || 'none'} of ${compared.length} shares of writes, ` +
      `${verdict}.`
    const evidence = compared.map(({ writes, times }) =>
      ratioEvidence(`${twin} over ${of}, read, writes ${writes}`, times),
    )
    return [{ claim, evidence }]
  })
}

/** Up to which share of writes each fast reader pays. */
function limits(results: Results, at: Query): Claim[] {
  const most = results.mostCpus(at)
  const ratios = FAST_READ.flatMap((variant) =>
    shares(results, at).flatMap((writes) => {
      const query = { ...at, cpus: most, metric: 'throughput', settings: { writes } }
      const [own, usual] = [variant, USUAL].map((name) =>
        results.find({ ...query, variant: name }),
      )
      return own && usual ? [{ variant, writes, times: ratio(own, usual) }] : []
    }),
  )
  if (ratios.length === 0) return []
  const tried = FAST_READ.filter((name) => ratios.some(({ variant }) => variant === name))
  const texts = tried.map((variant) => {
    const paying = ratios.filter((each) => each.variant === variant && each.times.low > 1)
    const limit = Math.max(-1, ...paying.map(({ writes }) => writes))
    return limit < 0 ? `${variant} never` : `${variant} up to ${percent(limit)}`
  })
  const claim =
    `On ${cpusText(most)} these do more than ${USUAL}, at the shares of writes that were tried: ` +
    `${listText(texts)}.`
  const evidence = ratios.map(({ variant, writes, times }) =>
    ratioEvidence(`${variant} over ${USUAL}, throughput, writes ${writes}, ${most} CPUs`, times),
  )
  return [{ claim, evidence }]
}

/** What writers pay for their readers' speed, where writes are rarest. */
function writePrices(results: Results, at: Query): Claim[] {
  const most = results.mostCpus(at)
  const rarest = Math.min(...shares(results, at).filter((writes) => writes > 0))
  const query = { ...at, cpus: most, settings: { writes: rarest }, metric: 'write' }
  const found = [USUAL, ...FAST_READ].map((variant) => results.find({ ...query, variant }))
  const prices = found.filter((measured) => measured !== undefined)
  if (prices.length < 2) return []
  const texts = prices.map((price) => `${figureText(price)} with ${price.row.variant}`)
  const claim = `A write, ${percent(rarest)} of all on ${cpusText(most)}, takes ${listText(texts)}.`
  return [{ claim, evidence: prices.map(figureEvidence) }]
}
