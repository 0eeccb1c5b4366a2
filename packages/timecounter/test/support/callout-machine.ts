import { Arena, Interrupt, LiveMemory } from '@smpnet/memory'
import { Lot, NotifyWaker, PARK, type Waiter, type Waiting, WOKEN } from '@smpnet/park'
import { CALLOUT_BYTES } from '../../src/callouts/callout.ts'
import type { CalloutFunction } from '../../src/callouts/callout-function.ts'
import { Callouts } from '../../src/callouts/callouts.ts'
import { MockClock } from '../../src/clocks/mock-clock.ts'

export const MS = 1_000_000

/** CPUs whose interrupts come when a test lets time pass, and callouts for all of them. */
export function calloutMachine(functions: readonly CalloutFunction[], buckets = 16, cpus = 2) {
  const clock = new MockClock()
  const memory = LiveMemory.create(65_536)
  const arena = Arena.create(memory)
  const lots = Lot.place(arena, { buckets: 4, cpus, threads: 1, waiters: 8 })
  const callouts = new Callouts(memory, Callouts.place(arena, cpus, buckets), functions)
  const raised: number[] = []
  const handlers: ((irq: Interrupt) => void)[] = []
  const places = Array.from({ length: cpus }, (_, cpu) => {
    const lot = new Lot(memory, lots, new NotifyWaker(memory), cpu)
    callouts.attach({
      cpu,
      lot,
      nowNs: () => clock.nowNs(),
      alarm: (delayNs, ring) => clock.alarm(delayNs, ring, cpu),
      raise: (target) => {
        raised.push(target)
        handlers[target]!(new Interrupt(target))
      },
      onRaise: (handler) => (handlers[cpu] = handler),
    })
    return lot.waiter()
  })
  const make = (count = 1): number[] => {
    const at = arena.place('callouts', count * CALLOUT_BYTES)
    return Array.from({ length: count }, (_, i) => {
      callouts.init(at + i * CALLOUT_BYTES, 0)
      return at + i * CALLOUT_BYTES
    })
  }
  return { callouts, clock, make, memory, raised, zero: places[0]!, one: places[1]! }
}

/** Runs a thread until it parks or ends; spins pass. */
export function step<T>(waiting: Waiting<T>): IteratorResult<number, T> {
  let next = waiting.next(WOKEN)
  while (!next.done && next.value !== PARK) next = waiting.next(WOKEN)
  return next
}

export type { Waiter }
