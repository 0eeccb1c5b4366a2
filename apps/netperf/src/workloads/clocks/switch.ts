import type { Cpu } from '@smpnet/machine'
import type { SchedulerOptions } from '@smpnet/scheduler'
import {
  type EndHandle,
  SocketZone,
  type SocketZoneHandle,
  type StreamSocket,
} from '@smpnet/socket'
import type { Waiter, Waiting } from '@smpnet/sync'
import type { Slice } from '@smpnet/testing'
import type { KernelHost, KernelProgram, Site } from '../../kernel/kernel-program.ts'
import { receiveRest, sendRest } from '../sockets/socket-pairs.ts'
import type { Configured, Place, TypedOptions, Workload } from '../workload.ts'
import { countersFrom, NO_COUNTER, TIMECOUNTER_OPTION, wordFrom } from './clock-options.ts'
import { CLOCK_PRICES, KERNEL_CLOCK_BYTES, KernelClock } from './kernel-clock.ts'
import type { KernelClockHandle } from './kernel-clock.ts'

interface Settings {
  readonly counter: string
  /** What a switch is billed in. Cycles are read from the TSC, whatever the timecounter. */
  readonly accounting: Accounting
  /** Round trips of the token between two readings of the clock. */
  readonly batch: number
}

type Accounting = 'time' | 'cycles'

interface Shared {
  /** None when nothing is billed. */
  readonly clock: KernelClockHandle | undefined
  readonly zone: SocketZoneHandle
  /** The two ends of each CPU's pipe. */
  readonly pipes: readonly (readonly [EndHandle, EndHandle])[]
}

/** Threads of each CPU that hand the token to each other. */
const THREADS = 2
const PIPE_BYTES = 64
/** What a pipe takes besides its two rings. */
const PAIR_BYTES = 4096
/** A live clock read takes as long as a part of a switch; a simulated one is free here. */
const LIVE_BATCH = 16

class SwitchProgram implements KernelProgram<Settings, Shared> {
  needs(_settings: Settings, cpus: number) {
    return { bytes: KERNEL_CLOCK_BYTES + cpus * PAIR_BYTES, threads: THREADS * cpus }
  }

  place({ counter }: Settings, { arena, lot, cpus }: Site): Shared {
    const clock = counter === NO_COUNTER ? undefined : KernelClock.place(arena, counter)
    const handle = SocketZone.place(arena, {
      pairs: cpus,
      bufferBytes: PIPE_BYTES,
      buffers: 2 * cpus,
    })
    const zone = new SocketZone(lot, handle)
    const td = lot.waiter()
    const pipes = Array.from({ length: cpus }, () => {
      const [one, other] = zone.pairSync(td)
      return [one.handle, other.handle] as const
    })
    return { clock, zone: handle, pipes }
  }

  clients(_settings: Settings, cpus: number): number {
    return cpus
  }

  scheduling({ counter, accounting }: Settings, { clock }: Shared, cpu: Cpu): SchedulerOptions {
    if (clock === undefined) return {}
    return { ticker: new KernelClock(cpu, clock, counter).ticker(accounting) }
  }

  start({ counter, batch }: Settings, { clock, zone, pipes }: Shared, host: KernelHost): void {
    const { cpu, scheduler, client } = host
    if (cpu.id === 0 && clock !== undefined) new KernelClock(cpu, clock, counter).tick()
    const sockets = new SocketZone(cpu.lot, zone)
    const [one, other] = (pipes[cpu.id] as [EndHandle, EndHandle]).map((end) => sockets.end(end))
    scheduler.spawn((td) => returning(td, other as StreamSocket), { name: `other ${cpu.id}` })
    client(`one ${cpu.id}`, (td, slice) => passing(td, one as StreamSocket, slice, batch))
  }

  prices(): Readonly<Record<string, number>> {
    return CLOCK_PRICES
  }
}

/** Gives the token back, for ever. */
function* returning(td: Waiter, pipe: StreamSocket): Waiting {
  const token = new Uint8Array(1)
  for (;;) {
    if (pipe.tryReceive(td, token) !== 1) yield* receiveRest(td, pipe, token, 0)
    if (pipe.trySend(td, token) !== 1) yield* sendRest(td, pipe, token, 0)
  }
}

/** Gives the token away and waits until it is back: two switches, each with half of the pipes. */
function* passing(td: Waiter, pipe: StreamSocket, slice: Slice, batch: number): Waiting<number> {
  const token = new Uint8Array(1)
  let count = 0
  let beganNs = slice.nowNs()
  do {
    for (let trip = 0; trip < batch; trip++) {
      if (pipe.trySend(td, token) !== 1) yield* sendRest(td, pipe, token, 0)
      if (pipe.tryReceive(td, token) !== 1) yield* receiveRest(td, pipe, token, 0)
    }
    const endedNs = slice.nowNs()
    slice.record((endedNs - beganNs) / (THREADS * batch))
    beganNs = endedNs
    count += THREADS * batch
  } while (!slice.done(count))
  return count
}

/** Two threads per CPU pass a token through a pipe: what a counter costs the scheduler. */
export const contextSwitch: Workload = {
  name: 'switch',
  machines: ['sim', 'live'],
  summary:
    'two threads per CPU pass a token through a pipe, each switch billed by the timecounter',
  options: [
    TIMECOUNTER_OPTION,
    {
      flags: '--accounting <kind>',
      description: 'bill switches in time, or, simulated, in cycles of the TSC (default: time)',
    },
  ],
  metrics: [
    { name: 'switch', unit: 'ns', from: 'latency' },
    { name: 'rate', unit: '1/s', from: 'count' },
  ],
  configure,
  kernel: new SwitchProgram(),
}

function configure(options: TypedOptions, { machine }: Place): Configured {
  const kinds: readonly Accounting[] = machine === 'sim' ? ['time', 'cycles'] : ['time']
  const accounting = wordFrom('accounting', kinds, options['accounting'])
  const batch = machine === 'sim' ? 1 : LIVE_BATCH
  const configurations = countersFrom(options, machine, [NO_COUNTER]).map((counter) => {
    const settings: Settings = { counter, accounting, batch }
    return { name: counter, settings, labels: { accounting } }
  })
  return { detail: `billed in ${accounting}`, configurations }
}
