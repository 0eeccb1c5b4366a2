import { compiledOf } from './functions.ts'

/** Whether functions show their sources already; once is enough for an isolate. */
let areShown = false

/**
 * The text of a function is what its author wrote, although what runs is something else: programs
 * send the text of functions to workers. So `Function.prototype.toString` knows compiled functions
 * from when the first compiled module is there.
 */
export function showSources(): void {
  if (areShown) return
  areShown = true
  const native = Function.prototype.toString
  const shown = {
    toString(this: unknown): string {
      const shape = compiledOf(this)?.shape
      if (shape !== undefined) return shape.source.slice(shape.start, shape.end)
      return native.call(this === shown ? native : (this as () => void))
    },
  }.toString
  const { prototype } = Function
  Object.defineProperty(prototype, 'toString', {
    value: shown,
    configurable: true,
    writable: true,
  })
}

/** Whether the function is one of the host's, not written in JavaScript. */
export function isNative(fn: unknown): boolean {
  if (typeof fn !== 'function') return false
  const known = natives.get(fn)
  if (known !== undefined) return known
  const text = Function.prototype.toString.call(fn)
  const answer = compiledOf(fn) === undefined && /\{\s*\[native code\]\s*\}$/.test(text)
  natives.set(fn, answer)
  return answer
}

const natives = new WeakMap<object, boolean>()
