import { LiveMemory } from '@smpnet/memory'

const CHANGES = ['store', 'exchange', 'compareExchange', 'add', 'and', 'or', 'sub', 'notify']
const PLAIN = ['write', 'copyIn', 'fill']

/**
 * Ends this worker thread behind a change of shared memory, as `terminate` may: everything that the
 * built packages do to their memory goes through `Atomics` or the plain methods of `LiveMemory`.
 */
export class Mortal {
  #left = Number.POSITIVE_INFINITY

  constructor() {
    for (const name of CHANGES) this.#wrap(Atomics, name, name === 'compareExchange')
    for (const name of PLAIN) this.#wrap(LiveMemory.prototype, name, false)
  }

  /** The thread ends behind the change of that number, from 1. */
  endsAfter(changes) {
    this.#left = changes
  }

  livesOn() {
    this.#left = Number.POSITIVE_INFINITY
  }

  #wrap(of, name, isTry) {
    const mortal = this
    const real = of[name]
    of[name] = function counted(...args) {
      const result = Reflect.apply(real, this, args)
      if (!isTry || result === args[2]) mortal.#changed()
      return result
    }
  }

  #changed() {
    if (--this.#left > 0) return
    process.exit()
  }
}
