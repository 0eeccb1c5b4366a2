import { type LockScheme, schemeTable } from '@smpnet/socket/locked'
import type { Needs, Site } from '@smpnet/stack'
import type { KernelHost, KernelProgram } from '../../model/kernel-program.ts'
import type { Tallies } from '../../model/kernel-slice.ts'
import type { Configured, Metric, Place, Workload } from '../../model/workload.ts'
import { lookUp, UsageError } from '../../options/usage-error.ts'
import { listFrom, wordOf } from '../../options/words.ts'
import { PAIR_OPTIONS } from '../sockets/pair-options.ts'
import { placementOn } from '../sockets/placement.ts'
import { CallMeter } from './call-meter.ts'
import { COUNTED, isRated, type LockedSettings, RATED, type Traffic } from './locked-settings.ts'
import { TRAFFIC } from './locked-traffic.ts'
import { openSockets, placeSockets, type SharedSockets, socketsBytes } from './open-sockets.ts'
import { CallTotals, SingleCalls, TALLY } from './single-calls.ts'

/** What the comparison of lock schemes can be told. */
export interface SocketLockingOptions {
  /** Schemes to compare; all unless told. */
  readonly locking?: readonly string[]
  readonly traffic?: Traffic
  /** Bytes of a message; 1, of a stream 4096. */
  readonly size?: number
  /** Whether accept looks at the queue before it locks. */
  readonly looksFirst?: boolean
}

const SCHEMES: ReadonlyMap<string, LockScheme> = new Map(
  schemeTable.map((scheme) => [scheme.name, scheme]),
)

class SocketLockingProgram implements KernelProgram<LockedSettings, SharedSockets> {
  needs(_settings: LockedSettings, cpus: number): Needs {
    return { bytes: socketsBytes(cpus), threads: 2 * cpus + 1 }
  }

  place(settings: LockedSettings, { arena, lot, cpus }: Site): SharedSockets {
    return placeSockets(settings, { arena, lot, cpus })
  }

  clients({ traffic }: LockedSettings, cpus: number): number {
    return isRated(traffic) ? cpus : 1
  }

  start(settings: LockedSettings, shared: SharedSockets, host: KernelHost): void {
    const { cpu, scheduler, client } = host
    const { traffic, size } = settings
    const pairs = isRated(traffic) ? cpu.cpus : 1
    const here = placementOn(cpu.id, cpu.cpus, { pairs })
    const meter = isRated(traffic) ? undefined : new CallMeter(cpu.memory)
    const sockets = openSockets(settings, shared, host, meter)
    const program = (pair: number): Ends => {
      const of = shared.pairs[pair]!
      if (!isRated(traffic)) {
        const totals = CallTotals.of(shared)
        return new SingleCalls(sockets, of, shared.turn, meter!, totals, traffic, size)
      }
      return {
        serve: (td) => TRAFFIC[traffic].serve(td, sockets, of, size),
        drive: (td, slice) => TRAFFIC[traffic].drive(td, sockets, of, size, slice),
      }
    }
    for (const pair of here.servers) {
      const ends = program(pair)
      scheduler.spawn((td) => ends.serve(td), { name: `server ${pair}`, pinned: true })
    }
    for (const pair of here.clients) {
      const ends = program(pair)
      client(`client ${pair}`, (td, slice) => ends.drive(td, slice), { pinned: true })
    }
  }

  prices(): Record<string, number> {
    return { 'clock-read': 0 }
  }
}

type Ends = Pick<SingleCalls, 'serve' | 'drive'>

/** A figure of each call that was counted. */
function perCall(name: string, tally: string): Metric {
  const tallied = ({ [TALLY.calls]: calls, [tally]: all = 0 }: Tallies) => calls && all / calls
  return { name, unit: 'each', from: { tallied } }
}

/** Local stream sockets under the locks of each scheme. */
export const socketLocking: Workload<SocketLockingOptions, LockedSettings> = {
  name: 'socket_locking',
  machines: ['sim', 'live'],
  summary: 'local stream sockets under the locks of a scheme: rates, or what one call takes',
  options: {
    locking: {
      flags: '--locking <a,b>',
      description: `of ${[...SCHEMES.keys()].join(', ')} (default: all)`,
      parse: listFrom,
    },
    traffic: {
      flags: '--traffic <what>',
      description: `${RATED.join(', ')}; or a call that is counted: ${COUNTED.join(', ')}`,
      parse: wordOf('traffic', [...RATED, ...COUNTED]),
    },
    size: PAIR_OPTIONS.size,
    looksFirst: {
      flags: '--looks-first',
      description: 'accept looks at the queue before it locks',
      parse: () => true,
    },
  },
  configure,
  metrics: [
    { name: 'rate', unit: '1/s', from: 'count' },
    { name: 'time', unit: 'ns', from: 'latency' },
    perCall('lock-pairs', TALLY.pairs),
    perCall('relocks', TALLY.relocks),
    perCall('atomics', TALLY.atomics),
    perCall('line-moves', TALLY.lines),
  ],
  kernel: new SocketLockingProgram(),
}

function configure(
  {
    locking,
    traffic = 'rr',
    size = traffic === 'stream' ? 4096 : 1,
    looksFirst = false,
  }: SocketLockingOptions,
  { machine, cpus }: Place,
): Configured<LockedSettings> {
  const names = locking ?? [...SCHEMES.keys()]
  for (const name of names) lookUp('lock scheme', SCHEMES, name)
  if (!isRated(traffic) && (machine !== 'sim' || cpus < 2)) {
    const expected = `expected two simulated CPUs to count what a ${traffic} takes`
    throw new UsageError(`${expected}, got --machine ${machine} --cpus ${cpus}`)
  }
  const labels = { traffic, ...(looksFirst && { accept: 'looks first' }) }
  const configurations = [...new Set(names)].map((name) => {
    return { name, settings: { locking: name, traffic, size, looksFirst }, labels }
  })
  return { detail: traffic, configurations }
}
