/** Programs that the bench explores; loaded, and so compiled, by the bench. */
import { explore } from '@smpnet/interleave'

/** Three threads of six shared operations each, with conflicts. */
export function threeBySix(options) {
  return explore({ name: '3 threads × 6 operations', ...options }, ({ thread }) => {
    const words = new Int32Array(new SharedArrayBuffer(64))
    for (let t = 0; t < 3; t++) {
      thread(`t${t}`, () => {
        const next = (t + 1) % 3
        Atomics.store(words, t, 1)
        Atomics.load(words, next)
        Atomics.add(words, 4, 1)
        Atomics.store(words, t, 2)
        Atomics.load(words, next)
        Atomics.load(words, 4)
      })
    }
  })
}

/** One lock and what it protects, through two levels of functions and a class. */
export function lock(options) {
  return explore({ name: 'a lock', ...options }, ({ thread }) => {
    const lock = new Lock(new Int32Array(new SharedArrayBuffer(64)))
    for (let t = 0; t < 3; t++) {
      thread(`t${t}`, () => {
        for (let i = 0; i < 2; i++) lock.increment()
      })
    }
  })
}

class Lock {
  constructor(words) {
    this.words = words
  }

  increment() {
    this.enter()
    this.words[1] = this.words[1] + 1
    this.exit()
  }

  enter() {
    while (Atomics.compareExchange(this.words, 0, 0, 1) !== 0) Atomics.wait(this.words, 0, 1)
  }

  exit() {
    Atomics.store(this.words, 0, 0)
    Atomics.notify(this.words, 0, 1)
  }
}
