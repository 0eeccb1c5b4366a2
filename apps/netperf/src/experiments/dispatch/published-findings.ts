import { cpusText, formatted } from '../../model/formatted.ts'
import { type Claim, figureEvidence, ratioEvidence } from '../../model/finding.ts'
import {
  figureText,
  percentText,
  type Query,
  ratio,
  ratioText,
  type Results,
} from '../../model/results.ts'
import type { Measured } from '../../model/row.ts'
import { udpRr } from '../../workloads/datagrams/udp-rr.ts'

/** Within that much of a published figure counts as agreement. */
const NEAR = 0.3
/** More than this the number of threads that have nothing to do may not change. */
const NOTHING = 0.01
/** The machine whose forwarding figure is published, and with it what a packet takes. */
const PUBLISHED_ON = 'xeon-e5-2650'

/** FreeBSD's epair, one hop, packets per second: by netisr, and by a task queue (2022). */
const EPAIR = { thread: 346_000, polled: 1_168_000 } as const
/** FreeBSD's net/netisr.c: what NETISR_LOCKING costs loopback ping-pong, with an rmlock. */
const REGISTRY = { least: 0.03, most: 0.06 } as const
/** Of a round trip: one there, one back. */
const PACKETS = 2
const NS_PER_S = 1e9
type Ratio = ReturnType<typeof ratio>

/** Controls, and figures that others have published and nothing here was fitted to. */
export function publishedClaims(results: Results, at: Query): Claim[] {
  const isPublished = at.profile === PUBLISHED_ON
  return [
    ...threadsClaims(results, at),
    ...(isPublished ? [...epairClaims(results, at), ...registryClaims(results, at)] : []),
  ]
}

/** Workers that have nothing to do make no difference: 11,788,602 and 11,791,911 packets/s. */
function threadsClaims(results: Results, at: Query): Claim[] {
  const part = { ...at, metric: 'rate', settings: { part: 'threads' } }
  const counts = results.values(part, ({ cpus }) => cpus).filter((cpus) => cpus > 1)
  const compared = counts.flatMap((cpus) => {
    const [one, each] = ['one', 'one per CPU'].map((workers) =>
      results.find({ ...part, cpus, settings: { part: 'threads', workers } }),
    )
    return one === undefined || each === undefined ? [] : [{ cpus, times: ratio(each, one) }]
  })
  if (compared.length === 0) return []
  const off = ({ times }: (typeof compared)[number]) => Math.abs(times.median - 1)
  const worst = compared.toSorted((a, b) => off(b) - off(a))[0]!
  const isCertain = ({ times }: (typeof compared)[number]) =>
    times.low > 1 + NOTHING || times.high < 1 - NOTHING
  const far = compared.filter(isCertain).length
  const verdict =
    far === 0 ? 'none of them certain to be 1 %, as it should be' : `${far} of them certainly 1 %`
  const claim =
    'Control: under direct dispatch the number of netisr’s workers makes a difference of ' +
    `${formatted(off(worst), 'share')} at most (${ratioText(worst.times)} on ` +
    `${cpusText(worst.cpus)}), ${verdict}; on machines at most 0.1 % was published.`
  const evidence = compared.map(({ cpus, times }) =>
    ratioEvidence(`a worker for each CPU over one, direct, ${cpusText(cpus)}`, times),
  )
  return [{ claim, evidence }]
}

/** One hop by a worker that preempts its sender for each packet, and by one that has its turn. */
function epairClaims(results: Results, at: Query): Claim[] {
  const rateOf = (receiver: string) =>
    results.find({ ...at, metric: 'rate', settings: { part: 'handed over', receiver } })
  const [preempted, inTurn] = [rateOf('thread'), rateOf('polled')]
  if (preempted === undefined || inTurn === undefined) return []
  const times = ratio(inTurn, preempted)
  const published = EPAIR.polled / EPAIR.thread
  const errors = [
    preempted.row.median / EPAIR.thread - 1,
    inTurn.row.median / EPAIR.polled - 1,
    times.median / published - 1,
  ]
  const isNear = errors.every((error) => Math.abs(error) <= NEAR)
  const [one, other, both] = errors.map(signed)
  const claim =
    `A hop through a worker that preempts its sender for each packet, and so two switches each: ` +
    `${figureText(preempted)}; through one that has its turn, with packets in batches: ` +
    `${figureText(inTurn)}, ${ratioText(times)}. For epair by software interrupt and by task ` +
    `queue 346 k/s and 1.17 M/s were published, ${published.toFixed(2)}×: off by ${one}, ` +
    `${other} and ${both}, ${isNear ? 'within 30 %' : 'more than 30 %'}, from prices of which ` +
    'none was fitted to that.'
  const evidence = [
    figureEvidence(preempted),
    figureEvidence(inTurn),
    ratioEvidence('in turn over preempting, one hop', times),
  ]
  return [{ claim, evidence }]
}

/**
 * What a lock takes of a packet that is handed over alone, and of half a round trip over loopback,
 * which has the sockets' work in it besides.
 */
function registryClaims(results: Results, at: Query): Claim[] {
  const rateOf = (registryLock: string) =>
    results.find({ ...at, metric: 'rate', settings: { part: 'registry', registryLock } })
  const locks = ['none', 'rmlock-trackers', 'rmlock', 'rwlock'].map(rateOf)
  const trip = results.find({ ...at, workload: udpRr.name, metric: 'rate', cpus: 1 })
  if (locks.includes(undefined) || trip === undefined) return []
  const [without, tracked, counted, rw] = locks as [Measured, Measured, Measured, Measured]
  const shares = [tracked, counted, rw].map((own) => {
    const { median, low, high, ...rest } = ratio(without, own)
    return { ...rest, median: median - 1, low: low - 1, high: high - 1 }
  }) as [Ratio, Ratio, Ratio]
  const [trackedText, countedText, rwText] = shares.map(percentText)
  const takesNs = NS_PER_S / tracked.row.median - NS_PER_S / without.row.median
  const ofTrip = (takesNs * PACKETS * trip.row.median) / NS_PER_S
  const { least, most } = REGISTRY
  const isNear = [shares[0].median, ofTrip].every(
    (share) => share >= least * (1 - NEAR) && share <= most * (1 + NEAR),
  )
  const verdict = isNear ? 'both within 30 %' : 'not both within 30 %'
  const claim =
    'The lock of netisr’s table of protocols, read by sender and worker of each packet, costs ' +
    `${trackedText} as FreeBSD’s rmlock, whose readers link trackers into a list of their CPU by ` +
    `35 loads and stores, where one packet at a time is handed over, and ` +
    `${formatted(ofTrip, 'share')} of a ping-pong over loopback; for the latter 3 to 6 % was ` +
    `published, ${verdict}, from prices of which none was fitted to that. An rmlock that only ` +
    `counts its readers costs ${countedText}, and an rwlock ${rwText}.`
  const evidence = [
    figureEvidence(trip),
    ratioEvidence('without a lock over FreeBSD’s rmlock', ratio(without, tracked)),
    ratioEvidence('without a lock over an rmlock that counts', ratio(without, counted)),
    ratioEvidence('without a lock over an rwlock', ratio(without, rw)),
  ]
  return [{ claim, evidence }]
}

function signed(error: number): string {
  return `${error < 0 ? '−' : '+'}${Math.abs(error * 100).toFixed(0)} %`
}
