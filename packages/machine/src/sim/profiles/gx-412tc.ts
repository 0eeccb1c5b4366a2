import { assumed, derived, type Profile, published } from './profile.ts'
import { CHIP_WORK, KERNEL_WORK_NS, TICK_HZ, WAKING } from './common.ts'

/** Four small cores of an access router's board, which share one cache. */
export const GX_412TC: Profile = {
  name: 'gx-412tc',
  title: 'AMD GX-412TC, 4 cores',
  topology: {
    socketsPerBoard: 1,
    sockets: 1,
    domainsPerSocket: 1,
    coresPerDomain: 4,
    threadsPerCore: 1,
  },
  clockMhz: published(1000, "AMD's data sheet: base frequency"),
  tickHz: TICK_HZ,
  lines: {
    readNs: assumed(3, 'three cycles to use a first-level hit'),
    writeNs: assumed(3, 'like a read'),
    casNs: assumed(20, 'about 20 cycles, as on the Xeons', [15, 40]),
    memoryNs: assumed(110, 'one channel of DRAM', [80, 160]),
    blindCasNs: {
      domain: assumed(80, 'by way of the shared cache, at half the clock', [50, 130]),
    },
    loadAndCasNs: { domain: assumed(140, 'two transfers and a swap', [80, 240]) },
    sharerNs: assumed(4, 'one probe and its answer'),
    storeBufferEntries: assumed(20, 'its store queue'),
    queue: {
      answerShare: assumed(0.615, 'as on the Xeon 8176', [0.4, 1]),
      holdNs: assumed(50, 'as many cycles as on the Xeon 8176', [20, 150]),
      holdAloneNs: assumed(20, 'one swap', [20, 150]),
      waiterNs: assumed(0, 'as on the Xeon 8176'),
      nearRun: assumed(8, 'as on the Xeon 8176: all are near'),
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
    'context-switch': assumed(2000, 'a Xeon needs 700 ns', [1000, 3000]),
    'spin-turn': assumed(10, 'a pause of some cycles'),
    'socket-send': assumed(2500, 'four times what a Xeon needs, as for a packet'),
    'socket-receive': assumed(2500, 'like a send'),
    'forward-packet': derived(
      5043,
      'FreeBSD IPv4 forwarding, all four cores: 793,169 packets/s, direct dispatch',
    ),
  },
}
