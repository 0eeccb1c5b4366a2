import type { Cpu } from '@smpnet/machine'
import { type LiveMemory } from '@smpnet/memory'
import { type SchedulerTrace, type SchedulingPolicy, TRACE_EVENTS } from '@smpnet/scheduler'
import { bootOf } from '@smpnet/stack'
import { EventRing, Tracer } from '@smpnet/trace'
import { tracedProgram } from './traced-program.ts'

const START = TRACE_EVENTS.indexOf('start')

/** What a traced CPU says of each thread that it starts. */
export interface NamedThread {
  readonly entry: number
  readonly threadName: string
}

/** What writes the events of a CPU's scheduler into a ring, and tells of threads by name. */
export function tracer(
  cpu: Cpu,
  policy: SchedulingPolicy,
  ring: EventRing,
  onStart: (thread: NamedThread) => void,
): SchedulerTrace {
  const events = new Tracer(ring, () => cpu.now())
  const event = (kind: number, one: number, other: number): void => {
    const threadName = kind === START ? policy.table.find(one)?.name : undefined
    if (threadName !== undefined) onStart({ entry: one, threadName })
    events.event(kind, one, other)
  }
  return { event }
}

/** The boot of a live CPU. */
export default bootOf(tracedProgram(0), {
  trace(cpu, { shared }, policy) {
    const ring = new EventRing(cpu.memory as LiveMemory, shared.rings[cpu.id]!)
    return tracer(cpu, policy, ring, (thread) => cpu.report(thread))
  },
})
