import { assumed, derived, fitted, fittedTo, type Profile, published } from './profile.ts'
import { CHIP_WORK, KERNEL_WORK_NS, SIBLING_SLOWDOWN, TICK_HZ, WAKING } from './common.ts'

const COUNT = 'perfbook, count/data, hps 2019.10.23a: atomic_inc of one word'
const PERFBOOK = 'perfbook (P. McKenney), 8x Xeon Platinum 8176 at 2.1 GHz'

/** Eight sockets on two boards: a large machine, whose far CPUs are very far. */
export const XEON_8176: Profile = {
  name: 'xeon-8176',
  title: '8x Intel Xeon Platinum 8176, 8 x 28 cores x 2 threads',
  topology: {
    socketsPerBoard: 4,
    sockets: 8,
    domainsPerSocket: 1,
    coresPerDomain: 28,
    threadsPerCore: 2,
  },
  clockMhz: published(2100, PERFBOOK),
  tickHz: TICK_HZ,
  siblingSlowdown: SIBLING_SLOWDOWN,
  lines: {
    readNs: assumed(1.9, 'four cycles to use a first-level hit, with the instructions around it'),
    writeNs: assumed(1.9, 'like a read'),
    casNs: published(7, `${PERFBOOK}: same-CPU CAS`),
    memoryNs: assumed(90, 'local DRAM'),
    blindCasNs: {
      sibling: published(8, 'core-to-core-latency: hyper-thread sibling 7-10 ns everywhere'),
      domain: published(47.5, `${PERFBOOK}: other core, same socket`),
      remote: published(148.8, `${PERFBOOK}: other socket`),
      far: published(336.6, `${PERFBOOK}: across the interconnect`),
    },
    loadAndCasNs: {
      sibling: assumed(16, 'two blind swaps'),
      domain: published(101.9, `${PERFBOOK}: other core, same socket`),
      remote: published(442.9, `${PERFBOOK}: other socket`),
      far: published(944.8, `${PERFBOOK}: across the interconnect`),
    },
    homeNs: {
      remote: assumed(140, 'one hop between sockets more'),
      far: assumed(220, 'two hops more'),
    },
    sharerNs: assumed(2, 'one snoop and its answer in some cycles of the mesh'),
    storeBufferEntries: published(56, "Intel's optimization manual, Skylake server"),
    queue: {
      answerShare: fitted(0.615, `${COUNT}, 2 CPUs: 31.9 ns less a swap, of 40.5 ns`),
      holdNs: fitted(20, `${COUNT}, 28 CPUs: 22.3 ns`),
      holdAloneNs: fitted(7, `${COUNT}, 2 CPUs: one swap`),
      waiterNs: assumed(0, 'requests wait in order at the home of the line'),
      nearRun: fitted(8, `${COUNT}, 224 CPUs: 31.5 ns`),
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
    'spin-turn': assumed(67, 'one pause instruction of about 140 cycles'),
    'socket-send': derived(630, 'UNIX-domain send 840 ns, less a system call and four lock pairs'),
    'socket-receive': assumed(630, 'like a send'),
    'forward-packet': assumed(557, 'one core of the fastest machine whose figure is known'),
  },
  checks: {
    contendedNs: {
      2: fittedTo(published(31.9, COUNT)),
      8: published(25.4, COUNT),
      28: fittedTo(published(22.3, COUNT)),
      64: published(24.8, COUNT),
      224: fittedTo(published(31.5, COUNT)),
    },
    lockPairNs: published(15.4, `${PERFBOOK}: same-CPU lock and unlock`),
  },
}
