import { came, isShared } from '@smpnet/memory'
import { addExtension, Packr } from 'msgpackr'
import { CannotSend } from '../errors.ts'

/** How values become bytes, and bytes values again. */
export interface Codec {
  encode(value: unknown): Uint8Array
  decode(bytes: Uint8Array): unknown
}

/** Msgpack's for what is refused; it is never written, and so may be any that is not in use. */
const REFUSED_TYPE = 0x2a

/** Msgpack writes a function as nothing, unless it is told what to write instead. */
class StrictPackr extends Packr {
  protected writeFunction(): never {
    throw new CannotSend('a value that can be cloned was expected: a function came')
  }
}

/**
 * Msgpack with what structured clones have besides: maps, sets, errors, typed arrays, large
 * integers, values that are named twice, and values that are part of themselves.
 */
export function msgpack(): Codec {
  refuseOthers()
  const packr = new StrictPackr({ structuredClone: true, useBigIntExtension: true })
  return {
    encode(value) {
      try {
        return packr.pack(value)
      } catch (cause) {
        if (cause instanceof CannotSend) throw cause
        const why = cause instanceof Error ? cause.message : came(cause)
        throw new CannotSend(`a value that can be cloned was expected: ${why}`, { cause })
      }
    },
    decode: (bytes) => packr.unpack(bytes),
  }
}

let isRefused = false

/**
 * What structured clones refuse, and msgpack would write as an object without anything in it. Where
 * there is no shared memory there is no queue either, and the first one says so.
 */
function refuseOthers(): void {
  if (isRefused || typeof SharedArrayBuffer === 'undefined') return
  isRefused = true
  for (const Class of [SharedArrayBuffer, WeakMap, WeakSet, WeakRef, Promise]) {
    addExtension({
      Class: Class as never,
      type: REFUSED_TYPE,
      pack(value: unknown) {
        const what = isShared(value) ? 'shared memory, which goes by a message,' : came(value)
        throw new CannotSend(`a value that can be cloned was expected: ${what} came`)
      },
      unpack: () => undefined,
    } as never)
  }
}
