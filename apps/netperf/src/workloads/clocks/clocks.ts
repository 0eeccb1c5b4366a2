import type { Cpu } from '@smpnet/machine'
import { YIELD } from '@smpnet/park'
import { FastClock, type FastClockHandle, hrtimeCounter } from '@smpnet/timecounter'
import { HZ } from '@smpnet/stack'
import { lookUp } from '../../options/usage-error.ts'
import type { KernelHost, KernelProgram, SliceBody } from '../../model/kernel-program.ts'
import { listFrom } from '../../options/words.ts'
import type { Configured, Workload } from '../../model/workload.ts'

/** What reading clocks can be told. */
export interface ClocksOptions {
  /** Clocks to compare; all unless told. */
  readonly clocks?: readonly string[]
}

interface Settings {
  readonly clock: string
}

/** One clock as a thread reads it. */
interface OpenClock {
  read(): unknown
  /** How far what it gives is behind, in ns; a clock of the host has nothing to be behind of. */
  ageNs?(): number
}

const CLOCKS = new Map<string, (page: FastClock) => OpenClock>([
  ['FastClock.now', (page) => ({ read: () => page.now(), ageNs: () => page.ageNs() })],
  ['FastClock.dateMs', (page) => ({ read: () => page.dateMs(), ageNs: () => page.ageNs() })],
  ['FastClock.precise', (page) => ({ read: () => page.precise() })],
  ['process.hrtime', () => ({ read: () => process.hrtime() })],
  ['process.hrtime.bigint', () => ({ read: () => process.hrtime.bigint() })],
  ['Date.now', () => ({ read: () => Date.now() })],
  ['performance.now', () => ({ read: () => performance.now() })],
])

/** Readings between two looks at the time, which are timed together: one takes a few ns. */
const BATCH = 500

class ClocksProgram implements KernelProgram<Settings, FastClockHandle> {
  needs(_settings: Settings, cpus: number) {
    return { bytes: 0, threads: cpus }
  }

  place(): FastClockHandle {
    const options = { hz: HZ, utcMs: Date.now(), ticks: false }
    return FastClock.start(hrtimeCounter(process.hrtime), options).handle
  }

  clients(_settings: Settings, cpus: number): number {
    return cpus
  }

  start({ clock }: Settings, handle: FastClockHandle, { cpu, client }: KernelHost): void {
    const page = FastClock.attach(handle, hrtimeCounter(process.hrtime))
    if (cpu.id === 0) tick(cpu, page)
    client(`clocks ${cpu.id}`, reading(lookUp('clock', CLOCKS, clock)(page)), { pinned: true })
  }
}

/** This CPU's alarms tick the page from now on. */
function tick(cpu: Cpu, page: FastClock): void {
  const ticker = page.ticker({ isFirst: true })
  const next = (): void => {
    ticker.turn()
    cpu.alarm(1e9 / HZ, next)
  }
  next()
}

/** Reads one clock again and again, and lets the CPU's alarms ring between batches. */
function reading(clock: OpenClock): SliceBody {
  return function* (_td, slice) {
    const reads = slice.recorder('read')
    const ages = slice.recorder('age')
    let count = 0
    while (!slice.done()) {
      const startNs = slice.nowNs()
      let last: unknown
      for (let i = 0; i < BATCH; i++) last = clock.read()
      reads.record(slice.nowNs() - startNs)
      if (last === undefined) throw new Error('a clock gave nothing')
      if (clock.ageNs) ages.record(clock.ageNs())
      count += BATCH
      yield YIELD
    }
    return count
  }
}

/** One thread per CPU reads a clock of JavaScript: what a time stamp costs there. */
export const clocks: Workload<ClocksOptions, Settings> = {
  name: 'clocks',
  machines: ['live'],
  summary: 'one thread per CPU reads one of the clocks that JavaScript has, or FastClock',
  options: {
    clocks: {
      flags: '--clocks <a,b>',
      description: `of ${[...CLOCKS.keys()].join(', ')}`,
      parse: listFrom,
    },
  },
  metrics: [
    { name: 'read', unit: 'ns', from: 'latency', per: BATCH },
    { name: 'age', unit: 'ns', from: 'latency' },
    { name: 'rate', unit: '1/s', from: 'count' },
  ],
  configure,
  kernel: new ClocksProgram(),
}

function configure({ clocks: names = [...CLOCKS.keys()] }: ClocksOptions): Configured<Settings> {
  for (const name of names) lookUp('clock', CLOCKS, name)
  const configurations = [...new Set(names)].map((name) => ({ name, settings: { clock: name } }))
  return { detail: 'host clocks and FastClock', configurations }
}
