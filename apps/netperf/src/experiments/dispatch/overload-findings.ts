import { type Claim, figureEvidence, ratioEvidence } from '../../model/finding.ts'
import { figureText, type Query, ratio, ratioText, type Results } from '../../model/results.ts'
import type { Measured } from '../../model/row.ts'

/** What becomes of more packets than a CPU can handle, by who takes them. */
export function overloadClaims(results: Results, at: Query): Claim[] {
  const part = { ...at, metric: 'rate', settings: { part: 'overload' } }
  const loads = results.values(part, ({ settings }) => Number(settings?.['load']))
  const most = Math.max(...loads)
  const rateOf = (taken: string, load: number) =>
    results.find({ ...part, settings: { part: 'overload', taken, load } })
  const [starved, moderated, bounded] = ['interrupt', 'moderated', 'polled'].map((taken) =>
    rateOf(taken, most),
  )
  const full = rateOf('polled', 1)
  if (!starved || !moderated || !bounded || !full) return []
  const kept = ratio(bounded, full)
  const lived = ({ row }: Measured): string =>
    row.median < 0.1 * full.row.median ? 'receive livelock' : 'no livelock'
  const claim =
    `Offered ${most} times what one CPU can handle, deferred: taken in front of netisr, without ` +
    `end, ${figureText(starved)} are handled, which is ${lived(starved)}; with interrupts of the ` +
    `queue at least 125 µs apart ${figureText(moderated)}, ${lived(moderated)}, as a queue that ` +
    'never empties needs no interrupt; taken beside it, a budget in a row, and dropped by the ' +
    `card when netisr has no room, ${figureText(bounded)}, ` +
    `${ratioText(kept)} of what is handled when as much is offered as it can handle.`
  const evidence = [
    figureEvidence(starved),
    figureEvidence(moderated),
    figureEvidence(bounded),
    ratioEvidence(`polled, ${most} times its capacity over once`, kept),
  ]
  return [{ claim, evidence }]
}
