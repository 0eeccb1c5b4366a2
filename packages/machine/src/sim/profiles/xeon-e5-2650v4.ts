import { assumed, type Profile, published } from './profile.ts'
import { CHIP_WORK, KERNEL_WORK_NS, SIBLING_SLOWDOWN, TICK_HZ, WAKING } from './common.ts'

const CORE_TO_CORE = 'core-to-core-latency (N. Viennot), 2x E5-2630v4, the same Broadwell-EP'
const TWICE = 'two transfers and a swap, as on the E5-2650'

/** Two Broadwell sockets: four years younger than the E5-2650, and a fifth faster with packets. */
export const XEON_E5_2650V4: Profile = {
  name: 'xeon-e5-2650v4',
  title: '2x Intel Xeon E5-2650 v4, 2 x 12 cores x 2 threads',
  topology: {
    socketsPerBoard: 2,
    sockets: 2,
    domainsPerSocket: 1,
    coresPerDomain: 12,
    threadsPerCore: 2,
  },
  clockMhz: published(2200, "Intel's data sheet: base frequency"),
  tickHz: TICK_HZ,
  siblingSlowdown: SIBLING_SLOWDOWN,
  lines: {
    readNs: assumed(1.8, 'four cycles to use a first-level hit, with the instructions around it'),
    writeNs: assumed(1.8, 'like a read'),
    casNs: assumed(7, 'as on the Xeon 8176, the nearest in age', [6, 12]),
    memoryNs: assumed(80, 'local DRAM', [60, 110]),
    blindCasNs: {
      sibling: published(8, 'core-to-core-latency: hyper-thread sibling 7-10 ns everywhere'),
      domain: published(37, `${CORE_TO_CORE}, near`),
      remote: published(115, `${CORE_TO_CORE}, far`),
    },
    loadAndCasNs: {
      sibling: assumed(16, 'two blind swaps'),
      domain: assumed(67, TWICE, [37, 111]),
      remote: assumed(223, TWICE, [115, 345]),
    },
    homeNs: { remote: assumed(130, 'one hop between sockets more') },
    sharerNs: assumed(2, 'one snoop and its answer in some cycles of the ring'),
    storeBufferEntries: published(42, "Intel's optimization manual, Haswell and Broadwell"),
    queue: {
      answerShare: assumed(0.615, 'as on the Xeon 8176', [0.4, 1]),
      holdNs: assumed(20, 'as on the Xeon 8176', [7, 66]),
      holdAloneNs: assumed(7, 'one swap, as on the Xeon 8176', [7, 66]),
      waiterNs: assumed(0, 'as on the Xeon 8176'),
      nearRun: assumed(8, 'as on the Xeon 8176', [1, 32]),
    },
  },
  copying: {
    bytesPerCycle: assumed(16, 'half of what 32-byte loads and stores can do'),
    linesInFlight: assumed(10, 'line fill buffers of a core'),
  },
  waking: WAKING,
  chipWork: CHIP_WORK,
  workNs: {
    ...KERNEL_WORK_NS,
    'spin-turn': assumed(5, 'one pause instruction of about 10 cycles'),
    'socket-send': assumed(580, 'as on the E5-2650'),
    'socket-receive': assumed(580, 'like a send'),
    'forward-packet': published(557, 'FreeBSD IPv4 forwarding, one core of an E5-2650v4'),
  },
}
