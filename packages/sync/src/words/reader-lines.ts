import { type Address, CACHE_LINE_BYTES, layout, type Memory, word } from '@smpnet/memory'
import type { MortalKind, PlacedLock, PutRight } from './lock-kind.ts'
import { byLines } from './names.ts'

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

/** What an undertaker does in locks of such lines: `clear` is of the line of the dead. */
export function perLine(clear: (memory: Memory, line: Address) => void): PutRight {
  return function* ({ lot, cpus }, lock, ended) {
    clear(lot.memory, lineOf(lock, ended, cpus))
  }
}

export const EPOCH_KIND: MortalKind = {
  name: 'epoch',
  code: 13,
  version: 1,
  names: byLines(EPOCH_LINE.offset.depth),
  putRight: perLine(clearEpochLine),
}

export const SMR_KIND: MortalKind = {
  name: 'smr',
  code: 14,
  version: 1,
  names: byLines(SMR_LINE.offset.seen),
  putRight: perLine(clearLine),
}

/** The lines of all threads are the last that such a lock has. */
export function lineOf({ at, bytes }: PlacedLock, thread: number, cpus: number): Address {
  return at + bytes - (cpus - thread) * CACHE_LINE_BYTES
}

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
