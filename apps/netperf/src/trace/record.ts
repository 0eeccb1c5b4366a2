import { allowBothMemories, Arena, LiveMemory } from '@smpnet/memory'
import { EventRing, type RingContent } from '@smpnet/trace'
import { bootOf, Gate } from '@smpnet/stack'
import { startStack } from '@smpnet/stack/live'
import { type SimJob, simulateKernel } from '../kernel/sim-kernel.ts'
import { workerModule } from '../variants/variant.ts'
import { type NamedThread, tracer } from './traced-boot.ts'
import type { KernelJob } from '../kernel/kernel-args.ts'
import { clientsOf, measuredProgram } from '../kernel/measured-program.ts'
import { placeRings, ringBytes, tracedProgram } from './traced-program.ts'

/** What the schedulers of a run have written down. */
export interface Recording {
  /** By CPU. */
  readonly rings: readonly RingContent[]
  /** Names of threads by their entries; a later thread's where an entry was used again. */
  readonly names: ReadonlyMap<number, string>
}

/**
 * Simulates a job once. The rings are in a memory of their own, which costs nothing; the clock that
 * an event is stamped by costs what it costs.
 */
export function recordSimulated(job: SimJob, events: number): Recording {
  const { cpus } = job.config.machine
  // Both kinds in one isolate are slow, and here nothing is measured by the host's time.
  allowBothMemories()
  const arena = Arena.create(LiveMemory.create(ringBytes(cpus, events)))
  const rings = placeRings(arena, cpus, events).map((at) => new EventRing(arena.memory, at))
  const names = new Map<number, string>()
  const named = ({ entry, threadName }: NamedThread): unknown => names.set(entry, threadName)
  const boot = bootOf(measuredProgram, {
    trace: (cpu, _args, policy) => tracer(cpu, policy, rings[cpu.id]!, named),
  })
  simulateKernel(job, boot)
  return { rings: rings.map((ring) => ring.read()), names }
}

/** Runs a job on real threads for so long. Rejects with CpuFailed when a CPU fails. */
export async function recordLive(
  { config, ...named }: KernelJob,
  durationMs: number,
  events: number,
): Promise<Recording> {
  const names = new Map<number, string>()
  let left = clientsOf(named, config.machine.cpus)
  let end!: () => void
  const ended = new Promise<void>((resolve) => (end = resolve))
  const stack = await startStack(config, tracedProgram(events), {
    settings: { ...named, pace: { kind: 'gate' } },
    boot: new URL(workerModule('traced-boot')),
    onReport: (value) => {
      const { entry, threadName } = value as Partial<NamedThread>
      if (threadName !== undefined) names.set(entry!, threadName)
      else if (--left === 0) end()
    },
  })
  const { memory } = stack.machine.here
  const { gate: at, rings } = stack.args.shared
  const gate = new Gate(memory, at as number)
  await gate.open(stack.td, left)
  const timer = setTimeout(() => gate.close(), durationMs)
  try {
    await Promise.race([ended, stack.machine.stopped])
  } finally {
    clearTimeout(timer)
    await stack.stop()
  }
  return { rings: rings.map((handle) => new EventRing(memory, handle).read()), names }
}
