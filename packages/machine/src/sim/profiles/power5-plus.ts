import { assumed, fitted, fittedTo, type Profile, published } from './profile.ts'
import { CHIP_WORK, KERNEL_WORK_NS, TICK_HZ, WAKING } from './common.ts'

const COUNT = 'perfbook, perfsqh: increments of one word'
const GROWTH = 'to 84 and 351 ns per increment with 8 and 64 CPUs, perfbook, perfsqh'

/**
 * An old large machine, on which each CPU that waits for a line delays the one that is served. Only
 * that was published: the rest is assumed, and what it says about anything else is worth as much.
 */
export const POWER5_PLUS: Profile = {
  name: 'power5+',
  title: 'IBM POWER5+, 64 cores: 8 modules of 4 chips of 2',
  topology: {
    socketsPerBoard: 2,
    sockets: 8,
    domainsPerSocket: 4,
    coresPerDomain: 2,
    threadsPerCore: 1,
  },
  clockMhz: assumed(1900, 'a clock of its generation: 1.5 to 2.3 GHz'),
  tickHz: TICK_HZ,
  lines: {
    readNs: assumed(2, 'four cycles to use a first-level hit'),
    writeNs: assumed(2, 'like a read'),
    casNs: assumed(25, 'a load with reservation, a conditional store and their synchronisation'),
    memoryNs: assumed(120, 'local DRAM by way of its chip'),
    homeNs: {
      remote: assumed(180, 'one hop between modules more'),
      far: assumed(240, 'two hops more'),
    },
    blindCasNs: {
      domain: assumed(60, 'the two cores of a chip share its second-level cache'),
      socket: assumed(85, 'chips of a module'),
      remote: assumed(130, 'modules of a book'),
      far: assumed(170, 'books of the machine'),
    },
    loadAndCasNs: {
      domain: assumed(95, 'two transfers and a swap'),
      socket: assumed(145, 'two transfers and a swap'),
      remote: assumed(235, 'two transfers and a swap'),
      far: assumed(315, 'two transfers and a swap'),
    },
    sharerNs: assumed(5, 'a snoop by all'),
    storeBufferEntries: assumed(16, 'its store queue'),
    queue: {
      answerShare: assumed(0.615, 'as on the Xeon 8176'),
      holdNs: assumed(25, 'one operation: a reservation is lost to the next request'),
      holdAloneNs: assumed(25, 'one operation'),
      waiterNs: fitted(4.4, GROWTH),
      nearRun: assumed(1, 'a snoop is answered in the order of its coming'),
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
    'spin-turn': assumed(5, 'some instructions'),
    'socket-send': assumed(1000, 'a Xeon of 2012 needs 580 ns'),
    'socket-receive': assumed(1000, 'like a send'),
  },
  checks: {
    contendedNs: {
      8: fittedTo(published(84, COUNT)),
      16: published(136, COUNT),
      32: published(233, COUNT),
      64: fittedTo(published(351, COUNT)),
    },
  },
}
