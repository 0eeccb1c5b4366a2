import type { Cpu } from '@smpnet/machine'
import { SETTLE } from '@smpnet/park'
import { work } from '@smpnet/memory'
import { Clocks } from '@smpnet/timecounter'
import {
  CLOCK_PRICES,
  HZ,
  KERNEL_CLOCK_BYTES,
  KernelClock,
  type KernelClockHandle,
  type Site,
} from '@smpnet/stack'
import { countersFrom, TIMECOUNTER_OPTION } from './clock-options.ts'
import type { KernelHost, KernelProgram, SliceBody } from '../../model/kernel-program.ts'
import type { Configured, Place, Workload } from '../../model/workload.ts'
import { wordOf } from '../../options/words.ts'

/** What taking time stamps can be told. */
export interface TimestampsOptions {
  readonly timecounter?: readonly string[]
  readonly clock?: Settings['clock']
}

interface Settings {
  readonly counter: string
  /** Whether the counter is read, or the time of the last tick is given. */
  readonly clock: 'precise' | 'fast'
}

const SYSCALL_ENTRY = work('syscall-entry')

class TimestampsProgram implements KernelProgram<Settings, KernelClockHandle> {
  needs(_settings: Settings, cpus: number) {
    return { bytes: KERNEL_CLOCK_BYTES, threads: cpus }
  }

  place({ counter }: Settings, { arena }: Site): KernelClockHandle {
    return KernelClock.place(arena, counter)
  }

  clients(_settings: Settings, cpus: number): number {
    return cpus
  }

  start(settings: Settings, handle: KernelClockHandle, { cpu, client }: KernelHost): void {
    const clock = new KernelClock(cpu, handle, settings.counter)
    if (cpu.id === 0) clock.tick()
    const body = reading(new Clocks(clock.timehands, HZ), cpu, settings.clock)
    client(`timestamps ${cpu.id}`, body, { pinned: true })
  }

  prices(): Readonly<Record<string, number>> {
    return CLOCK_PRICES
  }
}

/**
 * Calls gettimeofday, or reads CLOCK_REALTIME_FAST, again and again. The age of a time stamp is how
 * far it is behind the true time when the call returns; the machine began at time 0.
 */
function reading(clocks: Clocks, { memory }: Cpu, clock: Settings['clock']): SliceBody {
  const time = { sec: 0, usec: 0 }
  return function* (_td, slice) {
    const reads = slice.recorder('read')
    const ages = slice.recorder('age')
    let count = 0
    for (; !slice.done(); count++) {
      const startNs = slice.nowNs()
      memory.charge(SYSCALL_ENTRY, 1)
      if (clock === 'precise') clocks.microtime(time)
      else clocks.getmicrotime(time)
      const endNs = slice.nowNs()
      reads.record(endNs - startNs)
      ages.record(endNs - (time.sec * 1e9 + time.usec * 1e3))
      do yield SETTLE
      while (!memory.settled())
    }
    return count
  }
}

/** One thread per CPU does nothing but take time stamps: what a counter costs an application. */
export const timestamps: Workload<TimestampsOptions, Settings> = {
  name: 'timestamps',
  machines: ['sim'],
  summary: 'one thread per CPU calls gettimeofday, by each timecounter',
  options: {
    timecounter: TIMECOUNTER_OPTION,
    clock: {
      flags: '--clock <kind>',
      description: 'precise, or fast: of the last tick (default: precise)',
      parse: wordOf('clock', ['precise', 'fast']),
    },
  },
  metrics: [
    { name: 'read', unit: 'ns', from: 'latency' },
    { name: 'age', unit: 'ns', from: 'latency' },
    { name: 'rate', unit: '1/s', from: 'count' },
  ],
  configure,
  kernel: new TimestampsProgram(),
}

function configure(
  { timecounter, clock = 'precise' }: TimestampsOptions,
  { machine }: Place,
): Configured<Settings> {
  const configurations = countersFrom(timecounter, machine).map((counter) => {
    const settings: Settings = { counter, clock }
    return { name: counter, settings, labels: { clock } }
  })
  return { detail: clock, configurations }
}
