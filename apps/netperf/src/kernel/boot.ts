import type { Cpu, Executive } from '@smpnet/machine'
import { Scheduler } from '@smpnet/scheduler'
import { SocketZone, type EndHandle, type StreamSocket } from '@smpnet/socket'
import type { Waiter, Waiting } from '@smpnet/sync'
import { placementOn } from '../baselines/placement.ts'
import { workloads } from '../workloads/index.ts'
import type { Workload } from '../workloads/workload.ts'
import { Gate } from './gate.ts'
import type { ClientReport, KernelArgs } from './kernel-args.ts'
import type { KernelProgram } from './kernel-program.ts'
import { KernelSlice } from './kernel-slice.ts'

/** One client: its pair, its end, and the program it runs. */
interface Client {
  readonly cpu: Cpu
  readonly pair: number
  readonly socket: StreamSocket
  readonly size: number
  readonly program: KernelProgram
}

/**
 * Sets up one CPU of our kernel, on either machine: a scheduler, and a thread for each end of a
 * pair that lives here.
 */
export default function boot(cpu: Cpu, args: KernelArgs): Executive {
  const scheduler = new Scheduler(cpu)
  const zone = new SocketZone(cpu.lot, args.zone)
  const { kernel: program } = workloads.get(args.workload) as Workload
  const here = placementOn(cpu.id, cpu.cpus, args.pairs)
  const end = (pair: number, side: 0 | 1) => zone.end(args.ends[pair]?.[side] as EndHandle)
  for (const pair of here.servers) {
    const socket = end(pair, 1)
    scheduler.spawn((td) => program.server(td, socket, args.size), { name: `server ${pair}` })
  }
  for (const pair of here.clients) {
    const client = { cpu, pair, socket: end(pair, 0), size: args.size, program }
    scheduler.spawn((td) => paced(td, client, args), { name: `client ${pair}` })
  }
  return scheduler
}

function paced(td: Waiter, client: Client, { pace }: KernelArgs): Waiting {
  if (pace.kind === 'alarm') return untilAlarm(td, client, pace.durationNs)
  return atGate(td, client, new Gate(client.cpu.memory, pace.at))
}

function* atGate(td: Waiter, client: Client, gate: Gate): Waiting {
  const slice = new KernelSlice(client.cpu, () => gate.closed)
  for (let round = 1; ; round++) {
    yield* gate.wait(td, round)
    yield* runSlice(td, client, slice)
    slice.latency.clear()
  }
}

/** The alarm rings on the client's own CPU, so that it costs nothing to look whether it has. */
function* untilAlarm(td: Waiter, client: Client, durationNs: number): Waiting {
  let ended = false
  client.cpu.alarm(durationNs, () => (ended = true))
  yield* runSlice(td, client, new KernelSlice(client.cpu, () => ended))
}

function* runSlice(td: Waiter, client: Client, slice: KernelSlice): Waiting {
  const { cpu, pair, program, size, socket } = client
  const startNs = cpu.now()
  const count = yield* program.client(td, socket, size, slice)
  const endNs = cpu.now()
  const slots = slice.latency.count > 0 ? slice.latency.slots : undefined
  cpu.report({ pair, count, startNs, endNs, slots } satisfies ClientReport)
}
