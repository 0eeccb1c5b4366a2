import { answer } from './access.ts'
import { call, constructorModels } from './calls.ts'
import { ModelPromise } from './promise.ts'

type Steps = Generator<unknown, unknown, unknown>

/** `new Promise(executor)`, whose executor may take steps. */
function* promise(place: number, _: unknown, args: readonly unknown[]): Steps {
  const [executor] = args
  if (typeof executor !== 'function') {
    throw new TypeError(`Promise resolver ${String(executor)} is not a function`)
  }
  const made = new ModelPromise()
  const { resolve, reject } = made.resolvers()
  try {
    if (call(place, executor, undefined, [resolve, reject])) yield* answer.steps!
  } catch (error) {
    reject(error)
  }
  return made
}

/** Puts the models where calls look for them. */
export function installPromiseModels(): void {
  constructorModels.set(ModelPromise, promise)
}
