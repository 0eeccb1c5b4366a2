import type { Cpu, Executive } from '@smpnet/machine'
import { Scheduler, type SchedulerOptions, type Thread } from '@smpnet/scheduler'
import type { Waiting } from '@smpnet/sync'
import { Gate } from './gate.ts'
import type { ClientReport, KernelArgs, Pace } from './kernel-args.ts'
import { programOf } from './kernel-memory.ts'
import type { SliceBody } from '../model/kernel-program.ts'
import { KernelSlice } from '../model/kernel-slice.ts'

/**
 * Sets up one CPU of our kernel, on either machine: a scheduler, and the threads that the
 * workload's program starts here. `adapt` changes how it schedules.
 */
export default function boot(
  cpu: Cpu,
  args: KernelArgs,
  adapt = (options: SchedulerOptions): SchedulerOptions => options,
): Executive {
  const { settings, seed, shared, pace } = args
  const program = programOf(args)
  const scheduler = new Scheduler(cpu, adapt(program.scheduling?.(settings, shared, cpu) ?? {}))
  const client = (name: string, body: SliceBody) => {
    scheduler.spawn((td) => paced(td, cpu, body, pace), { name })
  }
  program.start(settings, shared, { cpu, scheduler, seed, client })
  return scheduler
}

function paced(td: Thread, cpu: Cpu, body: SliceBody, pace: Pace): Waiting {
  if (pace.kind === 'alarm') return untilAlarm(td, cpu, body, pace.durationNs)
  return atGate(td, cpu, body, new Gate(cpu.memory, pace.at))
}

function* atGate(td: Thread, cpu: Cpu, body: SliceBody, gate: Gate): Waiting {
  const slice = new KernelSlice(cpu, () => gate.closed)
  for (let round = 1; ; round++) {
    yield* gate.wait(td, round)
    yield* runSlice(td, cpu, body, slice)
    slice.clear()
  }
}

/** The alarm rings on the client's own CPU, so that it costs nothing to look whether it has. */
function* untilAlarm(td: Thread, cpu: Cpu, body: SliceBody, durationNs: number): Waiting {
  let ended = false
  cpu.alarm(durationNs, () => (ended = true))
  yield* runSlice(td, cpu, body, new KernelSlice(cpu, () => ended))
}

function* runSlice(td: Thread, cpu: Cpu, body: SliceBody, slice: KernelSlice): Waiting {
  const startNs = cpu.now()
  const count = yield* body(td, slice)
  const endNs = cpu.now()
  cpu.report({ count, startNs, endNs, slots: slice.slots() } satisfies ClientReport)
}
