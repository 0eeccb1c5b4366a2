import {
  ARRIVALS,
  type ArrivalName,
  DISPATCHES,
  type DispatchName,
  POLICIES,
  type PolicyName,
} from '@smpnet/netisr'
import type { WorkloadOptions } from '../../model/workload.ts'
import { parseCount, parseQuantity } from '../../options/quantities.ts'
import { wordOf } from '../../options/words.ts'
import { forward } from '../forward/forward.ts'
import { RECEIVERS, type ReceiverName } from './dispatch-settings.ts'

/** What dispatching can be told. */
export interface DispatchOptions {
  readonly dispatch?: DispatchName
  readonly policy?: PolicyName
  /** Workers of netisr, and receive queues; one on each CPU unless told. */
  readonly threads?: number | 'all'
  readonly queues?: number | 'all'
  readonly receiver?: ReceiverName
  readonly budget?: number
  /** Moderation: µs from an interrupt of a receive queue to its next at least. */
  readonly interval?: number
  readonly limit?: number
  readonly ring?: number
  /** Packets per second; a file's own times unless told, and `max` as soon as they are taken. */
  readonly offered?: number | 'max'
  readonly flows?: number
  readonly arrival?: ArrivalName
  readonly zipf?: number
  readonly pcap?: string
  /** Where the picture of a file's packets goes. */
  readonly picture?: string
  readonly work?: number
  readonly receive?: number
  readonly registryLock?: string
  /** Runs what is known to starve, so that it can be seen. */
  readonly force?: boolean
}

const MOST_CPUS = 256
const MOST_LIMIT = 10_240
const MOST_RING = 65_536

const countOf = (name: string, most: number) => (typed: string) =>
  parseCount(typed, { name, least: 1, most })

const countOrAll = (name: string) => (typed: string) =>
  typed === 'all' ? typed : countOf(`${name}, unless it is all,`, MOST_CPUS)(typed)

export const DISPATCH_OPTIONS: WorkloadOptions<DispatchOptions> = {
  dispatch: {
    flags: '--dispatch <kind>',
    description: `who handles a packet: ${DISPATCHES.join(', ')} (default: direct)`,
    parse: wordOf('dispatch', DISPATCHES),
  },
  policy: {
    flags: '--policy <name>',
    description: `what is kept together: ${POLICIES.join(', ')} (default: flow)`,
    parse: wordOf('policy', POLICIES),
  },
  threads: {
    flags: '--threads <n>',
    description: 'netisr’s workers, or all: one for each CPU (default: all)',
    parse: countOrAll('--threads'),
  },
  queues: {
    flags: '--queues <n>',
    description: 'CPUs that receive, or all of them, flows spread by RSS (default: all)',
    parse: countOrAll('--queues'),
  },
  receiver: {
    flags: '--receiver <kind>',
    description:
      'interrupt: before netisr, without end; polled: beside it, within a budget; thread: ' +
      'behind it (default: polled)',
    parse: wordOf('receiver', RECEIVERS),
  },
  budget: {
    flags: '--budget <n>',
    description: 'packets that a polling receiver takes in a row (default: 64)',
    parse: countOf('--budget', MOST_LIMIT),
  },
  interval: {
    flags: '--interval <us>',
    description: 'µs from an interrupt of a receive queue to its next at least (default: 0)',
    parse: (typed) => parseQuantity(typed, { name: '--interval', least: 0, most: 1e6 }, 'µs'),
  },
  limit: {
    flags: '--limit <n>',
    description: 'packets in a queue of netisr (default: 256)',
    parse: countOf('--limit', MOST_LIMIT),
  },
  ring: {
    flags: '--ring <n>',
    description: 'descriptors of a receive queue (default: 1024)',
    parse: countOf('--ring', MOST_RING),
  },
  offered: {
    flags: '--offered <n>',
    description: 'packets per second, or max (default: max, or the times of --pcap)',
    parse: (typed) =>
      typed === 'max'
        ? typed
        : parseQuantity(
            typed,
            { name: '--offered, unless it is max,', least: 1, most: 1e12 },
            'packets/s',
          ),
  },
  flows: {
    flags: '--flows <n>',
    description: 'flows of made-up packets (default: 10000)',
    parse: countOf('--flows', 2 ** 20),
  },
  arrival: {
    flags: '--arrival <law>',
    description: `when they come: ${ARRIVALS.join(', ')} (default: poisson)`,
    parse: wordOf('arrival', ARRIVALS),
  },
  zipf: {
    flags: '--zipf <s>',
    description: 'how unlike flows are: the exponent of Zipf’s law (default: 0)',
    parse: (typed) => parseQuantity(typed, { name: '--zipf', least: 0, most: 10 }, 'the exponent'),
  },
  pcap: {
    flags: '--pcap <file>',
    description: 'packets of a pcap or pcapng file, again and again',
    parse: (typed) => typed,
  },
  picture: {
    flags: '--picture <file.svg>',
    description: 'draw how the packets of --pcap spread over CPUs',
    parse: (typed) => typed,
  },
  work: forward.options.work,
  receive: {
    flags: '--receive <ns>',
    description: 'ns that a packet takes its receiver (default: 100)',
    parse: (typed) => parseQuantity(typed, { name: '--receive', least: 0, most: 1e6 }, 'ns'),
  },
  registryLock: {
    flags: '--registry-lock <kind>',
    description: 'a lock of netisr’s table of protocols, read for each packet (default: none)',
    parse: (typed) => typed,
  },
  force: {
    flags: '--force',
    description: 'run what is known to starve, so that it can be seen',
    parse: () => true,
  },
}
