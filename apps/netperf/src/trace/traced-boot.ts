import type { Cpu, Executive } from '@smpnet/machine'
import { type LiveMemory } from '@smpnet/memory'
import { PriorityPolicy, type SchedulerOptions, TRACE_EVENTS } from '@smpnet/scheduler'
import { EventRing, type RingHandle, Tracer } from '@smpnet/trace'
import boot from '../kernel/boot.ts'
import type { KernelArgs } from '../kernel/kernel-args.ts'

const START = TRACE_EVENTS.indexOf('start')

/** What a live CPU is started with that writes down what its scheduler does. */
export interface TracedArgs extends KernelArgs {
  /** One ring for each CPU. */
  readonly rings: readonly RingHandle[]
}

/** What such a CPU reports of each thread that it starts. */
export interface NamedThread {
  readonly entry: number
  readonly threadName: string
}

/** A CPU of our kernel, as always, but for the scheduler, whose events go into a ring. */
export function bootTraced(
  cpu: Cpu,
  args: KernelArgs,
  ring: EventRing,
  onStart: (thread: NamedThread) => void,
): Executive {
  const tracer = new Tracer(ring, () => cpu.now())
  return boot(cpu, args, (options: SchedulerOptions) => {
    const policy = options.policy ?? new PriorityPolicy()
    const event = (kind: number, one: number, other: number): void => {
      const threadName = kind === START ? policy.table.find(one)?.name : undefined
      if (threadName !== undefined) onStart({ entry: one, threadName })
      tracer.event(kind, one, other)
    }
    return { ...options, policy, trace: { event } }
  })
}

/** The boot of a live CPU. */
export default function bootLive(cpu: Cpu, args: TracedArgs): Executive {
  const ring = new EventRing(cpu.memory as LiveMemory, args.rings[cpu.id]!)
  return bootTraced(cpu, args, ring, (thread) => cpu.report(thread))
}
