import {
  type Address,
  type Arena,
  layout,
  type LiveMemory,
  type Memory,
  word,
  WORD_BYTES,
  words,
} from '@smpnet/memory'
import type { LotHandle } from '@smpnet/park'
import { Mailbox } from './mailbox.ts'
import { BURIED, CPU_BLOCK, CpuBlocks, UNBURIED } from '../cpu-block.ts'
import { RENDEZVOUS } from '../rendezvous.ts'
import { VECTOR } from '../vectors.ts'

/**
 * The words that the CPUs of a live machine share among themselves. Behind them are those of their
 * rendezvous, and then a block for each CPU.
 */
export const MACHINE = layout('machine', {
  /** (x) Not 0 once the machine is to stop. */
  stopping: word('x', 'machine'),
  /**
   * (x) Written by the thread that started the machine: a thread outside that has ended and was
   * buried, whose wakes the CPUs are to complete, and the number of that burial, from 1.
   */
  orphaner: word('x', 'machine'),
  burial: word('x', 'machine'),
  /** (a) Says that a machine is here, and in which version it is laid out. */
  magic: word('a', 'figures'),
  /** (a) As `figuresOf` its handle. */
  figures: words(5, 'a', 'figures'),
})

/** Changes with the layout of anything that a handle leads to. */
export const MAGIC = 0x11fe0003

/** What a thread needs to take part in a running machine; it can be cloned and posted. */
export interface LiveHandle {
  readonly buffer: SharedArrayBuffer
  readonly lot: LotHandle
  readonly cpus: number
  readonly at: Address
  /** Where the machine's time begins, on the host's monotonic clock (`process.hrtime`). */
  readonly originNs: number
}

/** Places the machine's words, those of the CPUs zero: not stopping, nothing posted or raised. */
export function placeMachine(
  memory: Memory,
  arena: Arena,
  named: Pick<LiveHandle, 'cpus' | 'lot'>,
): Address {
  const bytes = MACHINE.size + RENDEZVOUS.size + CpuBlocks.bytes(named.cpus)
  const at = arena.place('live machine', bytes)
  figuresOf(named).forEach((figure, i) => {
    memory.write(at + MACHINE.offset.figures + i * WORD_BYTES, figure)
  })
  memory.store(at + MACHINE.offset.magic, MAGIC)
  return at
}

/** By what a handle could differ from the machine that it leads to. */
export function figuresOf({ cpus, lot }: Pick<LiveHandle, 'cpus' | 'lot'>): number[] {
  const { at, threads, waiters, buckets } = (lot ?? {}) as LotHandle
  return [cpus, at, threads, waiters, buckets]
}

/** The figures of the machine at `at`. */
export function figuresAt(memory: Memory, at: Address): number[] {
  const first = at + MACHINE.offset.figures
  return Array.from({ length: 5 }, (_, i) => memory.read(first + i * WORD_BYTES))
}

export function stoppingWord(handle: LiveHandle): Address {
  return handle.at + MACHINE.offset.stopping
}

export function rendezvousOf(handle: LiveHandle): Address {
  return handle.at + MACHINE.size
}

export function blocksOf(handle: LiveHandle): CpuBlocks {
  return new CpuBlocks(handle.at + MACHINE.size + RENDEZVOUS.size, handle.cpus)
}

export function mailboxes(memory: LiveMemory, handle: LiveHandle): Mailbox[] {
  const blocks = blocksOf(handle)
  return Array.from({ length: handle.cpus }, (_, cpu) => new Mailbox(memory, blocks.of(cpu)))
}

/** Tells every CPU to stop, and wakes those that sleep. */
export function tellToStop(memory: Memory, handle: LiveHandle, boxes: readonly Mailbox[]): void {
  memory.store(stoppingWord(handle), 1)
  for (const box of boxes) box.ring()
}

/**
 * Tells every CPU of a thread outside that has ended and was buried in the lot: `hasHeard` says
 * when a CPU has completed what it owed there. For one such thread after the other.
 */
export function tellOfOrphans(
  memory: Memory,
  handle: LiveHandle,
  boxes: readonly Mailbox[],
  ended: number,
): void {
  const burial = handle.at + MACHINE.offset.burial
  memory.store(handle.at + MACHINE.offset.orphaner, ended)
  memory.store(burial, (memory.load(burial) + 1) | 0)
  stirAll(boxes)
}

/** Has every CPU look for what dead threads owed: the dead may have rung and not notified. */
export function stirAll(boxes: readonly Mailbox[]): void {
  for (const box of boxes) {
    box.raise(VECTOR.mail)
    box.stir()
  }
}

/** The thread outside whose wakes a CPU is still to complete, or undefined. For that CPU. */
export function orphanerOf(memory: Memory, handle: LiveHandle, cpu: number): number | undefined {
  if (hasHeard(memory, handle, cpu)) return undefined
  return memory.load(handle.at + MACHINE.offset.orphaner)
}

/** The CPU has completed what that thread owed. */
export function hears(memory: Memory, handle: LiveHandle, cpu: number): void {
  const heard = blocksOf(handle).of(cpu) + CPU_BLOCK.offset.heard
  memory.store(heard, memory.load(handle.at + MACHINE.offset.burial))
}

/** Whether a CPU has completed what the last such thread owed, or runs no more. */
export function hasHeard(memory: Memory, handle: LiveHandle, cpu: number): boolean {
  const block = blocksOf(handle).of(cpu)
  const burial = memory.load(handle.at + MACHINE.offset.burial)
  if (memory.load(block + CPU_BLOCK.offset.heard) === burial) return true
  return memory.load(block + CPU_BLOCK.offset.dead) !== 0
}

/** Whether a CPU was marked as buried. */
export function isBuried(memory: Memory, handle: LiveHandle, cpu: number): boolean {
  return memory.load(blocksOf(handle).of(cpu) + CPU_BLOCK.offset.dead) === BURIED
}

/** Says that a CPU runs no more, to all that might wait for it in a rendezvous. */
export function markDead(memory: Memory, handle: LiveHandle, cpu: number): void {
  memory.store(blocksOf(handle).of(cpu) + CPU_BLOCK.offset.dead, UNBURIED)
}

/** Says that what a dead CPU held is whole and free, to those that it had taken from queues. */
export function markBuried(memory: Memory, handle: LiveHandle, cpu: number): void {
  memory.store(blocksOf(handle).of(cpu) + CPU_BLOCK.offset.dead, BURIED)
}
