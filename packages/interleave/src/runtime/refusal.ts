import { showPlace } from './places.ts'
import { packageOnStack, withDeepStack } from './stack.ts'
import { state } from './state.ts'

/**
 * Code that the checker cannot run under every schedule. It is thrown rather than run unchecked:
 * a check that silently left something out would be worth less than none. What the program does
 * with the exception does not matter: the runtime remembers the first one, and the exploration ends
 * with it.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal'

  constructor(
    /** Where, as `file:line:column`. */
    readonly where: string,
    readonly reason: string,
  ) {
    super(`${where}: cannot be checked: ${reason}`)
  }
}

/** A refusal at a numbered place, from which the exploration does not recover. */
export function refuse(place: number, reason: string): Refusal {
  const name = /not compiled/.test(reason) ? packageOnStack() : undefined
  const flag = name === undefined ? '' : `; it is of ${name}: name that with --package ${name}`
  const refusal = withDeepStack(() => new Refusal(showPlace(place), reason + flag))
  state.refusal ??= refusal
  return refusal
}

/** Why an access outside any generator cannot be a step; the numbers are the compiler's. */
export const PLAIN_CONTEXTS: readonly string[] = [
  'module code runs while threads do; touch shared memory in functions instead',
  'a constructor cannot be suspended; touch shared memory in a method or a static function',
  'a getter cannot be suspended; make it a method',
  'a setter cannot be suspended; make it a method',
  'a class field or static block cannot be suspended; touch shared memory in a method',
  'it is called by code that cannot be suspended (a native callback, or a module that was not ' +
    'compiled); call it from a loop, or name that module too',
]

/** The context number for a compiled function that something uncompiled called. */
export const CALLED_FROM_OUTSIDE = 5

/** Forms of the language that compiled code refuses to run, when it comes to one. */
const FORMS = {
  eval: '`eval` hides code from the compiler',
  with: '`with` hides names from the compiler',
  'async-generator': 'async generators are not supported; use one or the other',
  'for-await': '`for await` is not supported; await in a loop instead',
  'super-in-field': '`super` in an arrow function of a field is not supported; use a method',
  'super-call-in-arrow': '`super()` in an arrow function is not supported',
  'arguments-in-arrow': '`arguments` in an arrow function is not supported; name the parameters',
} as const

export type ReasonKind = keyof typeof FORMS

/** Refuses a form at the place where it is reached. */
export function never(place: number, kind: ReasonKind): never {
  throw refuse(place, FORMS[kind])
}
