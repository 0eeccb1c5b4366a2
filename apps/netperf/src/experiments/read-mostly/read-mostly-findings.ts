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
import { lockKinds } from '../../locks/index.ts'
import { cpusText, percent } from '../../model/formatted.ts'
import type { Measured } from '../../model/row.ts'
import { pathChecks } from './forwarding-path.ts'

/** What others are measured by: the lock that such lists had. */
const USUAL = 'rwlock'
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
    ])
  })
  const live = winners(results, { workload: 'list_walk', machine: 'live' })
  return [...sim, ...pathChecks(results), ...liveFindings(live)]
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
    const winner = best(results.all(query))
    const usual = results.find({ ...query, variant: USUAL })
    if (winner === undefined || usual === undefined) return []
    return [winnerClaim(winner, usual, writes)]
  })
}

function winnerClaim(winner: Measured, usual: Measured, writes: number): Claim {
  const { variant, cpus } = winner.row
  const where = `${percent(writes)} writes on ${cpusText(cpus)}`
  const times = ratio(winner, usual)
  const evidence = [
    figureEvidence(winner),
    figureEvidence(usual),
    ratioEvidence(`${variant} over ${USUAL}, throughput, writes ${writes}, ${cpus} CPUs`, times),
  ]
  if (winner === usual) {
    const claim = `${where}: ${USUAL} does most, ${figureText(winner)}.`
    return { claim, evidence: [figureEvidence(winner)] }
  }
  if (times.low <= 1) {
    const claim =
      `${where}: none does certainly more than ${USUAL}; the first is ${variant}, ` +
      `${ratioText(times)} of it.`
    return { claim, evidence }
  }
  const found = `${variant} does most, ${figureText(winner)}`
  return { claim: `${where}: ${found}, ${ratioText(times)} of ${USUAL}.`, evidence }
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
