import { type Finding, listText } from '../../model/finding.ts'
import { type Query, type Results } from '../../model/results.ts'
import type { Measured } from '../../model/row.ts'
import { adviceFinding, rangeText } from '../advice.ts'
import { EACH_QUEUE, ONE_QUEUE } from './netisr-jobs.ts'

/** What a reader can do about where packets are handled on a machine of their own. */
export function netisrAdvice(results: Results): Finding[] {
  const at: Query = { machine: 'sim', workload: 'dispatch', metric: 'rate' }
  const onMost = (variant: string, card: string): Measured[] => {
    const flows = 10_000
    const all = results.all({ ...at, variant, settings: { part: 'capacity', card, flows } })
    const profiles = [...new Set(all.map(({ row }) => row.profile))]
    return profiles.flatMap((profile) => {
      const own = all.filter(({ row }) => row.profile === profile && row.cpus > 1)
      return own.toSorted((a, b) => b.row.median - a.row.median).slice(0, 1)
    })
  }
  const [direct, hybrid] = [onMost('direct', ONE_QUEUE), onMost('hybrid', ONE_QUEUE)]
  const each = onMost('direct', EACH_QUEUE)
  const counts = [...new Set(hybrid.map(({ row }) => row.cpus))].toSorted((a, b) => a - b)
  const workers = listText(counts.map(String)).replace(' and ', ' or ')
  if (direct.length === 0 || hybrid.length === 0 || each.length === 0) return []
  return [
    ...adviceFinding({
      when: 'when one CPU is busy with packets and others are idle',
      look: 'netstat -Q',
      change:
        'a card that has more receive queues is to use them, with direct dispatch, which needs ' +
        'no hand-over; where all packets come in on one CPU (one queue, a tunnel, epair), set ' +
        `net.isr.dispatch=hybrid, net.isr.bindthreads=1 and net.isr.maxthreads to ${workers}, as ` +
        'many as are near that CPU: -1, one on each of many sockets, may handle less than one',
      brings:
        `${rangeText(each)} by queues, and ${rangeText(hybrid)} by hybrid dispatch from one, ` +
        `instead of ${rangeText(direct)}`,
      of: [...each, ...hybrid, ...direct],
    }),
  ]
}
