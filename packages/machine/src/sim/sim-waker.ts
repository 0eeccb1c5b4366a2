import {
  type Address,
  type Arena,
  layout,
  type Memory,
  NIL,
  TakeAllStack,
  word,
} from '@smpnet/memory'
import { NO_CPU, WAITER, type Waker } from '@smpnet/park'
import type { Core } from './core.ts'
import { IPI_SEND } from './named-work.ts'
import type { SimStatistics } from './sim-statistics.ts'
import type { Turns } from './turns.ts'

/** A CPU's mailbox; each has a line of its own. */
const MAILBOX = layout('mailbox', {
  /** (x) The stack of waiters posted, linked by their `mail`. */
  mail: word('x', 'mail'),
})

/**
 * Wakes waiters on a simulated machine, and is the mailboxes of all its CPUs.
 *
 * A waiter of the caller's own CPU is received at once. One of another is posted into that CPU's
 * mailbox, and whoever finds it empty rings: an idle CPU watches the mailbox and needs no ring, one
 * that sleeps watches it by `monitor`/`mwait` and has to leave its sleep, and a busy one is sent an
 * IPI. Wakes come from settled code, so that no other CPU can come between.
 */
export class SimWaker implements Waker {
  readonly #mail: readonly TakeAllStack[]

  constructor(
    readonly memory: Memory,
    arena: Arena,
    readonly turns: Turns,
    readonly statistics: SimStatistics,
  ) {
    const at = arena.place('mailboxes', turns.cores.length * MAILBOX.size)
    this.#mail = turns.cores.map((_, cpu) => {
      const head = at + cpu * MAILBOX.size + MAILBOX.offset.mail
      return new TakeAllStack(memory, head, WAITER.offset.mail)
    })
  }

  wake(entry: Address): boolean {
    const { cores, pricer } = this.turns
    const waker = cores[pricer.cpu]!.executive
    if (waker?.wake !== undefined) return waker.wake(entry)
    const target = this.memory.read(entry + WAITER.offset.cpu)
    const core = cores[target]
    if (core === undefined) throw outside(target, cores.length)
    if (target !== pricer.cpu) {
      this.#post(core, entry)
      return false
    }
    this.statistics.localWakes++
    return executiveOf(core).receive(entry)
  }

  /** Hands everything in a CPU's mailbox to its executive; false when there was nothing. */
  deliver(core: Core): boolean {
    const box = this.#mail[core.id]!
    let entry = box.takeAll()
    if (entry === NIL) return false
    while (entry !== NIL) {
      const next = box.after(entry)
      executiveOf(core).receive(entry)
      entry = next
    }
    return true
  }

  #post(core: Core, entry: Address): void {
    const { turns, statistics } = this
    const { pricer } = turns
    statistics.remoteWakes++
    if (!this.#mail[core.id]!.push(entry)) return
    if (core.isIdle) {
      turns.ring(core, pricer.clock[pricer.cpu]!, false)
      return
    }
    statistics.ipis++
    this.memory.charge(IPI_SEND, 1)
    const at = pricer.clock[pricer.cpu]! + pricer.costs.ipiDeliveryCycles
    turns.ring(core, at, true)
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
