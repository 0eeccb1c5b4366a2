import type { Row } from '../../model/row.ts'
import { CPUS, type Dimension, PLACE, setting, type View } from '../../model/view.ts'
import { TRAFFIC } from './localhost-jobs.ts'
import { heldText } from './localhost-results.ts'

const HELD: Dimension = { ...setting('held', heldText), label: '' }
const WAKEUP = setting('wakeup')

/** The metrics that are shown of both workloads, beside their rates. */
const COUNTED = [
  ['into-lock', 'Switches straight into a held lock per datagram'],
  ['switches', 'Switches per datagram'],
  ['delay-p99', 'From a wake to running, 99 of 100 are shorter'],
  ['idle-queued', 'CPU time idle while a thread was queued, per datagram'],
] as const

/** Pictures: wakeup policies along CPUs, a panel for each machine and what is held. */
export function localhostPictures(metrics: readonly string[]): View[] {
  const isShown = ({ machine, settings }: Row) =>
    machine === 'sim' && isEra(settings) && settings?.['scheduler'] === '4BSD'
  return viewsOf(metrics, isShown, WAKEUP, [HELD, PLACE], '4BSD, one netisr thread')
}

/** Tables: the same of one machine at a time, for all locks that may be held in one table. */
export function localhostTables(metrics: readonly string[]): View[] {
  const isShown = ({ settings }: Row) => isEra(settings) && settings?.['scheduler'] === '4BSD'
  return viewsOf(metrics, isShown, WAKEUP_AND_HELD, [PLACE], '4BSD, one netisr thread')
}

const WAKEUP_AND_HELD: Dimension = {
  label: '',
  of: ({ settings }) => `${settings?.['wakeup']}, ${heldText(settings?.['held'])}`,
}

function isEra(settings: Row['settings']): boolean {
  return settings?.['netisr'] === 'one thread' && settings['dispatch'] === 'deferred'
}

function viewsOf(
  metrics: readonly string[],
  of: (row: Row) => boolean,
  series: Dimension,
  panels: readonly Dimension[],
  where: string,
): View[] {
  return TRAFFIC.flatMap(({ workload, rate, what }) => {
    const all = [[rate, `${capital(what)} per second`], ...tailOf(workload), ...COUNTED] as const
    return all
      .filter(([metric]) => metrics.includes(metric === rate ? 'rate' : metric))
      .map(([metric, title]) => {
        return {
          title: `${workload}: ${title} (${where})`,
          workload,
          metric,
          isTail: metric === 'rtt',
          of,
          series,
          along: CPUS,
          panels,
        }
      })
  })
}

/** A stream has no round trips. */
function tailOf(workload: string): [metric: string, title: string][] {
  return workload === 'udp_rr' ? [['rtt', 'Round trip, 99 of 100 are shorter']] : []
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
