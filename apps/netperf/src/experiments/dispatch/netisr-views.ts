import type { Row } from '../../model/row.ts'
import { CPUS, PLACE, setting, VARIANT, type View } from '../../model/view.ts'
import { EACH_QUEUE, ONE_QUEUE, type Part } from './netisr-jobs.ts'

const CARD = { ...setting('card'), label: '' }
const FLOWS = setting('flows', (flows) => Number(flows).toLocaleString('en'))
const MANY_FLOWS = 10_000

/** Whether a row is of that part, and of many flows where a view does not tell them apart. */
function of(part: Part, flows?: number): (row: Row) => boolean {
  return ({ settings }: Row) =>
    settings?.['part'] === part && (flows === undefined || settings['flows'] === flows)
}

const WORKLOAD = 'dispatch'

/** What is handled of one card's packets, by dispatch: tables are wide enough for one card. */
function capacity(card: string): View {
  const shown = { series: VARIANT, along: CPUS, panels: [FLOWS, PLACE] }
  const isOf = of('capacity')
  return {
    title: `Packets per second, when there are always more, ${card}`,
    workload: WORKLOAD,
    metric: 'rate',
    ...shown,
    of: (row) => isOf(row) && row.settings?.['card'] === card,
  }
}

function halfLoad(title: string, metric: string, isTail = false): View {
  const panels = [CARD, PLACE]
  const shown = { series: VARIANT, along: CPUS, panels, of: of('half load') }
  return { title, workload: WORKLOAD, metric, isTail, ...shown }
}

export const RATES = [ONE_QUEUE, EACH_QUEUE].map(capacity)
export const LATENCY = halfLoad(
  'From the wire to handled at half load, half are sooner',
  'latency',
)
export const TAIL = halfLoad(
  'From the wire to handled at half load, 99 of 100 are sooner',
  'latency',
  true,
)
export const SWITCHES = halfLoad('Switches per packet at half load', 'switches')
export const IPIS = halfLoad('Interrupts from CPU to CPU per packet at half load', 'ipis')

export const TO_OTHERS: View = {
  title: 'Interrupts from CPU to CPU per packet, between CPUs whose threads send',
  workload: WORKLOAD,
  metric: 'ipis',
  series: VARIANT,
  along: CPUS,
  panels: [PLACE],
  of: of('to others'),
}

export const OVERLOAD: View = {
  title: 'Packets handled per second on one CPU, by what is offered',
  workload: WORKLOAD,
  metric: 'rate',
  series: setting('taken'),
  along: setting('load', (load) => `${load}×`),
  panels: [PLACE],
  of: of('overload'),
}

export const THREADS: View = {
  title: 'Packets per second under direct dispatch, by workers of netisr',
  workload: WORKLOAD,
  metric: 'rate',
  series: setting('workers'),
  along: CPUS,
  panels: [PLACE],
  of: of('threads', MANY_FLOWS),
}
