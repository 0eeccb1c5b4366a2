import { cpusText, formatted } from '../../model/formatted.ts'
import { type Claim, figureEvidence, ratioEvidence } from '../../model/finding.ts'
import { figureText, type Query, ratio, ratioText, type Results } from '../../model/results.ts'
import { percentText } from '../../model/results.ts'

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
/** By the sender, which queues the packet, and by the worker, which takes it. */
const READS = 2

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

function registryClaims(results: Results, at: Query): Claim[] {
  const rateOf = (registryLock: string) =>
    results.find({ ...at, metric: 'rate', settings: { part: 'registry', registryLock } })
  const [without, rm, rw] = [rateOf('none'), rateOf('rmlock'), rateOf('rwlock')]
  if (without === undefined || rm === undefined || rw === undefined) return []
  const [rmShare, rwShare] = [rm, rw].map((own) => {
    const { median, low, high, ...rest } = ratio(without, own)
    return { ...rest, median: median - 1, low: low - 1, high: high - 1 }
  }) as [ReturnType<typeof ratio>, ReturnType<typeof ratio>]
  const { least, most } = REGISTRY
  const isNear = rmShare.median >= least * (1 - NEAR) && rmShare.median <= most * (1 + NEAR)
  // Of 3 to 6 % of a packet's time: what each of the two reads would take, which are all there is.
  const nsOf = (share: number) => formatted((share * 1e9) / without.row.median / READS, 'ns')
  const why = isNear
    ? 'which comes out'
    : `which does not come out: that would be ${nsOf(least)} to ${nsOf(most)} for each of the ` +
      'two reads, and no line moves in one, since a reader writes its own CPU’s queue and ' +
      'reads a word that all share. What is left are instructions, some fifty of them in ' +
      'FreeBSD, which have no price here'
  const claim =
    'The lock of netisr’s table of protocols, read by sender and worker of each packet, costs ' +
    `${percentText(rmShare)} as an rmlock and ${percentText(rwShare)} as an rwlock, where one ` +
    `packet at a time is handed over; for an rmlock 3 to 6 % of a ping-pong was published, ${why}.`
  const evidence = [
    ratioEvidence('without a lock over an rmlock', ratio(without, rm)),
    ratioEvidence('without a lock over an rwlock', ratio(without, rw)),
  ]
  return [{ claim, evidence }]
}

function signed(error: number): string {
  return `${error < 0 ? '−' : '+'}${Math.abs(error * 100).toFixed(0)} %`
}
