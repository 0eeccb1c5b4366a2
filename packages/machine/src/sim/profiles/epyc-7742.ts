import { assumed, derived, type Profile, published } from './profile.ts'
import { CHIP_WORK, KERNEL_WORK_NS, SIBLING_SLOWDOWN, TICK_HZ, WAKING } from './common.ts'

const CORE_TO_CORE = 'core-to-core-latency (N. Viennot)'
const TWICE = 'two transfers and a swap, as on the E5-2650'

/**
 * Two sockets of small cache domains: four cores share a last-level cache, and all others are far,
 * on the same socket too. Only how CPUs are apart was measured; the rest is as on like machines.
 */
export const EPYC_7742: Profile = {
  name: 'epyc-7742',
  title: '2x AMD EPYC 7742, 2 x 16 x 4 cores x 2 threads',
  topology: {
    socketsPerBoard: 2,
    sockets: 2,
    domainsPerSocket: 16,
    coresPerDomain: 4,
    threadsPerCore: 2,
  },
  clockMhz: assumed(2250, 'its base clock, at which its TSC counts'),
  tickHz: TICK_HZ,
  siblingSlowdown: SIBLING_SLOWDOWN,
  lines: {
    readNs: assumed(1.6, 'four cycles to use a first-level hit, with the instructions around it'),
    writeNs: assumed(1.6, 'like a read'),
    casNs: assumed(7, 'as on the Xeon 8176, the nearest in age'),
    memoryNs: assumed(90, 'local DRAM'),
    blindCasNs: {
      sibling: published(8, 'core-to-core-latency: hyper-thread sibling 7-10 ns everywhere'),
      domain: published(23, `${CORE_TO_CORE}, EPYC 7R13, near: cores that share a cache`),
      socket: published(109, `${CORE_TO_CORE}, 2x EPYC 7742, near`),
      remote: published(261, `${CORE_TO_CORE}, 2x EPYC 7742, far`),
    },
    loadAndCasNs: {
      sibling: assumed(16, 'two blind swaps'),
      domain: assumed(39, TWICE),
      socket: assumed(211, TWICE),
      remote: assumed(515, TWICE),
    },
    homeNs: { remote: assumed(190, 'one hop between sockets more') },
    sharerNs: assumed(2, 'one probe and its answer'),
    storeBufferEntries: published(48, "AMD's optimization guide, family 17h model 30h"),
    queue: {
      answerShare: assumed(0.615, 'as on the Xeon 8176'),
      holdNs: assumed(20, 'as on the Xeon 8176'),
      holdAloneNs: assumed(7, 'one swap, as on the Xeon 8176'),
      waiterNs: assumed(0, 'as on the Xeon 8176'),
      nearRun: assumed(8, 'as on the Xeon 8176'),
    },
  },
  copying: {
    bytesPerCycle: assumed(16, 'half of what 32-byte loads and stores can do'),
    linesInFlight: assumed(12, 'line fill buffers of a core'),
  },
  waking: WAKING,
  chipWork: CHIP_WORK,
  workNs: {
    ...KERNEL_WORK_NS,
    'spin-turn': assumed(29, 'one pause instruction of about 65 cycles'),
    'socket-send': derived(630, 'UNIX-domain send 840 ns, less a system call and four lock pairs'),
    'socket-receive': assumed(630, 'like a send'),
    'forward-packet': assumed(557, 'one core of the fastest machine whose figure is known'),
  },
}
