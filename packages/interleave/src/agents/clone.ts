import { isSharedView } from '../runtime/views.ts'

/**
 * What another agent gets of a value: a copy, of which only shared memory and what is transferred
 * is the same. `replaced` gives what stands for transferred objects at the receiver's.
 */
export function clone(value: unknown, replaced: ReadonlyMap<unknown, unknown>): unknown {
  const seen = new Map<unknown, unknown>(replaced)
  const copy = (one: unknown): unknown => {
    if (typeof one === 'function' || typeof one === 'symbol') throw refused(one)
    if (one === null || typeof one !== 'object') return one
    const known = seen.get(one)
    if (known !== undefined) return known
    const simple = copySimple(one)
    if (simple !== undefined) {
      seen.set(one, simple)
      return simple
    }
    if (UNCLONEABLE.has(tagOf(one))) throw refused(one)
    const made = emptyLike(one)
    seen.set(one, made)
    fill(made, one, copy)
    return made
  }
  return copy(value)
}

const UNCLONEABLE = new Set([
  'WeakMap',
  'WeakSet',
  'WeakRef',
  'Promise',
  'MessagePort',
  'Generator',
])

function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice(8, -1)
}

function refused(value: unknown): Error {
  if (typeof value === 'object' && tagOf(value as object) === 'MessagePort') {
    const message =
      'Object that needs transfer was found in message but not listed in transferList'
    const code = 'ERR_MISSING_TRANSFERABLE_IN_TRANSFER_LIST'
    return Object.assign(new TypeError(message), { code })
  }
  const shown = typeof value === 'object' ? `#<${tagOf(value as object)}>` : String(value)
  return new DOMException(`${shown} could not be cloned.`, 'DataCloneError')
}

/** Shared memory and its views, as they are; the host's own copy of what refers to nothing else. */
function copySimple(value: object): object | undefined {
  if (value instanceof SharedArrayBuffer || tagOf(value) === 'WebAssembly.Memory') return value
  if (isSharedView(value)) {
    const { buffer, byteOffset, constructor } = value
    const length = value instanceof DataView ? value.byteLength : (value as never)['length']
    return new (constructor as new (...args: unknown[]) => object)(buffer, byteOffset, length)
  }
  const isPlain = value instanceof ArrayBuffer || ArrayBuffer.isView(value)
  return isPlain || /^(Date|RegExp|Number|String|Boolean|BigInt)$/.test(tagOf(value))
    ? structuredClone(value)
    : undefined
}

function emptyLike(value: object): object {
  if (Array.isArray(value)) return Array.from({ length: value.length })
  if (value instanceof Map) return new Map()
  if (value instanceof Set) return new Set()
  if (!(value instanceof Error)) return {}
  const made = structuredClone(new Error(value.message))
  const known = { EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError }
  const Class = (known as Record<string, ErrorConstructor>)[value.name]
  if (Class !== undefined) Object.setPrototypeOf(made, Class.prototype as object)
  Object.defineProperty(made, 'stack', { value: value.stack, configurable: true, writable: true })
  return made
}

function fill(made: object, from: object, copy: (value: unknown) => unknown): void {
  if (made instanceof Map) {
    for (const [key, value] of from as Map<unknown, unknown>) made.set(copy(key), copy(value))
  } else if (made instanceof Set) {
    for (const value of from as Set<unknown>) made.add(copy(value))
  } else if (made instanceof Error) {
    if ('cause' in from) made.cause = copy(from.cause)
  } else {
    for (const key of Object.keys(from)) {
      ;(made as Record<string, unknown>)[key] = copy((from as Record<string, unknown>)[key])
    }
  }
}
