import { type Address, type Memory, NIL, TakeAllStack } from '@smpnet/memory'
import { NO_CPU, WAITER, type Waker } from '@smpnet/park'
import type { Core } from './core.ts'
import { CPU_BLOCK } from '../cpu-block.ts'
import { VECTOR } from '../vectors.ts'
import { type SimInterrupts, watches } from './sim-interrupts.ts'

/**
 * Wakes waiters on a simulated machine, and is the mailboxes of all its CPUs.
 *
 * A waiter of the caller's own CPU is received at once. One of another is posted into that CPU's
 * mailbox. An idle CPU watches it; a busy one looks into it where its executive gives the CPU back,
 * and at each tick. Only if the waiter is more urgent than what runs there the waker interrupts it,
 * by `VECTOR.mail`: it compares the priorities in the waiter's entry with the limit that the target
 * has published, both of them words, as FreeBSD's tdq_notify does. Wakes come from settled code, so
 * that no other CPU can come between.
 */
export class SimWaker implements Waker {
  readonly #mail: readonly TakeAllStack[]

  constructor(
    readonly memory: Memory,
    readonly interrupts: SimInterrupts,
  ) {
    const { turns, blocks } = interrupts
    this.#mail = turns.cores.map((_, cpu) => {
      const head = blocks.of(cpu) + CPU_BLOCK.offset.mail
      return new TakeAllStack(memory, head, WAITER.offset.mail)
    })
  }

  wake(entry: Address): boolean {
    const { turns, statistics } = this.interrupts
    const { cores, pricer } = turns
    const waker = cores[pricer.cpu]!.executive
    if (waker?.wake !== undefined) return waker.wake(entry)
    const target = this.memory.read(entry + WAITER.offset.cpu)
    const core = cores[target]
    if (core === undefined) throw outside(target, cores.length)
    if (target !== pricer.cpu) {
      waker?.posted?.(entry)
      this.#post(core, entry)
      return false
    }
    statistics.localWakes++
    return executiveOf(core).receive(entry)
  }

  /** Hands everything in a CPU's mailbox to its executive; false when there was nothing. */
  deliver(core: Core): boolean {
    const box = this.#mail[core.id]!
    let entry = box.takeAll()
    if (entry === NIL) return false
    const executive = executiveOf(core)
    while (entry !== NIL) {
      const next = box.after(entry)
      executive.fetched?.(entry)
      executive.receive(entry)
      entry = next
    }
    return true
  }

  #post(core: Core, entry: Address): void {
    const { interrupts } = this
    interrupts.statistics.remoteWakes++
    const isFirst = this.#mail[core.id]!.push(entry)
    if (watches(core)) {
      if (isFirst) interrupts.rouse(core)
    } else if (this.#isUrgent(core, entry)) interrupts.raise(core, VECTOR.mail)
    else interrupts.statistics.heldBack++
  }

  /** Whether the waiter at `entry` should run before what runs on `core` gives the CPU back. */
  #isUrgent(core: Core, entry: Address): boolean {
    const { memory } = this
    const limit = memory.load(this.interrupts.blocks.of(core.id) + CPU_BLOCK.offset.limit)
    if (memory.read(entry + WAITER.offset.own) < limit) return true
    return memory.read(entry + WAITER.offset.lent) < limit
  }
}

/** What runs on a CPU. Throws an Error before it has booted. */
export function executiveOf(core: Core): NonNullable<Core['executive']> {
  if (core.executive !== undefined) return core.executive
  throw new Error(`CPU ${core.id} has not booted yet, and nothing can be woken there`)
}

function outside(target: number, cpus: number): Error {
  const owner = target === NO_CPU ? 'a plain thread' : `CPU ${target}`
  return new Error(
    `a simulated machine wakes the waiters of its CPUs, 0 to ${cpus - 1}: one of ${owner} came`,
  )
}
