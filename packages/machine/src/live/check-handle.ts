import {
  type Address,
  BadHandle,
  CACHE_LINE_BYTES,
  came,
  expectHandle,
  expectSame,
  type HandleKind,
  LiveMemory,
} from '@smpnet/memory'
import { LOT_HANDLE } from '@smpnet/park'
import { figuresAt, figuresOf, type LiveHandle, MAGIC, MACHINE } from './machine-block.ts'

const HANDLE: HandleKind = {
  of: 'a live machine',
  fields: { buffer: 'buffer', at: 'any', cpus: 'any', lot: { ...LOT_HANDLE, fields: {} } },
}

/**
 * The memory of the machine that a handle names. Handles come from other threads, and what comes
 * may be anything: throws BadHandle, which says what came, for what does not lead to a machine, and
 * for what names it and is not as it was made, before a word of it is used.
 */
export function memoryOf(handle: LiveHandle): LiveMemory {
  expectHandle(HANDLE, handle)
  const { buffer, at } = handle
  const found = wordAt(buffer, at)
  if (found !== MAGIC) {
    throw new BadHandle(
      `the handle of a live machine of this version leads to 0x${MAGIC.toString(16)}: ` +
        `0x${(found >>> 0).toString(16)} is at ${came(at)} of ${buffer.byteLength} bytes`,
    )
  }
  const memory = new LiveMemory(buffer)
  expectSame('a live machine', figuresAt(memory, at), figuresOf(handle))
  return memory
}

/** The word at an address, of a machine that begins there; 0 where none can. */
function wordAt(buffer: SharedArrayBuffer, at: Address | undefined): number {
  const isLine = typeof at === 'number' && Number.isInteger(at / CACHE_LINE_BYTES)
  const isInside = isLine && at >= 0 && at + MACHINE.size <= buffer.byteLength
  return isInside ? new Int32Array(buffer, at + MACHINE.offset.magic, 1)[0]! : 0
}
