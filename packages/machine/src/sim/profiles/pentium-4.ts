import { assumed, derived, type Profile, published } from './profile.ts'
import { CHIP_WORK, KERNEL_WORK_NS, TICK_HZ, WAKING } from './common.ts'

const SLOW = 'the slow end of what such chips take'

/** One socket of 2005, whose atomic operations and clocks are dear. */
export const PENTIUM_4: Profile = {
  name: 'pentium-4',
  title: 'Intel Pentium 4 of 2005, 1 core x 2 threads',
  topology: {
    socketsPerBoard: 1,
    sockets: 1,
    domainsPerSocket: 1,
    coresPerDomain: 1,
    threadsPerCore: 2,
  },
  clockMhz: assumed(3000, 'a usual one of 2005: 2.8 to 3.8 GHz', [2800, 3800]),
  tickHz: TICK_HZ,
  siblingSlowdown: assumed(1.65, '1.21 times as much as one thread, of transactions', [1.5, 2]),
  lines: {
    readNs: assumed(1.3, 'four cycles to use a first-level hit'),
    writeNs: assumed(1.3, 'like a read'),
    casNs: derived(
      33,
      'R. Watson, 2005: a mutex release is almost a hundred cycles dearer with it',
    ),
    memoryNs: assumed(110, 'DRAM by way of the front-side bus', [80, 150]),
    blindCasNs: { sibling: assumed(33, 'one cache: a swap of its own line') },
    loadAndCasNs: { sibling: assumed(34, 'the same') },
    sharerNs: assumed(1, 'one cache'),
    storeBufferEntries: published(24, "Intel's optimization manual, NetBurst"),
    queue: {
      answerShare: assumed(1, 'one cache'),
      holdNs: assumed(33, 'one swap'),
      holdAloneNs: assumed(33, 'one swap'),
      waiterNs: assumed(0, 'one cache'),
      nearRun: assumed(1, 'one cache'),
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
    'clock-read': assumed(33, 'rdtsc takes about 100 cycles here', [20, 40]),
    'read-tsc': assumed(35, 'the same, with what is around it', [20, 40]),
    'read-hpet': published(1000, `${SLOW}: 0.5 to 1 us`),
    'read-acpi-fast': published(1200, `${SLOW}: 0.7 to 1.2 us`),
    'read-acpi-safe': published(3500, `${SLOW}: 2 to 3.5 us`),
    'read-i8254': published(4000, `${SLOW}: 2.5 to 4 us`),
    'context-switch': assumed(1500, 'a Xeon of 2012 needs 700 ns', [1000, 2500]),
    'syscall-entry': assumed(300, 'a system call by interrupt gate or sysenter', [150, 600]),
    'spin-turn': assumed(47, 'a pause of about 140 cycles'),
    'socket-send': assumed(1500, 'a Xeon of 2012 needs 580 ns', [1000, 2500]),
    'socket-receive': assumed(1500, 'like a send'),
  },
}
