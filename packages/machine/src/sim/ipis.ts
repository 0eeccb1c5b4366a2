import {
  type Arena,
  layout,
  type Memory,
  SETTLE,
  SPIN,
  spin,
  unspin,
  type Waiting,
  word,
} from '@smpnet/memory'
import type { Core } from './core.ts'
import { IPI_HANDLE, IPI_SEND } from './named-work.ts'
import type { SimStatistics } from './sim-statistics.ts'
import type { Turns } from './turns.ts'

const RENDEZVOUS = layout('rendezvous', {
  /** (x) A spin lock, held while a CPU waits for others, so that only `spin` may enter it. */
  busy: word('x', 'busy'),
  /** (x) How many of those that were called have come. */
  come: word('x', 'come'),
})

/**
 * Interrupts between processors: a handler that runs on another CPU as soon as that CPU can be
 * interrupted, and the rendezvous, in which one CPU waits until all it has called have come.
 */
export class Ipis {
  readonly #at: number

  constructor(
    readonly memory: Memory,
    arena: Arena,
    readonly turns: Turns,
    readonly statistics: SimStatistics,
  ) {
    this.#at = arena.place('rendezvous', RENDEZVOUS.size)
  }

  /** Sends an IPI from the running CPU: settle before. The handler runs at one instant there. */
  send(target: Core, handler: () => void): void {
    const { turns, memory } = this
    const { pricer } = turns
    this.statistics.ipis++
    memory.charge(IPI_SEND, 1)
    const at = pricer.clock[pricer.cpu]! + pricer.costs.ipiDeliveryCycles
    turns.post(target, at, IPI_HANDLE, handler)
  }

  /** Runs `handler` on every CPU of `targets` and waits until all have run it. */
  *meet(self: Core, targets: readonly Core[], handler: (cpu: number) => void): Waiting {
    const { memory } = this
    const busy = this.#at + RENDEZVOUS.offset.busy
    yield* spin(memory, busy)
    this.statistics.rendezvous++
    const others = targets.filter((core) => core !== self)
    memory.store(this.#at + RENDEZVOUS.offset.come, 0)
    for (const core of others) this.send(core, () => this.#come(core, handler))
    if (others.length < targets.length) handler(self.id)
    while (!this.#isComplete(others.length)) yield memory.settled() ? SPIN : SETTLE
    unspin(memory, busy)
  }

  #come(core: Core, handler: (cpu: number) => void): void {
    handler(core.id)
    this.memory.add(this.#at + RENDEZVOUS.offset.come, 1)
  }

  #isComplete(called: number): boolean {
    const { memory } = this
    return memory.settled() && memory.load(this.#at + RENDEZVOUS.offset.come) === called
  }
}
