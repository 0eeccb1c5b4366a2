import { startLive } from '@smpnet/machine/live'
import { allowBothMemories, Arena, LiveMemory } from '@smpnet/memory'
import { EventRing, type RingContent, type RingHandle } from '@smpnet/trace'
import { Gate } from '../kernel/gate.ts'
import {
  clientsOf,
  lotShapeOf,
  memoryBytesOf,
  placeKernel,
  type KernelJob,
} from '../kernel/kernel-memory.ts'
import { type SimJob, simulateKernel } from '../kernel/sim-kernel.ts'
import { workerModule } from '../variants/variant.ts'
import { bootTraced, type NamedThread, type TracedArgs } from './traced-boot.ts'

/** What the schedulers of a run have written down. */
export interface Recording {
  /** By CPU. */
  readonly rings: readonly RingContent[]
  /** Names of threads by their entries; a later thread's where an entry was used again. */
  readonly names: ReadonlyMap<number, string>
}

/** Bytes of an event in a ring, and of what comes before them and between rings. */
const EVENT_BYTES = 32
const RING_BYTES = 256

/**
 * Simulates a job once. The rings are in a memory of their own, which costs nothing; the clock that
 * an event is stamped by costs what it costs.
 */
export function recordSimulated(job: SimJob, events: number): Recording {
  // Both kinds in one isolate are slow, and here nothing is measured by the host's time.
  allowBothMemories()
  const arena = Arena.create(LiveMemory.create(ringBytes(job, events)))
  const rings = placeRings(arena, job, events).map((at) => new EventRing(arena.memory, at))
  const names = new Map<number, string>()
  const named = ({ entry, threadName }: NamedThread): unknown => names.set(entry, threadName)
  simulateKernel(job, (cpu, args) => bootTraced(cpu, args, rings[cpu.id]!, named))
  return { rings: rings.map((ring) => ring.read()), names }
}

/** Runs a job on real threads for so long. Rejects with CpuFailed when a CPU fails. */
export async function recordLive(
  job: KernelJob,
  durationMs: number,
  events: number,
): Promise<Recording> {
  const names = new Map<number, string>()
  let [gate, rings]: [Gate?, RingHandle[]?] = []
  let left = clientsOf(job)
  let end!: () => void
  const ended = new Promise<void>((resolve) => (end = resolve))
  const machine = await startLive({
    cpus: job.cpus,
    memoryBytes: memoryBytesOf(job) + ringBytes(job, events),
    lot: lotShapeOf(job),
    boot: new URL(workerModule('traced-boot')),
    setup: ({ arena, lot }): TracedArgs => {
      gate = Gate.place(arena)
      rings = placeRings(arena, job, events)
      return { ...placeKernel(job, arena, lot, { kind: 'gate', at: gate.at }), rings }
    },
    onReport: (_cpu, value) => {
      const { entry, threadName } = value as Partial<NamedThread>
      if (threadName !== undefined) names.set(entry!, threadName)
      else if (--left === 0) end()
    },
  })
  const { lot, memory } = machine.here
  gate!.open(lot.waiter(), left)
  const timer = setTimeout(() => gate!.close(), durationMs)
  try {
    await Promise.race([ended, machine.stopped])
  } finally {
    clearTimeout(timer)
    await machine.stop()
  }
  return { rings: rings!.map((handle) => new EventRing(memory, handle).read()), names }
}

function placeRings(arena: Arena, { cpus }: KernelJob, events: number): RingHandle[] {
  return Array.from({ length: cpus }, () => EventRing.place(arena, events))
}

function ringBytes({ cpus }: KernelJob, events: number): number {
  return 4096 + cpus * (RING_BYTES + events * EVENT_BYTES)
}
