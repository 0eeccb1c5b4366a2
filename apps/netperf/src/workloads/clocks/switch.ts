import {
  type EndHandle,
  SocketZone,
  type SocketZoneHandle,
  type StreamSocket,
} from '@smpnet/socket'
import { work } from '@smpnet/memory'
import type { Waiter, Waiting } from '@smpnet/park'
import type { Slice } from '@smpnet/testing'
import { CLOCK_PRICES, type Site } from '@smpnet/stack'
import { receiveRest, sendRest } from '../sockets/socket-pairs.ts'
import { countersFrom, NO_COUNTER, TIMECOUNTER_OPTION } from './clock-options.ts'
import type { KernelHost, KernelProgram, SliceBody } from '../../model/kernel-program.ts'
import { accountingAsked, type Billing } from '../../model/kernel-asked.ts'
import type { Configured, Place, Workload } from '../../model/workload.ts'
import { UsageError } from '../../options/usage-error.ts'
import { WORK_OPTION } from '../forward/forward-options.ts'
import { wordOf } from '../../options/words.ts'

/** What passing a token can be told; what a switch is billed in is said of the kernel. */
export interface SwitchOptions {
  readonly timecounter?: readonly string[]
  /** Ns that the token's holder works before it passes it on; simulated. */
  readonly work?: number
}

interface Settings {
  /** Round trips of the token between two readings of the clock. */
  readonly batch: number
  readonly workNs: number
}

interface Shared {
  readonly zone: SocketZoneHandle
  /** The two ends of each CPU's pipe. */
  readonly pipes: readonly (readonly [EndHandle, EndHandle])[]
}

/** Work that is a length of time; on a live machine it is none. */
const NANOSECOND = work('nanosecond')
/** Threads of each CPU that hand the token to each other. */
const THREADS = 2
const PIPE_BYTES = 64
/** What a pipe takes besides its two rings. */
const PAIR_BYTES = 4096
/** A live clock read takes as long as a part of a switch; a simulated one is free here. */
const LIVE_BATCH = 16

class SwitchProgram implements KernelProgram<Settings, Shared> {
  needs(_settings: Settings, cpus: number) {
    return { bytes: cpus * PAIR_BYTES, threads: THREADS * cpus }
  }

  place(_settings: Settings, { arena, lot, cpus }: Site): Shared {
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
    return { zone: handle, pipes }
  }

  clients(_settings: Settings, cpus: number): number {
    return cpus
  }

  start({ batch, workNs }: Settings, { zone, pipes }: Shared, host: KernelHost): void {
    const { cpu, scheduler, client } = host
    const pinned = true
    const sockets = new SocketZone(cpu.lot, zone)
    const [one, other] = (pipes[cpu.id] as [EndHandle, EndHandle]).map((end) => sockets.end(end))
    const name = `other ${cpu.id}`
    const holds = () => cpu.memory.charge(NANOSECOND, workNs)
    scheduler.spawn((td) => returning(td, other as StreamSocket, holds), { name, pinned })
    const passes: SliceBody = (td, slice) => passing(td, one as StreamSocket, slice, batch, holds)
    client(`one ${cpu.id}`, passes, { pinned })
  }

  prices(): Readonly<Record<string, number>> {
    return CLOCK_PRICES
  }
}

/** Gives the token back, for ever. */
function* returning(td: Waiter, pipe: StreamSocket, holds: () => void): Waiting {
  const token = new Uint8Array(1)
  for (;;) {
    if (pipe.tryReceive(td, token) !== 1) yield* receiveRest(td, pipe, token, 0)
    holds()
    if (pipe.trySend(td, token) !== 1) yield* sendRest(td, pipe, token, 0)
  }
}

/** Gives the token away and waits until it is back: two switches, each with half of the pipes. */
function* passing(
  td: Waiter,
  pipe: StreamSocket,
  slice: Slice,
  batch: number,
  holds: () => void,
): Waiting<number> {
  const token = new Uint8Array(1)
  let count = 0
  let beganNs = slice.nowNs()
  do {
    for (let trip = 0; trip < batch; trip++) {
      holds()
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
export const contextSwitch: Workload<SwitchOptions, Settings> = {
  name: 'switch',
  machines: ['sim', 'live'],
  summary:
    'two threads per CPU pass a token through a pipe, each switch billed by the timecounter',
  options: { timecounter: TIMECOUNTER_OPTION, work: WORK_OPTION },
  metrics: [
    { name: 'switch', unit: 'ns', from: 'latency' },
    { name: 'rate', unit: '1/s', from: 'count' },
  ],
  configure,
  kernel: new SwitchProgram(),
}

function configure(
  { timecounter, work: workNs }: SwitchOptions,
  { machine, kernel }: Place,
): Configured<Settings> {
  if (workNs !== undefined && machine === 'live') {
    throw new UsageError('expected --work with --machine sim, got it with "live"')
  }
  const kinds = machine === 'sim' ? (['time', 'cycles'] as const) : (['time'] as const)
  const accounting = wordOf('accounting', kinds)(accountingAsked(kernel) ?? 'time')
  const labels = { accounting, ...(workNs !== undefined && { work: workNs }) }
  const batch = machine === 'sim' ? 1 : LIVE_BATCH
  const configurations = countersFrom(timecounter, machine, [NO_COUNTER]).map((counter) => {
    const billing: Billing =
      counter === NO_COUNTER ? { accounting: 'none' } : { accounting, timecounter: counter }
    return { name: counter, settings: { batch, workNs: workNs ?? 0 }, billing, labels }
  })
  return { detail: `billed in ${accounting}`, configurations }
}
