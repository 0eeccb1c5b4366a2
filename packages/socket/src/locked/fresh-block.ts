import type { Address, Memory } from '@smpnet/memory'
import { clearOptions } from './option-words.ts'
import { holdFresh } from './refs.ts'
import { SOCK } from './sock-layout.ts'
import { createdIn } from './sock-state.ts'

/** Words that a new socket finds at zero; those of locks and of sleepers are never set back. */
const CLEARED = ['peer', 'queued', 'awaits', 'sendShut', 'produced'] as const
const CLEARED_PLAINLY = [
  'head',
  'tail',
  'backlog',
  'overflows',
  'incomplete',
  'drops',
  'next',
  'space',
  'broken',
  'consumed',
  'ended',
  'peerUse',
  'peerSpace',
  'peerBroken',
] as const

/**
 * Makes a block that nobody else has a new socket, CREATED, with one reference, that of `owner`. It
 * is born by the last change: the block of a thread that died before is of its earlier use.
 */
export function makeFresh(memory: Memory, block: Address, use: number, owner: number): void {
  const { life } = SOCK.offset
  for (const name of CLEARED_PLAINLY) memory.write(block + SOCK.offset[name], 0)
  for (const name of CLEARED) memory.store(block + SOCK.offset[name], 0)
  clearOptions(memory, block)
  memory.store(block + SOCK.offset.owner, owner)
  holdFresh(memory, block, use)
  memory.store(block + life, createdIn(use, owner))
}
