import type { Address, Memory } from '@smpnet/memory'
import { SOCK } from './sock-layout.ts'
import { createdAfter } from './sock-state.ts'

/** Words that a new socket finds at zero; those of locks and of sleepers are never set back. */
const CLEARED = ['peer', 'queued', 'sendShut', 'produced'] as const
const CLEARED_PLAINLY = [
  'head',
  'tail',
  'backlog',
  'overflows',
  'next',
  'space',
  'broken',
  'consumed',
  'ended',
  'peerSpace',
  'peerBroken',
] as const

/** Makes a block that nobody else has a new socket, CREATED, with one reference. */
export function makeFresh(memory: Memory, block: Address): void {
  const { refs, life } = SOCK.offset
  for (const name of CLEARED_PLAINLY) memory.write(block + SOCK.offset[name], 0)
  for (const name of CLEARED) memory.store(block + SOCK.offset[name], 0)
  memory.store(block + refs, 1)
  memory.store(block + life, createdAfter(memory.load(block + life)))
}
