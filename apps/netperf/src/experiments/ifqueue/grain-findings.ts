import {
  type Claim,
  type Finding,
  figureEvidence,
  listText,
  liveFindings,
  ratioEvidence,
  simFindings,
} from '../../model/finding.ts'
import { cpusText, formatted } from '../../model/formatted.ts'
import {
  best,
  figureText,
  type Query,
  ratio,
  ratioText,
  type Results,
} from '../../model/results.ts'
import type { Measured, Row } from '../../model/row.ts'
import { USUAL } from '../../workloads/interfaces/interface-settings.ts'
import { adviceFinding, rangeText } from '../advice.ts'

const WORKLOAD = 'ifqueue'
const FINE = 'recheck'
const COARSE = 'coarse'
/** Hand-offs of one transmit queue whose senders wait for locks, the fewest first. */
const LOCKED = [COARSE, FINE, 'bulk', 'under-lock'] as const
const FREE = 'abdicate'
const SPREAD = 'multi-recheck'

/** Whether a row is of the main comparison, and not of what it may depend on. */
export function isMain({ settings = {} }: Row): boolean {
  const { link, work, bulk, backoff } = settings
  const usual = { link: USUAL.bitsPerSecond / 1e9, work: USUAL.workNs, bulk: USUAL.bulk }
  return link === usual.link && work === usual.work && bulk === usual.bulk && backoff === undefined
}

/** The answer to the question of the page, as far as the numbers give one. */
export function grainFindings(results: Results): Finding[] {
  const sim = results.profilesOf(WORKLOAD).flatMap((profile) => {
    const at: Query = { workload: WORKLOAD, machine: 'sim', profile }
    return simFindings(profile, [
      ...counts(results, at),
      ...granularity(results, at),
      ...winners(results, at),
      ...dependence(results, at),
    ])
  })
  const live = winners(results, { workload: WORKLOAD, machine: 'live' })
  return [...sim, ...liveFindings(live), ...advice(results)]
}

function all(results: Results, query: Query): Measured[] {
  return results.all(query).filter(({ row }) => isMain(row))
}

function one(results: Results, query: Query, cpus: number, variant: string): Measured | undefined {
  return all(results, { ...query, cpus, variant })[0]
}

function cpusOf(results: Results, query: Query): number[] {
  return [...new Set(all(results, query).map(({ row }) => row.cpus))].toSorted((a, b) => a - b)
}

/** What each packet costs in counts, where few contend. */
function counts(results: Results, at: Query): Claim[] {
  const cpus = cpusOf(results, { ...at, metric: 'atomics' }).find((count) => count > 1)
  if (cpus === undefined) return []
  const of = (metric: string) => all(results, { ...at, metric, cpus })
  const atomics = of('atomics')
  const texts = atomics.map(({ row }) => {
    const pairs = one(results, { ...at, metric: 'lock-pairs' }, cpus, row.variant)
    return `${row.variant} ${pairs?.row.median.toFixed(2) ?? '–'} and ${row.median.toFixed(2)}`
  })
  const claim =
    `${cpusText(cpus)}: a packet takes, in pairs of a lock and in atomic operations, ` +
    `${listText(texts)}.`
  return [{ claim, evidence: atomics.map(figureEvidence) }]
}

/** Two locks beside one: with how many senders each is better. */
function granularity(results: Results, at: Query): Claim[] {
  const query = { ...at, metric: 'rate' }
  const pairs = cpusOf(results, query).flatMap((cpus) => {
    const [fine, coarse] = [one(results, query, cpus, FINE), one(results, query, cpus, COARSE)]
    if (fine === undefined || coarse === undefined || fine.figures.length < 2) return []
    return [{ cpus, times: ratio(fine, coarse) }]
  })
  if (pairs.length === 0) return []
  const better = pairs.filter(({ times }) => times.low > 1).map(({ cpus }) => cpus)
  const worse = pairs.filter(({ times }) => times.high < 1).map(({ cpus }) => cpus)
  const texts = pairs.map(({ cpus, times }) => `${ratioText(times)} on ${cpusText(cpus)}`)
  const verdict =
    `it is certainly more with ${listText(better.map(String)) || 'no number of'} senders and ` +
    `certainly less with ${listText(worse.map(String)) || 'no number of them'}`
  const claim =
    'Granularity: with a lock for the queue and one for the driver, in the place of one for ' +
    `both, senders send ${listText(texts)}: ${verdict}.`
  const evidence = pairs.map(({ cpus, times }) => {
    return ratioEvidence(`${FINE} over ${COARSE}, rate, ${cpusText(cpus)}`, times)
  })
  return [{ claim, evidence }]
}

/** Contention: the best with a lock, beside rings without one and several queues. */
function winners(results: Results, at: Query): Claim[] {
  const query = { ...at, metric: 'rate' }
  return cpusOf(results, query).flatMap((cpus) => {
    const rows = all(results, { ...query, cpus }).filter(({ figures }) => figures.length > 1)
    const locked = best(rows.filter(({ row }) => LOCKED.some((name) => name === row.variant)))
    const [free, spread] = [FREE, SPREAD].map((name) => {
      return rows.find(({ row }) => row.variant === name)
    })
    if (locked === undefined || free === undefined || spread === undefined) return []
    const [byRing, bySpread] = [ratio(free, locked), ratio(spread, locked)]
    const claim =
      `${cpusText(cpus)}: the best of one queue with locks is ${locked.row.variant}, ` +
      `${figureText(locked)}; ${FREE} sends ${ratioText(byRing)} as much and ${SPREAD} ` +
      `${ratioText(bySpread)}.`
    const evidence = [
      figureEvidence(locked),
      ratioEvidence(`${FREE} over ${locked.row.variant}, ${cpusText(cpus)}`, byRing),
      ratioEvidence(`${SPREAD} over ${locked.row.variant}, ${cpusText(cpus)}`, bySpread),
    ]
    return [{ claim, evidence }]
  })
}

/** What the answer depends on: the same ratios with other figures. */
function dependence(results: Results, at: Query): Claim[] {
  const rows = results.all({ ...at, metric: 'rate' })
  const others = rows.filter(({ row }) => row.variant === FINE && !isMain(row))
  const texts = others.flatMap((fine) => {
    const { cpus, settings } = fine.row
    const coarse = rows.find(({ row }) => {
      return row.variant === COARSE && row.cpus === cpus && same(row.settings, settings)
    })
    if (coarse === undefined) return []
    return [{ text: `${ratioText(ratio(fine, coarse))} with ${changed(fine.row)}`, fine }]
  })
  if (texts.length === 0) return []
  const { cpus } = texts[0]!.fine.row
  const claim =
    `What that depends on: on ${cpusText(cpus)} two locks send, beside one, ` +
    `${listText(texts.map(({ text }) => text))}. All of it depends on what a card's register ` +
    'costs to write, 100 ns, which is assumed, and is done with the driver locked.'
  return [{ claim, evidence: texts.map(({ fine }) => figureEvidence(fine)) }]
}

function same(one: Row['settings'], other: Row['settings']): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** What of a row's settings is not as usual. */
function changed({ settings = {} }: Row): string {
  const { link, work, bulk, backoff } = settings
  if (backoff !== undefined) return `locks that back off (${backoff})`
  if (link !== USUAL.bitsPerSecond / 1e9) return `a link of ${link} Gb/s`
  if (work !== USUAL.workNs) return `${formatted(Number(work), 'ns')} of work for a packet`
  return `bulks of ${bulk}`
}

/** For drivers with one transmit queue under a lock. */
function advice(results: Results): Finding[] {
  const of = (variant: string) =>
    results.profilesOf(WORKLOAD).flatMap((profile) => {
      const query: Query = { workload: WORKLOAD, metric: 'rate', machine: 'sim', profile, variant }
      const most = all(results, query).filter(({ figures }) => figures.length > 1)
      return most.toSorted((a, b) => b.row.cpus - a.row.cpus).slice(0, 1)
    })
  const [usual, free] = [of(FINE), of(FREE)]
  if (usual.length === 0 || free.length === 0) return []
  return adviceFinding({
    when: 'where the lock of a transmit queue shows long waits of senders',
    look: 'sysctl debug.lock.prof.enable=1 debug.lock.prof.stats',
    change:
      'give each CPU a transmit queue, or, where the device has one, a ring that its producers ' +
      'drain (`dev.X.N.iflib.tx_abdicate` is about who does)',
    brings: `${rangeText(free)} with ${FREE}, in the place of ${rangeText(usual)} with ${FINE}`,
    of: [...usual, ...free],
  })
}
