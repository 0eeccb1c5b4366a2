import type { LiveMemory } from '@smpnet/memory'
import { Lot, type Seat } from '@smpnet/park'
import { memoryOf } from './check-handle.ts'
import { LiveWaker } from './live-waker.ts'
import { type LiveHandle, mailboxes, stoppingWord } from './machine-block.ts'
import { checkCpu, checkVector } from '../vectors.ts'

/** A thread outside the machine that takes part in it, with a CPU number of its own. */
export interface Attached {
  readonly memory: LiveMemory
  /** The parking lot as this thread uses it: `lot.waiter()` can wait. */
  readonly lot: Lot
  /** Interrupts a CPU of the machine, as `Cpu.raise` does. Throws as that. */
  raise(target: number, vector: number): void
  /** Whether the machine was told to stop, or has failed: its threads wake nobody any more. */
  hasStopped(): boolean
  /**
   * Gives the CPU number and the waiters that came from `lot` back. Throws an Error when that was
   * done, and when one of them still waits.
   */
  detach(): void
}

/**
 * Makes this thread part of a running machine: it gets a CPU number, or the one that was kept for
 * it by `reserve` of a lot there, and may then use what the machine's threads share, blocking or
 * awaiting on a stack of its own, as a system call would. Throws BadHandle for what is no handle of
 * a machine of this version, and a RangeError when all numbers for outside threads are in use, or
 * none is kept for it any more.
 */
export function attachLive(handle: LiveHandle, reserved?: Seat): Attached {
  const memory = memoryOf(handle)
  const cpu = Lot.attach(memory, handle.lot, reserved)
  const boxes = mailboxes(memory, handle)
  const lot = new Lot(memory, handle.lot, new LiveWaker(memory, boxes, cpu), cpu)
  const raise = (target: number, vector: number): void => {
    checkCpu(target, boxes.length)
    checkVector(vector)
    boxes[target]!.raise(vector)
  }
  let attached = true
  const detach = (): void => {
    if (!attached) throw new Error('a thread is detached from a machine once: it is already')
    lot.leave()
    attached = false
  }
  const hasStopped = (): boolean => memory.load(stoppingWord(handle)) !== 0
  return { memory, lot, raise, hasStopped, detach }
}
