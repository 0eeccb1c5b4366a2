import type { DispatchName } from '@smpnet/netisr'
import { handoffTable } from '@smpnet/ifqueue/interface'
import { lockKinds } from '../../locks/index.ts'
import type { Configured, Metric, Place, Workload } from '../../model/workload.ts'
import { wordOf } from '../../options/words.ts'
import { DISPATCH_OPTIONS } from '../dispatch/dispatch-options.ts'
import { forward } from '../forward/forward.ts'
import { WORK_OPTION } from '../forward/forward-options.ts'
import { HANDOFF_OPTION } from '../interfaces/handoff-option.ts'
import { ifqueue } from '../interfaces/ifqueue.ts'
import { USUAL } from '../interfaces/interface-settings.ts'
import { handoffOf } from '../interfaces/open-interface.ts'
import { RouteProgram } from './route-program.ts'
import type { RouteSettings } from './route-settings.ts'
import { TALLY } from './router.ts'
import { NO_LOCK } from './table-lock.ts'

/** What a router can be told. */
export interface RouteOptions {
  readonly handoff?: readonly string[]
  readonly dispatch?: DispatchName
  readonly routeLock?: string
  readonly neighbourLock?: string
  readonly linkRate?: number
  /** Gigabits per second of the link by which packets go out. */
  readonly link?: number
  readonly work?: number
}

/** Ten gigabits per second of the shortest frames. */
const LINE_RATE = 14.88e6

const LOCKS = [NO_LOCK, ...lockKinds.keys()]

/** Of the packets that came, or that were sent, a share or a mean. */
function share(name: string, unit: Metric['unit'], of: string, all: string): Metric {
  const tallied = (tallies: Readonly<Record<string, number>>): number | undefined => {
    const whole = tallies[all]
    return whole ? (tallies[of] ?? 0) / whole : undefined
  }
  return { name, unit, from: { tallied } }
}

/** All CPUs route packets from a card to a card. */
export const route: Workload<RouteOptions, RouteSettings> = {
  name: 'route',
  machines: ['sim'],
  summary: 'each CPU forwards packets from receive ring to transmit ring, by netisr and tables',
  options: {
    handoff: HANDOFF_OPTION,
    dispatch: DISPATCH_OPTIONS.dispatch,
    routeLock: {
      flags: '--route-lock <kind>',
      description: 'what routes are read under, as --lock of list_walk, or none (default: rmlock)',
      parse: wordOf('route-lock', LOCKS),
    },
    neighbourLock: {
      flags: '--neighbour-lock <kind>',
      description: 'what neighbours are read under (default: rmlock)',
      parse: wordOf('neighbour-lock', LOCKS),
    },
    linkRate: forward.options.linkRate,
    link: ifqueue.options.link,
    work: WORK_OPTION,
  },
  configure,
  metrics: [
    { name: 'rate', unit: '1/s', from: 'count' },
    { name: 'packet', unit: 'ns', from: 'latency' },
    share('missed', 'share', TALLY.missed, TALLY.came),
    share('dropped', 'share', TALLY.dropped, TALLY.came),
    share('interrupts', 'each', TALLY.interrupts, TALLY.came),
    {
      name: 'line-moves',
      unit: 'each',
      from: ({ lineMoves }, { [TALLY.sent]: sent }) => lineMoves && sent && lineMoves / sent,
    },
  ],
  kernel: new RouteProgram(),
}

function configure(options: RouteOptions, { profile }: Place): Configured<RouteSettings> {
  const { dispatch = 'direct', routeLock = 'rmlock', neighbourLock = 'rmlock' } = options
  const { linkRate = LINE_RATE, link, work } = options
  const names = options.handoff ?? handoffTable.map(({ name }) => name)
  for (const name of names) handoffOf(name)
  const packetNs = work ?? profile.workNs['forward-packet']?.value ?? 1
  const told = {
    ...USUAL,
    ...(link !== undefined && { bitsPerSecond: link * 1e9 }),
    received: USUAL.slots,
    linkRate,
    dispatch,
    routeLock,
    neighbourLock,
    packetNs,
  }
  const labels = {
    dispatch,
    'route-lock': routeLock,
    'neighbour-lock': neighbourLock,
    work: packetNs,
  }
  const configurations = [...new Set(names)].map((name) => {
    return { name, settings: { ...told, handoff: name }, labels }
  })
  return { detail: `${linkRate / 1e6} M packets/s, ${dispatch}`, configurations }
}
