import { type OpKind, OP, OP_NAMES, type SharedView } from './operation.ts'
import { state } from './state.ts'
import { indexOf, isAtomicView, isSharedView, lengthOf } from './views.ts'

/**
 * Accesses to elements, as compiled code makes them. What `a[i]` or `Atomics.load(a, i)` touches is
 * known only when it runs. If it is shared memory, a helper here fills in `state.pending` and
 * answers true, and the compiled code yields STEP, upon which the engine performs the access; if
 * not, the helper has done what the source says, left the result in `answer`, and answers false. So
 * an access that is no step costs no generator.
 *
 * Writes to ordinary objects pass here too, to be noted in the thread's log of changes: by that log
 * an idle round of a loop is known.
 */

/** Where a helper leaves its result when it answers that no step is needed. */
export const answer: { value: unknown; steps: Generator | undefined } = {
  value: undefined,
  steps: undefined,
}

const natives = Atomics as unknown as Record<string, (...args: unknown[]) => unknown>
/** The real operations: while threads run, the global ones refuse code that was not compiled. */
export const atomics: typeof natives = Object.fromEntries(
  Object.getOwnPropertyNames(Atomics).map((name) => [name, natives[name]!]),
) as typeof natives

/** An `Atomics` call. True when it is a step, now pending; else `answer` has its value. */
export function atomic(place: number, kind: OpKind, ...args: unknown[]): boolean {
  const view = args[0]
  if (!isSharedView(view) || !isAtomicView(view) || !hasElement(view, args[1])) {
    answer.value = atomics[OP_NAMES[kind]!]!(...args)
    return false
  }
  const op = state.pending.access(kind, place, view, toIndex(args[1]))
  if (kind === OP.notify) {
    op.first = args[2] === undefined ? Infinity : Math.max(0, toIndex(args[2]))
    return true
  }
  if (kind === OP.load) return true
  op.first = coerce(view, args[2])
  if (kind === OP.compareExchange) op.second = coerce(view, args[3])
  if (kind === OP.wait || kind === OP.waitAsync) {
    op.timeoutMs = timeout(args[3])
    op.second = undefined
  }
  return true
}

/** `object[key]`. True when it reads shared memory. */
export function getElement(place: number, object: unknown, key: unknown): boolean {
  if (isSharedView(object)) {
    const index = indexOf(object, key)
    if (index >= 0) {
      state.pending.access(OP.read, place, object, index)
      return true
    }
  }
  answer.value = (object as Record<PropertyKey, unknown>)[key as PropertyKey]
  return false
}

/** `object[key] = value`. True when it writes shared memory. */
export function setElement(place: number, object: unknown, key: unknown, value: unknown): boolean {
  if (isSharedView(object)) {
    const index = indexOf(object, key)
    if (index >= 0) {
      state.pending.access(OP.write, place, object, index).first = coerce(object, value)
      return true
    }
  }
  answer.value = setProperty(object as object, key as PropertyKey, value)
  return false
}

/** `object.key = value` where the object is an ordinary one; remembers what it replaced. */
export function setProperty(object: object, key: PropertyKey, value: unknown): unknown {
  const { thread } = state
  const target = object as Record<PropertyKey, unknown>
  if (thread === undefined || object === null || typeof object !== 'object') {
    return (target[key] = value)
  }
  const own = Object.getOwnPropertyDescriptor(object, key)
  target[key] = value
  if (own !== undefined && 'value' in own) thread.changes.noteProperty(object, key, own.value)
  else thread.changes.note()
  return value
}

/** A variable of another function, or a private field, went from `before` to `after`. */
export function setOuter(before: unknown, after: unknown): unknown {
  if (!Object.is(before, after)) state.thread?.changes.note()
  return after
}

function hasElement(view: SharedView, index: unknown): boolean {
  const at = toIndex(index)
  return at >= 0 && at < lengthOf(view)
}

function toIndex(value: unknown): number {
  return value === undefined ? 0 : Math.trunc(Number(value)) || 0
}

function timeout(value: unknown): number {
  const ms = value === undefined ? Infinity : Number(value)
  return Number.isNaN(ms) ? Infinity : Math.max(0, ms)
}

/** The value as the store would convert it, with the store's own errors. */
function coerce(view: SharedView, value: unknown): unknown {
  const tag = (view as unknown as Record<symbol, string>)[Symbol.toStringTag]!
  if (tag.startsWith('Big')) return toBigInt(value)
  const number = Number(value)
  return tag.startsWith('Float') ? number : Math.trunc(number) || 0
}

/** What a BigInt array takes: numbers it does not, as the language says. */
function toBigInt(value: unknown): bigint {
  if (typeof value === 'number') throw new TypeError(`Cannot convert ${value} to a BigInt`)
  return BigInt(value as bigint)
}
