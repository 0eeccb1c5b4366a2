import { type Act, type Core, outcome } from '../engine/core.ts'
import type { Event } from '../engine/event.ts'
import type { NativeModel } from '../runtime/calls.ts'
import { makeStep } from './ports.ts'

type Grow = (this: unknown, by: unknown) => unknown

/**
 * Memory that grows. How long it is no step asks, since lengths are read in plain code and decide
 * which elements there are; so to grow is a step on which all steps of other threads depend, and
 * each of them is tried before it and after it.
 */
function growing(text: string, grow: (core: Core) => unknown): Act {
  return {
    text,
    perform(core, _, event) {
      try {
        const grown = grow(core)
        look(core, event, 1)
        return outcome(grown)
      } catch (value) {
        look(core, event, 0)
        return { value, throws: true, resumes: true }
      }
    },
    foresee: (core, event) => look(core, event, 1),
  }
}

/** Where no memory can grow, no step depends on that. */
function look({ lengths }: Core, event: Event, changed: number): void {
  if (lengths >= 0) event.add(lengths, 1, changed)
}

/** `buffer.grow(bytes)`. */
export function growBuffer(native: Grow): NativeModel {
  return (_place, self, [bytes]) =>
    makeStep(growing(`grows to ${String(bytes)} bytes`, () => native.call(self, bytes)))
}

/** `memory.grow(pages)`, after which the memory has another buffer object. */
export function growMemory(native: Grow): NativeModel {
  return function* (_place, self, [pages]) {
    const memory = self as { readonly buffer: ArrayBufferLike }
    if (!(memory.buffer instanceof SharedArrayBuffer)) return native.call(self, pages)
    return yield* makeStep(
      growing(`grows by ${String(pages)} pages`, ({ buffers }) => {
        const before = memory.buffer as SharedArrayBuffer
        const pagesBefore = native.call(self, pages)
        buffers.alias(memory.buffer as SharedArrayBuffer, before)
        return pagesBefore
      }),
    )
  }
}
