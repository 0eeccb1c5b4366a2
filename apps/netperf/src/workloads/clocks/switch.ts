import type { Cpu } from '@smpnet/machine'
import type { SchedulerOptions } from '@smpnet/scheduler'
import { YIELD } from '@smpnet/sync'
import type { KernelHost, KernelProgram, SliceBody, Site } from '../../kernel/kernel-program.ts'
import type { Configured, TypedOptions, Workload } from '../workload.ts'
import { countersFrom, TIMECOUNTER_OPTION, wordFrom } from './clock-options.ts'
import {
  CLOCK_PRICES,
  KERNEL_CLOCK_BYTES,
  KernelClock,
  type KernelClockHandle,
} from './kernel-clock.ts'

interface Settings {
  readonly counter: string
  /** What a switch is billed in. Cycles are read from the TSC, whatever the timecounter. */
  readonly accounting: 'time' | 'cycles'
}

/** Threads of each CPU that give way to each other. */
const THREADS = 2

class SwitchProgram implements KernelProgram<Settings, KernelClockHandle> {
  needs(_settings: Settings, cpus: number) {
    return { bytes: KERNEL_CLOCK_BYTES, threads: THREADS * cpus }
  }

  place({ counter }: Settings, { arena }: Site): KernelClockHandle {
    return KernelClock.place(arena, counter)
  }

  clients(_settings: Settings, cpus: number): number {
    return THREADS * cpus
  }

  scheduling(settings: Settings, handle: KernelClockHandle, cpu: Cpu): SchedulerOptions {
    return { ticker: new KernelClock(cpu, handle, settings.counter).ticker(settings.accounting) }
  }

  start(settings: Settings, handle: KernelClockHandle, { cpu, client }: KernelHost): void {
    if (cpu.id === 0) new KernelClock(cpu, handle, settings.counter).tick()
    for (let i = 0; i < THREADS; i++) client(`switch ${cpu.id}.${i}`, givingWay)
  }

  prices(): Readonly<Record<string, number>> {
    return CLOCK_PRICES
  }
}

/** Gives way again and again; each time is a context switch, since another thread is ready. */
const givingWay: SliceBody = function* (_td, slice) {
  let count = 0
  for (; !slice.done(); count++) {
    const startNs = slice.nowNs()
    yield YIELD
    slice.record((slice.nowNs() - startNs) / THREADS)
  }
  return count
}

/** Two threads per CPU give way to each other: what a counter costs the scheduler. */
export const contextSwitch: Workload = {
  name: 'switch',
  machines: ['sim'],
  summary: 'two threads per CPU give way to each other, each switch billed by the timecounter',
  options: [
    TIMECOUNTER_OPTION,
    {
      flags: '--accounting <kind>',
      description: 'bill switches in time, or in cycles of the TSC (default: time)',
    },
  ],
  metrics: [
    { name: 'switch', unit: 'ns', from: 'latency' },
    { name: 'rate', unit: '1/s', from: 'count' },
  ],
  configure,
  kernel: new SwitchProgram(),
}

function configure(options: TypedOptions): Configured {
  const accounting = wordFrom('accounting', ['time', 'cycles'], options['accounting'])
  const configurations = countersFrom(options).map((counter) => {
    const settings: Settings = { counter, accounting }
    return { name: counter, settings, labels: { accounting } }
  })
  return { detail: `billed in ${accounting}`, configurations }
}
