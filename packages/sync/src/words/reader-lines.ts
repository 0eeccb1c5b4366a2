import { type Address, layout, type Memory, word } from '@smpnet/memory'
import type { LockKind } from './lock-kind.ts'

/**
 * The lines in which CPUs say that they read: of an rmlock, an epoch and an smr. Each is written by
 * its CPU alone, which makes reading cheap, and so nobody else could say that a reader has left:
 * one that ended inside would be waited for for ever, and the next thread of its number would find
 * the line as if it were inside already. Its undertaker clears the line: the dead read no more.
 */
export const RM_LINE = layout('rmlock reader', {
  /** (o) Readers inside on this CPU; a writer that waits for them reads it. */
  readers: word('o', 'cpu'),
})

export const EPOCH_LINE = layout('epoch record', {
  /** (o) Odd while a reader is inside on this CPU; a waiter for it reads it. */
  sequence: word('o', 'cpu'),
  /** (o) How often this CPU is inside. */
  depth: word('o', 'cpu'),
})

export const SMR_LINE = layout('smr reader', {
  /** (o) The sequence at which this CPU entered, or 0 outside. Others read it. */
  seen: word('o', 'cpu'),
})

export const RM_KIND: LockKind = { name: 'rmlock', code: 12, version: 2 }
export const EPOCH_KIND: LockKind = { name: 'epoch', code: 13, version: 1 }
export const SMR_KIND: LockKind = { name: 'smr', code: 14, version: 1 }
export const COUNTER_KIND: LockKind = { name: 'counter', code: 10, version: 2 }

/** The CPU of the line, of an rmlock or an smr, has ended, and reads no more. */
export function clearLine(memory: Memory, line: Address): void {
  memory.store(line, 0)
}

/** The same of an epoch. The next reader there counts from nothing, and waiters go on. */
export function clearEpochLine(memory: Memory, line: Address): void {
  memory.store(line + EPOCH_LINE.offset.depth, 0)
  const sequence = memory.load(line)
  if (sequence & 1) memory.store(line, (sequence + 1) | 0)
}
