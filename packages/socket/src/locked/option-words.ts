import type { Address, Memory } from '@smpnet/memory'
import { type OptionField, socketOptions } from './options/option-table.ts'
import { SOCK } from './sock-layout.ts'

const { options: CHANGED } = SOCK.offset

const FIELDS: readonly OptionField[] = socketOptions.flatMap((row) =>
  'field' in row ? [row.field] : [],
)

/**
 * The words of options are on a line of their own, which a socket whose options are all those of a
 * new one never touches: a word of its state says so. They are 0 then.
 */
export function optionWord(memory: Memory, socket: Address, field: OptionField): number {
  if (memory.load(socket + CHANGED) === 0) return 0
  return memory.load(socket + SOCK.offset[field])
}

/** Whether some option of a socket may be another than that of a new one. */
export function hasOptions(memory: Memory, socket: Address): boolean {
  return memory.load(socket + CHANGED) !== 0
}

/** Says that options may be others: before they are, and before the state is looked at. */
export function announceOptions(memory: Memory, socket: Address): void {
  memory.or(socket + CHANGED, 1)
}

/** Has a socket that nobody else knows take over the options of another: sonewconn. */
export function copyOptions(memory: Memory, from: Address, to: Address): void {
  announceOptions(memory, to)
  for (const field of FIELDS) {
    memory.store(to + SOCK.offset[field], memory.load(from + SOCK.offset[field]))
  }
}

/** Makes the options of a block those of a new socket, which nobody else has. */
export function clearOptions(memory: Memory, block: Address): void {
  if (!hasOptions(memory, block)) return
  for (const field of FIELDS) memory.store(block + SOCK.offset[field], 0)
  memory.store(block + CHANGED, 0)
}
