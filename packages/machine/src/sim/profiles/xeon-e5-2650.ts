import { assumed, derived, fitted, fittedTo, type Profile, published } from './profile.ts'
import { CHIP_WORK, KERNEL_WORK_NS, SIBLING_SLOWDOWN, TICK_HZ, WAKING } from './common.ts'

const PERFBOOK = "perfbook (P. McKenney), Xeon X5550 at 2.8 GHz, in this machine's cycles"
const CORE_TO_CORE = 'core-to-core-latency (N. Viennot), 2x E5-2690, the same Sandy Bridge-EP'
const FORWARDING = 'FreeBSD IPv4 forwarding on an 8-core E5-2650'
const SATURATED = `${FORWARDING}, eight cores and one rwlock: 171.6 ns per packet`

/** Two Sandy Bridge sockets: the machine of FreeBSD's forwarding measurements. */
export const XEON_E5_2650: Profile = {
  name: 'xeon-e5-2650',
  title: '2x Intel Xeon E5-2650, 2 x 8 cores x 2 threads',
  topology: {
    socketsPerBoard: 2,
    sockets: 2,
    domainsPerSocket: 1,
    coresPerDomain: 8,
    threadsPerCore: 2,
  },
  clockMhz: published(2600, `${FORWARDING}: "at 2.6 GHz"`),
  tickHz: TICK_HZ,
  siblingSlowdown: SIBLING_SLOWDOWN,
  lines: {
    readNs: assumed(1.5, 'four cycles to use a first-level hit, with the instructions around it'),
    writeNs: assumed(1.5, 'like a read'),
    casNs: derived(13.1, `${PERFBOOK}: same-CPU CAS 12.2 ns`),
    memoryNs: assumed(80, 'local DRAM'),
    blindCasNs: {
      sibling: published(8, 'core-to-core-latency: hyper-thread sibling 7-10 ns everywhere'),
      domain: published(28, `${CORE_TO_CORE}, near`),
      remote: published(110, `${CORE_TO_CORE}, far`),
    },
    loadAndCasNs: {
      sibling: assumed(16, 'two blind swaps'),
      domain: assumed(
        43,
        'two transfers and a swap: perfbook has 1.0 to 3.0 blind swaps, often 2',
      ),
      remote: assumed(
        207,
        'two transfers and a swap: perfbook has 1.0 to 3.0 blind swaps, often 2',
      ),
    },
    homeNs: { remote: assumed(130, 'one hop between sockets more') },
    sharerNs: assumed(2, 'one snoop and its answer in some cycles of the ring'),
    storeBufferEntries: published(36, "Intel's optimization manual, Sandy Bridge"),
    queue: {
      answerShare: assumed(0.615, 'as on the Xeon 8176'),
      holdNs: fitted(66, SATURATED),
      holdAloneNs: fitted(66, SATURATED),
      waiterNs: assumed(0, 'as on the Xeon 8176'),
      nearRun: assumed(8, 'as on the Xeon 8176'),
    },
  },
  copying: {
    bytesPerCycle: assumed(8, 'half of what 16-byte loads and stores can do'),
    linesInFlight: assumed(10, 'line fill buffers of a core'),
  },
  waking: WAKING,
  chipWork: CHIP_WORK,
  workNs: {
    ...KERNEL_WORK_NS,
    'spin-turn': assumed(4, 'one pause instruction of about 10 cycles'),
    'socket-send': derived(580, 'UNIX-domain send 840 ns, less a system call and four lock pairs'),
    'socket-receive': assumed(580, 'like a send'),
    'forward-packet': published(703, `${FORWARDING}, one core, route and neighbour locks removed`),
  },
  checks: {
    lockPairNs: derived(27, `${FORWARDING}: four lock pairs make 811 ns of 703 ns`),
    sharedLockPacketNs: fittedTo(
      published(171.6, `${FORWARDING}, eight cores: 5,827,792 packets/s`),
    ),
  },
}
