import type { Execution } from '../engine/execution.ts'
import { answer } from '../runtime/access.ts'
import { call } from '../runtime/calls.ts'
import { wrap } from '../runtime/functions.ts'
import { OP } from '../runtime/operation.ts'
import { shape } from '../runtime/shapes.ts'
import { state, STEP } from '../runtime/state.ts'

/** A sequential object: a class whose methods do, one at a time, what the operations should do. */
export type Specification<T extends object> = new () => T

type MethodName<T> = {
  [K in keyof T]: T[K] extends (...args: never[]) => unknown ? K : never
}[keyof T]
type Arguments<T, K extends keyof T> = T[K] extends (...args: infer A) => unknown ? A : never

/** Records what threads call and what they are given back. */
export interface History<T extends object> {
  /**
   * Makes a call of the real object, recorded as the method `name` of the specification:
   * `history.call('pop', [], () => stack.pop())`. Returns what the call returned.
   */
  call<K extends MethodName<T>, R>(name: K & string, args: Arguments<T, K>, body: () => R): R
}

/** One recorded operation. Times are numbers of steps. */
export interface RecordedCall {
  readonly thread: string
  readonly name: string
  readonly args: readonly unknown[]
  invokedAt: number
  /** Infinity while the operation has not returned. */
  respondedAt: number
  result: unknown
}

/**
 * A history of one execution, and its check against the specification.
 *
 * A call is recorded by two steps, before and after the steps of its body: its invocation and its
 * response. What decides whether an order of the calls is allowed is which responses come before
 * which invocations, so those two depend on each other and a strategy tries both orders; two
 * invocations, or two responses, are independent. The check is made when all threads have ended,
 * outside all steps.
 */
export class HistoryOf<T extends object> implements History<T> {
  readonly #calls: RecordedCall[] = []
  readonly call: History<T>['call']

  constructor(
    readonly Class: Specification<T>,
    /** Which of the histories of a program this is. */
    readonly number: number,
  ) {
    this.call = wrap(this.#steps.bind(this) as never, shape(0, 'call')) as never
  }

  *#steps(
    name: string,
    args: unknown[],
    body: () => unknown,
  ): Generator<unknown, unknown, unknown> {
    const thread = state.thread?.name ?? 'setup'
    const place = state.callPlace
    const record: RecordedCall = {
      thread,
      name,
      args: [...args],
      invokedAt: 0,
      respondedAt: Infinity,
      result: undefined,
    }
    const shown = `${name}(${args.map(show).join(', ')})`
    const invoke = (at: number): void => {
      record.invokedAt = at
      this.#calls.push(record)
    }
    state.pending.event(OP.invoke, place, {
      owner: this.number,
      record: invoke,
      text: `${shown} …`,
    })
    yield STEP
    const result = call(place, body, undefined, []) ? yield* answer.steps! : answer.value
    record.result = result
    const respond = (at: number): void => void (record.respondedAt = at)
    const text = `… ${shown} → ${show(result)}`
    state.pending.event(OP.respond, place, { owner: this.number, record: respond, text })
    yield STEP
    return result
  }

  /** Adds a failure to the execution if no order of the calls explains what they returned. */
  check(execution: Execution): void {
    const calls = this.#calls
    if (explain(this.Class, calls)) return
    const list = calls.map(
      (c) => `${c.thread}: ${c.name}(${c.args.map(show).join(', ')}) → ${show(c.result)}`,
    )
    const message = `no order of these calls is one of ${this.Class.name}: ${list.join('; ')}`
    execution.fail({ kind: 'not-linearizable', message, thread: undefined, place: 0 })
  }
}

/**
 * Whether the calls can be put in an order that a sequential object explains, in which a call that
 * returned before another began comes first (Herlihy and Wing, TOPLAS 12(3), 1990). The search is
 * Wing and Gong's; histories of a model check are short.
 */
export function explain<T extends object>(
  Class: Specification<T>,
  calls: readonly RecordedCall[],
): boolean {
  const order: RecordedCall[] = []
  const done = new Set<RecordedCall>()
  const search = (): boolean => {
    if (calls.every((c) => done.has(c) || c.respondedAt === Infinity)) return true
    const open = calls.filter((c) => !done.has(c))
    const firstResponse = Math.min(...open.map(({ respondedAt }) => respondedAt))
    for (const next of open) {
      if (next.invokedAt > firstResponse) continue
      order.push(next)
      done.add(next)
      if (returnsAsRecorded(Class, order) && search()) return true
      order.pop()
      done.delete(next)
    }
    return false
  }
  return search()
}

/** Whether the last call of the order returns what was recorded, after the others. */
function returnsAsRecorded<T extends object>(
  Class: Specification<T>,
  order: RecordedCall[],
): boolean {
  const object = new Class() as Record<string, (...args: unknown[]) => unknown>
  let result: unknown
  for (const { name, args } of order) result = object[name]!(...args)
  const last = order.at(-1)!
  return last.respondedAt === Infinity || isSame(result, last.result)
}

function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every((key) => isSame(a[key as keyof typeof a], b[key as keyof typeof b]))
}

function show(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}
