import { atomics } from './access.ts'
import { OP, OP_NAMES, Operation } from './operation.ts'
import { performOn } from './perform.ts'
import { CALLED_FROM_OUTSIDE, PLAIN_CONTEXTS, refuse } from './refusal.ts'
import { state, STEP } from './state.ts'

/**
 * Performs the pending access at once. This is what compiled code does while no thread is checked:
 * in `setup`, in final assertions, and in programs that merely import a compiled module.
 */
export function performDirectly(context: number, name = ''): unknown {
  const { pending, thread } = state
  if (thread !== undefined && isOwable(pending)) {
    // Nobody can tell whether it is made here or just before the thread's next step.
    const owed = new Operation()
    owed.copy(pending)
    thread.owed.push(owed)
    return undefined
  }
  if (thread !== undefined) {
    const outside = state.outside === undefined ? '' : `, here by ${state.outside}`
    const what = name === '' ? '' : `${name}: `
    throw refuse(pending.place, `${what}${PLAIN_CONTEXTS[context]!}${outside}`)
  }
  if (!state.isExploring) return performNatively(pending)
  if (pending.kind === OP.wait) return refuseToBlock(pending)
  if (pending.kind === OP.notify) return 0
  return performOn(pending)
}

/** Whether the step can be made later: a start of a worker, or a message. */
function isOwable({ kind, first }: Operation): boolean {
  if (kind === OP.act) return (first as { isOwable?: boolean }).isOwable === true
  return kind === OP.spawn
}

/** No program is explored: the access is what it is in any other program. */
function performNatively(op: Operation): unknown {
  const { kind, view, index, first, timeoutMs } = op
  if (kind === OP.wait || kind === OP.waitAsync) {
    return atomics[OP_NAMES[kind]!]!(view, index, first, timeoutMs)
  }
  return performOn(op)
}

/** Runs compiled steps to their end at once. Refused while threads run, if there is any step. */
export function runDirectly(
  steps: Generator<unknown, unknown, unknown>,
  context: number = CALLED_FROM_OUTSIDE,
  name = '',
): unknown {
  let result = steps.next()
  while (!result.done) {
    if (result.value !== STEP) throw new Error('expected a step from compiled code')
    result = resumeDirectly(steps, context, name)
  }
  return result.value
}

/** Performs the pending step and resumes `steps`, throwing into it what the step threw. */
export function resumeDirectly(
  steps: Generator<unknown, unknown, unknown>,
  context: number,
  name = '',
): IteratorResult<unknown, unknown> {
  let value: unknown
  try {
    value = performDirectly(context, name)
  } catch (error) {
    return steps.throw(error)
  }
  return steps.next(value)
}

/** In setup no other thread runs, so a wait that would sleep would sleep for ever. */
function refuseToBlock(op: Operation): string {
  if (atomics['load']!(op.view, op.index) !== op.first) return 'not-equal'
  if (op.timeoutMs !== Infinity) return 'timed-out'
  throw refuse(op.place, 'it waits outside any thread, where nobody can wake it')
}
