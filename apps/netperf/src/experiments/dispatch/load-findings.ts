import { cpusText } from '../../model/formatted.ts'
import { type Claim, figureEvidence, listText, ratioEvidence } from '../../model/finding.ts'
import {
  best,
  figureText,
  type Query,
  ratio,
  ratioText,
  type Results,
} from '../../model/results.ts'
import type { Labels, Measured } from '../../model/row.ts'
import { EACH_QUEUE, KINDS, ONE_QUEUE } from './netisr-jobs.ts'

const CARDS = [ONE_QUEUE, EACH_QUEUE]
const CARD_TEXT: Readonly<Record<string, string>> = {
  [ONE_QUEUE]: 'from a card with one receive queue',
  [EACH_QUEUE]: 'from a card with a receive queue for each CPU',
}

/** What is handled, and how soon, by each dispatch. */
export function loadClaims(results: Results, at: Query): Claim[] {
  return [
    ...CARDS.flatMap((card) => scalingClaims(results, at, card)),
    ...peakClaims(results, at),
    ...oneFlowClaims(results, at),
    ...CARDS.flatMap((card) => latencyClaims(results, at, card)),
  ]
}

function find(results: Results, at: Query, metric: string, cpus: number, settings: Labels) {
  return results.find({ ...at, metric, cpus, settings })
}

function mostCpus(results: Results, at: Query, part: string): number {
  return results.mostCpus({ ...at, metric: 'rate', settings: { part } })
}

/** How many times as much the most CPUs handle as one that dispatches directly. */
function scalingClaims(results: Results, at: Query, card: string): Claim[] {
  const flows = Math.max(
    ...results.values({ ...at, metric: 'rate', settings: { part: 'capacity' } }, ({ settings }) =>
      Number(settings?.['flows']),
    ),
  )
  const cpus = mostCpus(results, at, 'capacity')
  const of = { part: 'capacity', card, flows }
  const base = find(results, { ...at, variant: 'direct' }, 'rate', 1, of)
  if (base === undefined || cpus < 2) return []
  const own = KINDS.flatMap((variant) => {
    const most = find(results, { ...at, variant }, 'rate', cpus, of)
    return most === undefined ? [] : [{ variant, most, times: ratio(most, base) }]
  })
  const texts = own.map(({ variant, most, times }) => {
    return `${variant} ${figureText(most)}, ${ratioText(times)}`
  })
  const claim =
    `${flows} flows, ${CARD_TEXT[card]}, on ${cpusText(cpus)}, beside the ` +
    `${figureText(base)} that one CPU handles by itself: ${listText(texts)}.`
  const evidence = own.map(({ variant, times }) =>
    ratioEvidence(`${variant} on ${cpusText(cpus)} over direct on 1 CPU, ${card}`, times),
  )
  return [{ claim, evidence: [figureEvidence(base), ...evidence] }]
}

/** On how many CPUs the packets of one queue are handled best: farther ones cost the receiver. */
function peakClaims(results: Results, at: Query): Claim[] {
  const all = handedOver(results, at)
  const peak = best(all)
  const most = all.find(({ row }) => row.cpus === Math.max(...all.map((each) => each.row.cpus)))
  if (peak === undefined || most === undefined || all.length < 3 || peak === most) return []
  const [near, far] = [peak, most].map(({ row }) => cpusText(row.cpus))
  const claim =
    `From a card with one receive queue hybrid dispatch handles most on ${near}: ` +
    `${figureText(peak)}, and ${figureText(most)} on ${far}: the farther a worker is, the ` +
    'longer its receiver waits for the lines of its queue.'
  return [{ claim, evidence: [peak, most].map(figureEvidence) }]
}

/** Hybrid dispatch of many flows from one queue, by CPUs. */
export function handedOver(results: Results, at: Query): Measured[] {
  const of = { part: 'capacity', card: ONE_QUEUE, flows: 10_000 }
  return results.all({ ...at, variant: 'hybrid', metric: 'rate', settings: of })
}

/** More than that is scaling: hand-over spares the handler's CPU the receiver's share. */
const SCALES = 1.25

/** A control: what has to stay in order is handled by one CPU at a time. */
function oneFlowClaims(results: Results, at: Query): Claim[] {
  const cpus = mostCpus(results, at, 'capacity')
  const compared = CARDS.flatMap((card) =>
    KINDS.flatMap((variant) => {
      const of = { part: 'capacity', card, flows: 1 }
      const [one, most] = [1, cpus].map((count) =>
        find(results, { ...at, variant }, 'rate', count, of),
      )
      if (one === undefined || most === undefined || cpus < 2) return []
      return [{ what: `${variant}, ${card}`, times: ratio(most, one) }]
    }),
  )
  if (compared.length === 0) return []
  const [top] = compared.toSorted((a, b) => b.times.median - a.times.median)
  const isFlat = top!.times.low <= SCALES
  const claim =
    `Control: one flow ${isFlat ? 'does not scale' : 'scales, which it should not'}: on ` +
    `${cpusText(cpus)} at most ${ratioText(top!.times)} of what one CPU handles (${top!.what}).`
  const evidence = compared.map(({ what, times }) =>
    ratioEvidence(`one flow on ${cpusText(cpus)} over 1 CPU, ${what}`, times),
  )
  return [{ claim, evidence }]
}

/** From the wire to handled, at half load, with what it takes in switches and interrupts. */
function latencyClaims(results: Results, at: Query, card: string): Claim[] {
  const cpus = mostCpus(results, at, 'half load')
  const of = { part: 'half load', card }
  const own = KINDS.flatMap((variant) => {
    const [latency, switches, ipis] = ['latency', 'switches', 'ipis'].map((metric) =>
      find(results, { ...at, variant }, metric, cpus, of),
    ) as (Measured | undefined)[]
    return latency && switches ? [{ variant, latency, switches, ipis }] : []
  })
  if (own.length === 0) return []
  const texts = own.map(({ variant, latency, switches, ipis }) => {
    return `${variant} ${figureText(latency)} (${countedText(switches, ipis)})`
  })
  const claim =
    `At half load, ${CARD_TEXT[card]}, on ${cpusText(cpus)}, half of the packets are handled ` +
    `within, and each costs: ${listText(texts)}.`
  const evidence = own.flatMap(({ latency, switches }) => [latency, switches]).map(figureEvidence)
  return [{ claim, evidence }]
}

/** Fewer than that round to none: a CPU that is idle watches for work, and needs no interrupt. */
const SOME = 0.005

function countedText(switches: Measured, ipis: Measured | undefined): string {
  const counted = [
    { of: switches, what: 'switches' },
    { of: ipis, what: 'interrupts' },
  ]
  return counted
    .flatMap(({ of, what }) => {
      if (of === undefined) return []
      return [of.row.median < SOME ? `no ${what}` : `${figureText(of)} ${what}`]
    })
    .join(', ')
}
