import { answer, atomic, atomics } from './access.ts'
import { wrap } from './functions.ts'
import { OP, type OpKind } from './operation.ts'
import { shape } from './shapes.ts'
import { state, STEP } from './state.ts'

/** `Atomics` as a value, for code that renames it or takes its functions out of it. */
export const atomicsObject: Record<string, unknown> = Object.create(Object.prototype, {
  [Symbol.toStringTag]: { value: 'Atomics' },
}) as Record<string, unknown>

for (const name of Object.keys(atomics)) {
  const kind = (OP as Record<string, OpKind | undefined>)[name]
  atomicsObject[name] = kind === undefined ? atomics[name] : wrap(stepOf(kind), shape(0, name))
}

function stepOf(kind: OpKind) {
  return function* (...args: unknown[]): Generator<unknown, unknown, unknown> {
    return atomic(state.callPlace, kind, ...args) ? yield STEP : answer.value
  }
}
