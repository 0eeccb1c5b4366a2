import { SETTLE } from '@smpnet/park'
import { Bintime, bintimeToNs, type Counter, Windup } from '@smpnet/timecounter'
import {
  CLOCK_PRICES,
  KERNEL_CLOCK_BYTES,
  KernelClock,
  type KernelClockHandle,
  type Site,
} from '@smpnet/stack'
import { countersFrom, TIMECOUNTER_OPTION } from './clock-options.ts'
import { parseQuantity } from '../../options/quantities.ts'
import type { KernelHost, KernelProgram, SliceBody } from '../../model/kernel-program.ts'
import type { Configured, Place, Workload } from '../../model/workload.ts'
import { wordOf } from '../../options/words.ts'

/** What keeping time can be told. */
export interface UptimeOptions {
  readonly timecounter?: readonly string[]
  readonly wraps?: number
  readonly watch?: Settings['watch']
}

interface Settings {
  readonly counter: string
  /** From one windup to the next, in wraps of the counter. */
  readonly wraps: number
  /** A second counter by which lost wraps are found, or none. */
  readonly watch: 'none' | 'TSC'
}

/** Windups of a run: whatever is lost is lost at each. */
const WINDUPS = 8
/** Of 32 bits of the slowest counter, ACPI's. */
const LONGEST_WRAP_NS = 1.2e12

class UptimeProgram implements KernelProgram<Settings, KernelClockHandle> {
  needs() {
    return { bytes: KERNEL_CLOCK_BYTES, threads: 1 }
  }

  place({ counter }: Settings, { arena }: Site): KernelClockHandle {
    return KernelClock.place(arena, counter)
  }

  clients(): number {
    return 1
  }

  start(settings: Settings, handle: KernelClockHandle, { cpu, client }: KernelHost): void {
    if (cpu.id !== 0) return
    const { counter, wraps, watch } = settings
    const clock = new KernelClock(cpu, handle, counter)
    const windup = new Windup(cpu.memory, handle.timehands, clock.counters, {
      ...(watch === 'TSC' && { watch: clock.wideTsc() }),
    })
    const everyNs = wraps * wrapNs(clock.counters[0] as Counter)
    client('uptime', keeping(clock, windup, everyNs), { pinned: true })
  }

  mostNs({ wraps }: Settings): number {
    return WINDUPS * wraps * LONGEST_WRAP_NS
  }

  prices(): Readonly<Record<string, number>> {
    return CLOCK_PRICES
  }
}

/** How long a counter takes to come round. */
function wrapNs({ mask, frequency }: Counter): number {
  return ((mask + 1) / frequency) * 1e9
}

/** Winds up late, as a kernel does whose interrupts are held off; counts the seconds it keeps. */
function keeping({ cpu, timehands }: KernelClock, windup: Windup, everyNs: number): SliceBody {
  return function* (td) {
    for (let left = WINDUPS; left > 0; left--) {
      yield* td.sleep(everyNs)
      while (!cpu.memory.settled()) yield SETTLE
      windup.tick()
    }
    return bintimeToNs(timehands.binuptime(new Bintime())) / 1e9
  }
}

/** Time is kept while windups come late: what is left of it when the counter wraps between them. */
export const uptime: Workload<UptimeOptions, Settings> = {
  name: 'uptime',
  machines: ['sim'],
  summary: 'keeps time by each timecounter while its windups come late: seconds kept per second',
  options: {
    timecounter: TIMECOUNTER_OPTION,
    wraps: {
      flags: '--wraps <x>',
      description: 'time between two windups, in wraps of the counter (default: 0.9)',
      parse: (typed) => parseQuantity(typed, { name: '--wraps', least: 0.01, most: 100 }, 'wraps'),
    },
    watch: {
      flags: '--watch <counter>',
      description: 'none, or TSC: a second counter finds the wraps that were lost (default: none)',
      parse: wordOf('watch', ['none', 'TSC']),
    },
  },
  metrics: [{ name: 'kept', unit: '1/s', from: 'count' }],
  configure,
  kernel: new UptimeProgram(),
}

function configure(
  { timecounter, wraps = 0.9, watch = 'none' }: UptimeOptions,
  { machine }: Place,
): Configured<Settings> {
  const configurations = countersFrom(timecounter, machine).map((counter) => {
    const settings: Settings = { counter, wraps, watch }
    return { name: counter, settings, labels: { wraps, watch } }
  })
  return { detail: `windups ${wraps} wraps apart, watch ${watch}`, configurations }
}
