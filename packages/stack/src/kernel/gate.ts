import { type Address, type Arena, layout, type Memory, word } from '@smpnet/memory'
import { awaiting, type Waiter, type Waiting } from '@smpnet/park'

const GATE = layout('gate', {
  /** (x) Counts the slices; clients park on it. Written by the thread that started the machine. */
  round: word('x', 'round'),
  /** (x) Not 0 when the slice is to end; same writer. A line of its own, since clients poll it. */
  stop: word('x', 'stop'),
})

/** How the thread that started a live machine begins and ends slices on its CPUs. */
export class Gate {
  constructor(
    readonly memory: Memory,
    readonly at: Address,
  ) {}

  static place(arena: Arena): Gate {
    return new Gate(arena.memory, arena.place('gate', GATE.size))
  }

  /**
   * Begins the next slice and wakes up to `clients` threads that wait for it. The waiters' queue is
   * awaited: a CPU that has died in it is buried on the event loop of this very thread.
   */
  async open(td: Waiter, clients: number): Promise<void> {
    this.memory.store(this.at + GATE.offset.stop, 0)
    this.memory.add(this.at + GATE.offset.round, 1)
    await awaiting(td, td.lot.unpark(this.at + GATE.offset.round, clients))
  }

  /** Ends the slice. */
  close(): void {
    this.memory.store(this.at + GATE.offset.stop, 1)
  }

  get closed(): boolean {
    return this.memory.load(this.at + GATE.offset.stop) !== 0
  }

  /** Waits until round number `round` is open. */
  *wait(td: Waiter, round: number): Waiting {
    const at = this.at + GATE.offset.round
    for (;;) {
      const seen = this.memory.load(at)
      if (seen >= round) return
      yield* td.lot.park(td, at, at, seen)
    }
  }
}
