import { type Address, BadHandle, CACHE_LINE_BYTES, LiveMemory } from '@smpnet/memory'
import { figuresAt, figuresOf, type LiveHandle, MAGIC, MACHINE } from './machine-block.ts'

const EXPECTED = 'attachLive expects the handle of a live machine of this version'

/**
 * The memory of the machine that a handle names. Handles come from other threads, and what comes
 * may be anything: throws BadHandle, which says what came, for what does not lead to a machine, and
 * for what names it and is not as it was made, before a word of it is used.
 */
export function memoryOf(handle: LiveHandle): LiveMemory {
  const came: unknown = handle
  if (typeof came !== 'object' || came === null)
    throw new BadHandle(`${EXPECTED}: ${a(came)} came`)
  const { buffer, at } = came as Partial<LiveHandle>
  if (!(buffer instanceof SharedArrayBuffer)) {
    throw new BadHandle(`${EXPECTED}: one whose buffer is ${a(buffer)} came`)
  }
  const found = wordAt(buffer, at)
  if (found !== MAGIC) {
    throw new BadHandle(
      `${EXPECTED}, which leads to 0x${MAGIC.toString(16)}: 0x${(found >>> 0).toString(16)} ` +
        `is at ${String(at)} of ${buffer.byteLength} bytes`,
    )
  }
  const memory = new LiveMemory(buffer)
  const [made, named] = [figuresAt(memory, handle.at), figuresOf(handle)].map(shown)
  if (made === named) return memory
  throw new BadHandle(
    `${EXPECTED}, as it was made: the CPUs and the lot of its machine are ${made}: ${named} came`,
  )
}

/** The word at an address, of a machine that begins there; 0 where none can. */
function wordAt(buffer: SharedArrayBuffer, at: Address | undefined): number {
  const isLine = typeof at === 'number' && Number.isInteger(at / CACHE_LINE_BYTES)
  const isInside = isLine && at >= 0 && at + MACHINE.size <= buffer.byteLength
  return isInside ? new Int32Array(buffer, at + MACHINE.offset.magic, 1)[0]! : 0
}

function shown(figures: readonly unknown[]): string {
  return figures.map(String).join(', ')
}

function a(value: unknown): string {
  if (value === undefined || value === null) return String(value)
  if (typeof value !== 'object') return `a ${typeof value}`
  const kind = Object.prototype.toString.call(value).slice(8, -1)
  return `${/^[AEIOU]/.test(kind) ? 'an' : 'a'} ${kind}`
}
