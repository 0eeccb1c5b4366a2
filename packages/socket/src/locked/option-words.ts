import type { Address, Memory } from '@smpnet/memory'
import { type OptionField, socketOptions } from './options/option-table.ts'
import { SOCK } from './sock-layout.ts'

const { options: ANNOUNCED, name: NAME } = SOCK.offset

/** What a socket may have that a new one has not. */
const OPTIONS = 1
const A_NAME = 2

const FIELDS: readonly OptionField[] = socketOptions.flatMap((row) =>
  'field' in row ? [row.field] : [],
)

/**
 * The words of options and of the name are on a line of their own, which a socket that has but what
 * a new one has never touches: a word beside its state says so. They are 0 then.
 *
 * A call that is about to write there says so first, and looks at the state then; a call that
 * closes the socket looks for that word after it has changed the state, and passes through the lock
 * of the writer before the block is freed. One of the two sees the other, so that nothing is
 * written into the block of another socket; to say so there changes nothing.
 */
export function optionWord(memory: Memory, socket: Address, field: OptionField): number {
  return hasOptions(memory, socket) ? memory.load(socket + SOCK.offset[field]) : 0
}

/** Whether some option of a socket may be another than that of a new one. */
export function hasOptions(memory: Memory, socket: Address): boolean {
  return (memory.load(socket + ANNOUNCED) & OPTIONS) !== 0
}

/** Whether a socket may have a name. */
export function mayHaveName(memory: Memory, socket: Address): boolean {
  return (memory.load(socket + ANNOUNCED) & A_NAME) !== 0
}

/** Says that options may be others: before they are, and before the state is looked at. */
export function announceOptions(memory: Memory, socket: Address): void {
  memory.or(socket + ANNOUNCED, OPTIONS)
}

/** Says the same of a name. */
export function announceName(memory: Memory, socket: Address): void {
  memory.or(socket + ANNOUNCED, A_NAME)
}

/** Has a socket that nobody else knows take over the options of another: sonewconn. */
export function copyOptions(memory: Memory, from: Address, to: Address): void {
  announceOptions(memory, to)
  for (const field of FIELDS) {
    // A filter is of a socket that listens.
    if (field === 'filter') continue
    memory.store(to + SOCK.offset[field], memory.load(from + SOCK.offset[field]))
  }
}

/** Makes a block that nobody else has one without options and a name. */
export function clearOptions(memory: Memory, block: Address): void {
  if (memory.load(block + ANNOUNCED) === 0) return
  for (const field of FIELDS) memory.store(block + SOCK.offset[field], 0)
  memory.store(block + NAME, 0)
  // Its kind, too.
  memory.store(block + ANNOUNCED, 0)
}
