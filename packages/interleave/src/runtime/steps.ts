import { resumeDirectly } from './direct.ts'
import { CALLED_FROM_OUTSIDE } from './refusal.ts'
import { state, STEP } from './state.ts'

type Inner = Generator<unknown, unknown, unknown>
type Result = IteratorResult<unknown, unknown>

/**
 * What a generator function of the source returns when it is compiled: an iterator of what the
 * source yields. The generator inside yields those values and, between them, its steps.
 */
export class Steps {
  /** The last result, given again when it is the same, so that a driver can be seen idle. */
  #last: Result | undefined
  /** What the thread's log of changes was at when the generator was last left. */
  #exit = -1

  constructor(readonly inner: Inner) {}

  next(value?: unknown): Result {
    return this.#direct(this.inner.next(value))
  }

  throw(error: unknown): Result {
    return this.#direct(this.inner.throw(error))
  }

  return(value?: unknown): Result {
    return this.#direct(this.inner.return(value))
  }

  [Symbol.iterator](): this {
    return this
  }

  /** `next`, `throw` or `return` as steps of the function that drives this generator. */
  *drive(
    method: 'next' | 'throw' | 'return',
    value: unknown,
  ): Generator<unknown, Result, unknown> {
    const changes = state.thread?.changes
    changes?.noteDrive(this, this.#exit)
    changes?.driven.push(this)
    try {
      return yield* this.#run(method, value)
    } finally {
      changes?.driven.pop()
      this.#exit = changes?.mark() ?? -1
    }
  }

  *#run(method: 'next' | 'throw' | 'return', value: unknown): Generator<unknown, Result, unknown> {
    let result = this.inner[method](value as never)
    while (!result.done && result.value === STEP) {
      let answer: unknown
      try {
        answer = yield STEP
      } catch (error) {
        result = this.inner.throw(error)
        continue
      }
      result = this.inner.next(answer)
    }
    return this.#same(result)
  }

  #direct(first: Result): Result {
    let result = first
    while (!result.done && result.value === STEP) {
      result = resumeDirectly(this.inner, CALLED_FROM_OUTSIDE, 'a generator')
    }
    return result
  }

  #same(result: Result): Result {
    const last = this.#last
    if (last?.done === result.done && Object.is(last?.value, result.value)) return last as Result
    this.#last = result
    return result
  }
}

/** What drives a generator. */
export const driveMethods: ReadonlySet<unknown> = new Set([
  Steps.prototype.next,
  Steps.prototype.throw,
  Steps.prototype.return,
])

// What a generator inherits, such as the helpers of iterators, and how it is shown.
Object.setPrototypeOf(Steps.prototype, Object.getPrototypeOf(function* () {}).prototype as object)
