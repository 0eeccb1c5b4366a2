import {
  type Address,
  type Arena,
  layout,
  type LiveMemory,
  type Memory,
  word,
} from '@smpnet/memory'
import type { LotHandle } from '@smpnet/sync'
import { Mailbox, MAILBOX } from './mailbox.ts'

/** The words that the CPUs of a live machine share among themselves, before their mailboxes. */
export const MACHINE = layout('machine', {
  /** (x) Not 0 once the machine is to stop. */
  stopping: word('x', 'machine'),
})

/** What a thread needs to take part in a running machine; it can be cloned and posted. */
export interface LiveHandle {
  readonly buffer: SharedArrayBuffer
  readonly lot: LotHandle
  readonly cpus: number
  readonly at: Address
  /** Where the machine's time begins, on the host's monotonic clock (`process.hrtime`). */
  readonly originNs: number
}

/** Places the machine's words; they are zero, which is right: not stopping, nothing posted. */
export function placeMachine(arena: Arena, cpus: number): Address {
  return arena.place('live machine', MACHINE.size + cpus * MAILBOX.size)
}

export function stoppingWord(handle: LiveHandle): Address {
  return handle.at + MACHINE.offset.stopping
}

export function mailboxes(memory: LiveMemory, handle: LiveHandle): Mailbox[] {
  const first = handle.at + MACHINE.size
  return Array.from(
    { length: handle.cpus },
    (_, cpu) => new Mailbox(memory, first + cpu * MAILBOX.size),
  )
}

/** Tells every CPU to stop, and wakes those that sleep. */
export function tellToStop(memory: Memory, handle: LiveHandle, boxes: readonly Mailbox[]): void {
  memory.store(stoppingWord(handle), 1)
  for (const box of boxes) box.ring()
}
