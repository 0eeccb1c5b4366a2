import { assumed, derived, type Profile, published } from './profile.ts'
import { CHIP_WORK, KERNEL_WORK_NS, TICK_HZ, WAKING } from './common.ts'

const PERFBOOK = "perfbook (P. McKenney), Opteron 844 at 1.8 GHz, in this machine's cycles"
const FOREIGN = 'perfbook (P. McKenney), Opteron 844, the same links between sockets'

/** Two sockets of two cores, on which FreeBSD's parallel stacks were compared in 2006. */
export const OPTERON_275: Profile = {
  name: 'opteron-275',
  title: '2x AMD Opteron 275, 2 x 2 cores',
  topology: {
    socketsPerBoard: 2,
    sockets: 2,
    domainsPerSocket: 1,
    coresPerDomain: 2,
    threadsPerCore: 1,
  },
  clockMhz: published(2200, "AMD's data sheet"),
  tickHz: TICK_HZ,
  lines: {
    readNs: assumed(1.4, 'three cycles to use a first-level hit'),
    writeNs: assumed(1.4, 'like a read'),
    casNs: derived(31, `${PERFBOOK}: same-CPU CAS 37.9 ns`),
    memoryNs: assumed(70, 'local DRAM', [55, 100]),
    blindCasNs: {
      domain: assumed(110, 'no shared cache: by way of the crossbar of the die', [70, 139]),
      remote: published(139.5, `${FOREIGN}: other socket`),
    },
    loadAndCasNs: {
      domain: assumed(230, 'in the proportion of the other socket', [110, 306]),
      remote: published(306, `${FOREIGN}: other socket`),
    },
    homeNs: { remote: assumed(110, 'one hop between sockets more') },
    sharerNs: assumed(10, 'a probe of every node'),
    storeBufferEntries: assumed(12, 'its store queue'),
    queue: {
      answerShare: assumed(1, 'a probe is answered by all before the line moves', [0.5, 1]),
      holdNs: assumed(31, 'one swap', [31, 120]),
      holdAloneNs: assumed(31, 'one swap', [31, 120]),
      waiterNs: assumed(0, 'four cores: no growth was seen'),
      nearRun: assumed(1, 'a probe is answered in the order of its coming'),
    },
  },
  copying: {
    bytesPerCycle: assumed(4, 'half of what 8-byte loads and stores can do'),
    linesInFlight: assumed(8, 'load misses of a core'),
  },
  waking: WAKING,
  chipWork: CHIP_WORK,
  workNs: {
    ...KERNEL_WORK_NS,
    'context-switch': assumed(1200, 'a Xeon of 2012 needs 700 ns', [800, 2000]),
    'spin-turn': assumed(2, 'a pause is no more than a nop here'),
    'socket-send': assumed(1200, 'a Xeon of 2012 needs 580 ns'),
    'socket-receive': assumed(1200, 'like a send'),
  },
  checks: { lockPairNs: derived(53.7, `${PERFBOOK}: same-CPU lock and unlock 65.6 ns`) },
}
