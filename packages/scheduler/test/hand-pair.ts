import type { Cpu } from '@smpnet/machine'
import { Arena, LiveMemory } from '@smpnet/memory'
import { Lot } from '@smpnet/park'
import { Scheduler, type SchedulerOptions, type SchedulingPolicy } from '../src/index.ts'

/** Two CPUs of one isolate, `distance` apart, that a test runs step by step, at its own time. */
export function handPair(
  policyOf: (cpu: Cpu) => SchedulingPolicy,
  distance: number,
  options: SchedulerOptions = {},
  now = () => 0,
): [Scheduler, Scheduler] {
  const memory = LiveMemory.create(1 << 16)
  const handle = Lot.place(Arena.create(memory), { buckets: 1, cpus: 2, threads: 1, waiters: 64 })
  const make = (id: number): Scheduler => {
    const cpu = {
      id,
      cpus: 2,
      memory,
      lot: new Lot(memory, handle, { wake: () => false }, id),
      threadsMove: true,
      onInterrupt() {},
      raise() {},
      interruptBelow() {},
      distance: (other: number) => (other === id ? 0 : distance),
      now,
      alarm: () => ({ cancel() {} }),
      fail(error: unknown) {
        throw error
      },
    } as unknown as Cpu
    return new Scheduler(cpu, { ...options, policy: policyOf(cpu) })
  }
  return [make(0), make(1)]
}
