import { type Memory, type Place, PricedMemory, work } from '@smpnet/memory'
import type { Address } from '@smpnet/memory'
import { expectMethods, expectWhole } from '../terms/expect.ts'
import { Moderation, type ModerationShape } from './moderation.ts'
import { checkSlots } from './ring-words.ts'

/** A write to a register of the card, which leaves the CPU by PCI Express. */
export const DOORBELL = work('nic-doorbell')
/** The first look at what the card has written, which was not in a cache. */
export const STATUS = work('nic-status')

/**
 * A CPU of the simulated machine, as the card uses it; `SimCpu` of `@smpnet/machine/sim` is one.
 */
export interface NicCpu {
  readonly id: number
  readonly memory: Memory
  instant(): number
  interrupt(target: number, delayNs: number, vector: number): { cancel(): void }
}

export interface NicQueue {
  /** Where its ring is, and how many descriptors that has. */
  readonly ring: Address
  readonly slots: number
  /** The CPU that it interrupts, and by which vector. */
  readonly cpu: number
  readonly vector: number
}

/** A queue of a card, and when it is to interrupt. */
export interface SideQueue extends NicQueue {
  readonly moderation: Moderation
  alarm: { cancel(): void } | undefined
  alarmNs: number
}

/**
 * One side of a simulated card, to send or to receive: the CPUs that its drivers run on, and the
 * interrupts of its queues, each of which comes at a moment that is known before.
 */
export abstract class SimSide {
  /** Interrupts that it has made. */
  interrupts = 0
  /** A device that no longer answers, for tests of what then happens. */
  isDead = false
  readonly #cpus: NicCpu[] = []
  #observed: Memory | undefined

  protected abstract queue(number: number): SideQueue

  /** A CPU whose drivers use the card. */
  attach(cpu: NicCpu): void {
    expectMethods('a CPU of a simulated machine', cpu, 'instant', 'interrupt')
    this.#cpus[cpu.id] = cpu
    if (!(cpu.memory instanceof PricedMemory)) {
      throw new TypeError('a simulated card is used by CPUs of a simulated machine')
    }
    this.#observed ??= cpu.memory.unbilled()
  }

  /** Memory as the card sees it: no CPU is billed for that. */
  protected get memory(): Memory {
    if (this.#observed !== undefined) return this.#observed
    throw new RangeError('a card is used when a CPU was attached to it: none was')
  }

  /** Has the interrupt come when it is due, which may be earlier than was known before. */
  protected schedule(cpu: NicCpu, number: number): void {
    const queue = this.queue(number)
    const dueNs = queue.moderation.dueNs()
    if (dueNs === Number.POSITIVE_INFINITY || this.isDead) return
    if (queue.alarm !== undefined && queue.alarmNs <= dueNs) return
    queue.alarm?.cancel()
    const delayNs = Math.max(0, dueNs - cpu.instant())
    queue.alarm = cpu.interrupt(queue.cpu, delayNs, queue.vector)
    queue.alarmNs = dueNs
  }

  /** The interrupt has come: what has happened by now is reported by it. */
  protected reported(number: number, nowNs: number): void {
    const queue = this.queue(number)
    this.interrupts++
    queue.alarm = undefined
    queue.moderation.report(nowNs)
  }

  protected forget(number: number): void {
    const queue = this.queue(number)
    queue.alarm?.cancel()
    queue.alarm = undefined
    queue.moderation.clear()
  }

  protected cpuOf({ cpu }: Place): NicCpu {
    const found = this.#cpus[cpu]
    if (found !== undefined) return found
    throw new RangeError(`a card is used by CPUs that were attached to it: CPU ${cpu} came`)
  }
}

export function sideQueue(queue: NicQueue, shape: ModerationShape): SideQueue {
  checkSlots(queue.slots)
  return { ...queue, moderation: new Moderation(shape), alarm: undefined, alarmNs: 0 }
}

/** The queue of a number. Throws a RangeError for one that is not there. */
export function numbered<Q>(queues: readonly Q[], number: number): Q {
  expectWhole('queue', number, 0, queues.length - 1)
  return queues[number]!
}
