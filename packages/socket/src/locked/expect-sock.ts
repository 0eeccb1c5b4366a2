import { CACHE_LINE_BYTES, came, type Memory, NIL } from '@smpnet/memory'
import { SocketMisuse } from '../errors.ts'
import type { SockHandle } from './sock-home.ts'
import { SOCK } from './sock-layout.ts'

/** Throws SocketMisuse, before anything is done, for what can be the handle of no locked socket. */
export function expectSock(handle: SockHandle, memory: Memory): SockHandle {
  const { at, use } = (handle ?? {}) as Partial<SockHandle>
  if (isBlock(at, memory) && Number.isInteger(use)) return handle
  throw new SocketMisuse(
    `a locked socket is named by its handle, a block and a use of it: ${cameOf(handle)} came`,
  )
}

function isBlock(at: unknown, { size }: Memory): boolean {
  if (typeof at !== 'number' || at <= NIL) return false
  return at % CACHE_LINE_BYTES === 0 && at + SOCK.size <= size
}

function cameOf(handle: unknown): string {
  const { at, use } = (handle ?? {}) as Partial<SockHandle>
  return at === undefined && use === undefined ? came(handle) : `${came(at)} and ${came(use)}`
}
