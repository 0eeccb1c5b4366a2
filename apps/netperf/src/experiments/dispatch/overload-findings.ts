import { type Claim, figureEvidence, ratioEvidence } from '../../model/finding.ts'
import { figureText, type Query, ratio, ratioText, type Results } from '../../model/results.ts'

/** What becomes of more packets than a CPU can handle, by who takes them. */
export function overloadClaims(results: Results, at: Query): Claim[] {
  const part = { ...at, metric: 'rate', settings: { part: 'overload' } }
  const loads = results.values(part, ({ settings }) => Number(settings?.['load']))
  const most = Math.max(...loads)
  const rateOf = (receiver: string, load: number) =>
    results.find({ ...part, settings: { part: 'overload', receiver, load } })
  const [starved, bounded] = ['interrupt', 'polled'].map((receiver) => rateOf(receiver, most))
  const full = rateOf('polled', 1)
  if (starved === undefined || bounded === undefined || full === undefined) return []
  const isLivelocked = starved.row.median < 0.1 * full.row.median
  const kept = ratio(bounded, full)
  const lived = isLivelocked ? 'receive livelock' : 'no livelock'
  const claim =
    `Offered ${most} times what one CPU can handle, deferred: taken in front of netisr, without ` +
    `end, ${figureText(starved)} are handled, which is ${lived}; taken beside it, a budget in a ` +
    `row, and dropped by the card when netisr has no room, ${figureText(bounded)}, ` +
    `${ratioText(kept)} of what is handled when as much is offered as it can handle.`
  const evidence = [
    figureEvidence(starved),
    figureEvidence(bounded),
    ratioEvidence(`polled, ${most} times its capacity over once`, kept),
  ]
  return [{ claim, evidence }]
}
