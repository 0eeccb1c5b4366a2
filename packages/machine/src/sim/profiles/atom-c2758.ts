import { assumed, type Profile, published } from './profile.ts'
import { CHIP_WORK, KERNEL_WORK_NS, TICK_HZ, WAKING } from './common.ts'

/** Eight small cores, each two of which share a cache, and nothing else does. */
export const ATOM_C2758: Profile = {
  name: 'atom-c2758',
  title: 'Intel Atom C2758, 4 modules x 2 cores',
  topology: {
    socketsPerBoard: 1,
    sockets: 1,
    domainsPerSocket: 4,
    coresPerDomain: 2,
    threadsPerCore: 1,
  },
  clockMhz: published(2400, "Intel's data sheet"),
  tickHz: TICK_HZ,
  lines: {
    readNs: assumed(1.25, 'three cycles to use a first-level hit'),
    writeNs: assumed(1.25, 'like a read'),
    casNs: assumed(9, 'about 20 cycles, as on the Xeons', [7, 20]),
    memoryNs: assumed(90, 'local DRAM', [70, 130]),
    blindCasNs: {
      domain: assumed(35, 'the cache of a module, as near as on the Xeons', [25, 60]),
      socket: assumed(130, 'modules by way of the system agent', [80, 200]),
    },
    loadAndCasNs: {
      domain: assumed(61, 'two transfers and a swap', [35, 110]),
      socket: assumed(251, 'two transfers and a swap', [130, 390]),
    },
    sharerNs: assumed(3, 'one snoop and its answer'),
    storeBufferEntries: assumed(16, 'its store buffer'),
    queue: {
      answerShare: assumed(0.615, 'as on the Xeon 8176', [0.4, 1]),
      holdNs: assumed(22, 'as many cycles as on the Xeon 8176', [9, 66]),
      holdAloneNs: assumed(9, 'one swap', [9, 66]),
      waiterNs: assumed(0, 'as on the Xeon 8176'),
      nearRun: assumed(8, 'as on the Xeon 8176', [1, 32]),
    },
  },
  copying: {
    bytesPerCycle: assumed(8, 'half of what 16-byte loads and stores can do'),
    linesInFlight: assumed(8, 'load misses of a core'),
  },
  waking: WAKING,
  chipWork: CHIP_WORK,
  workNs: {
    ...KERNEL_WORK_NS,
    'context-switch': assumed(1400, 'a Xeon needs 700 ns', [700, 2100]),
    'spin-turn': assumed(4, 'a pause of about 10 cycles'),
    'socket-send': assumed(1600, 'three times what a Xeon needs, as for a packet'),
    'socket-receive': assumed(1600, 'like a send'),
    'forward-packet': published(1985, 'FreeBSD IPv4 forwarding, one core of a C2758'),
  },
}
