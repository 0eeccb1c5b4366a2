import { showPlace } from './places.ts'

/**
 * Code that the checker cannot run under every schedule. It is thrown rather than run unchecked:
 * a check that silently left something out would be worth less than none.
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

/** A refusal at a numbered place. */
export function refuse(place: number, reason: string): Refusal {
  return new Refusal(showPlace(place), reason)
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
