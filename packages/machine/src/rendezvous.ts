import {
  type Address,
  layout,
  type Memory,
  SETTLE,
  SPIN,
  type Waiting,
  word,
} from '@smpnet/memory'
import { CPU_BLOCK, type CpuBlocks } from './cpu-block.ts'
import { VECTOR } from './vectors.ts'

/** What all rendezvous of a machine share. */
export const RENDEZVOUS = layout('rendezvous', {
  /** (x) 0, or 1 more than the number of the CPU whose rendezvous is under way. */
  holder: word('x', 'rendezvous'),
  /** (x) The number of the last rendezvous; only the holder changes it. */
  number: word('x', 'rendezvous'),
})

/**
 * The rendezvous of one CPU with others, as FreeBSD's smp_rendezvous without a function: when it
 * ends, each CPU that was called has passed through an interrupt, and has therefore seen all that
 * the caller had written before, and is in no section that it was in then.
 *
 * One at a time: the caller takes `holder`, gives its rendezvous a number and raises
 * `VECTOR.rendezvous` on each target. The handler there copies the number into its CPU's `met`, for
 * which the caller waits, CPU by CPU. Each of the two says so by one store, and nothing counts, so
 * that a CPU that dies is not waited for: its `dead` is set by the thread that started the machine.
 * A holder that died is followed by the next caller, with a number of its own.
 */
export class Rendezvous {
  constructor(
    readonly memory: Memory,
    readonly at: Address,
    readonly blocks: CpuBlocks,
    readonly self: number,
  ) {}

  /** For a thread of this CPU, which raises `VECTOR.rendezvous` by `raise`. */
  *meet(targets: readonly number[], raise: (target: number, vector: number) => void): Waiting {
    const { memory } = this
    yield* this.#enter()
    const number = memory.add(this.at + RENDEZVOUS.offset.number, 1) + 1
    const others = targets.filter((target) => target !== this.self)
    for (const target of others) {
      while (!memory.settled()) yield SETTLE
      raise(target, VECTOR.rendezvous)
    }
    for (const target of others) yield* this.#await(target, number)
    while (!memory.settled()) yield SETTLE
    memory.store(this.at + RENDEZVOUS.offset.holder, 0)
  }

  /** The handler of `VECTOR.rendezvous`. */
  pass(): void {
    const { memory } = this
    const number = memory.load(this.at + RENDEZVOUS.offset.number)
    memory.store(this.blocks.of(this.self) + CPU_BLOCK.offset.met, number)
  }

  *#enter(): Waiting {
    const { memory } = this
    const holder = this.at + RENDEZVOUS.offset.holder
    for (;;) {
      while (!memory.settled()) yield SETTLE
      const other = memory.compareExchange(holder, 0, this.self + 1)
      if (other === 0) return
      const isLeft = this.#isDead(other - 1)
      if (isLeft && memory.compareExchange(holder, other, this.self + 1) === other) return
      yield SPIN
    }
  }

  *#await(target: number, number: number): Waiting {
    const { memory } = this
    const met = this.blocks.of(target) + CPU_BLOCK.offset.met
    for (;;) {
      while (!memory.settled()) yield SETTLE
      if (memory.load(met) === number || this.#isDead(target)) return
      yield SPIN
    }
  }

  #isDead(cpu: number): boolean {
    return this.memory.load(this.blocks.of(cpu) + CPU_BLOCK.offset.dead) !== 0
  }
}
