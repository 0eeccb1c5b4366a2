import { bounded, bruteForce, explore } from '@smpnet/interleave'
import '@smpnet/interleave/vitest'
import { describe, expect, it } from 'vitest'
import { outcomesOf, words } from './support/outcomes.ts'

describe('a loop that waits', () => {
  it('costs one execution however long it would go round', () => {
    const result = explore({}, ({ thread }) => {
      const x = words(1)
      thread('a', () => {
        while (Atomics.load(x, 0) === 0);
      })
      thread('b', () => void Atomics.store(x, 0, 1))
    })
    expect(result).toHold()
    expect(result.executions).toBe(1)
  })

  it('may count how often it went round, and pause', () => {
    const result = explore({}, ({ thread }) => {
      const x = words(1)
      const pause = (attempt: number): void => {
        for (let i = 0; i < attempt; i++) Atomics.load(x, 0)
      }
      thread('a', () => {
        for (let attempt = 0; Atomics.load(x, 0) === 0; attempt++) pause(attempt)
      })
      thread('b', () => void Atomics.store(x, 0, 1))
    })
    expect(result).toHold()
  })

  it('may take a lock to look, and give it back', () => {
    const result = explore({}, ({ thread }) => {
      const x = words(4)
      const locked = <T>(body: () => T): T => {
        while (Atomics.exchange(x, 0, 1) === 1);
        const value = body()
        Atomics.store(x, 0, 0)
        return value
      }
      thread('a', () => {
        while (locked(() => x[2]) === 0);
      })
      thread('b', () => locked(() => (x[2] = 1)))
    })
    expect(result).toHold()
  })

  it('may time out again and again', () => {
    const result = explore({}, ({ thread }) => {
      const x = words(1)
      thread('a', () => {
        while (Atomics.load(x, 0) === 0) Atomics.wait(x, 0, 0, 1)
      })
      thread('b', () => {
        Atomics.store(x, 0, 1)
        Atomics.notify(x, 0)
      })
    })
    expect(result).toHold()
  })

  it('may time out beside another that does', () => {
    const result = explore({}, ({ thread }) => {
      const x = words(1)
      for (const name of ['a', 'b']) {
        thread(name, () => {
          while (Atomics.load(x, 0) === 0) Atomics.wait(x, 0, 0, 1)
        })
      }
      thread('c', () => {
        Atomics.store(x, 0, 1)
        Atomics.notify(x, 0)
      })
    })
    expect(result).toHold()
  })

  it('may retry what another thread was quicker to do', () => {
    const { outcomes, result } = outcomesOf(({ thread }) => {
      const x = words(1)
      for (const name of ['a', 'b', 'c']) {
        thread(name, () => {
          let old: number
          do old = Atomics.load(x, 0)
          while (Atomics.compareExchange(x, 0, old, old + 1) !== old)
        })
      }
      return () => x[0]
    })
    expect(outcomes).toEqual(['3'])
    expect(result.executions).toBe(6)
  })

  it('may wait for somebody who waits too', () => {
    const result = explore({}, ({ thread }) => {
      const x = words(4)
      thread('a', () => {
        while (Atomics.load(x, 0) === 0);
        Atomics.store(x, 2, 1)
      })
      thread('b', () => {
        while (Atomics.load(x, 2) === 0);
      })
      thread('c', () => void Atomics.store(x, 0, 1))
    })
    expect(result).toHold()
  })
})

describe('a loop that gives up', () => {
  it('is tried to its end, whatever the others do', () => {
    const { outcomes, result } = outcomesOf(({ thread }) => {
      const x = words(1)
      let tries = 0
      thread('a', () => {
        for (let i = 0; i < 3; i++) {
          if (Atomics.load(x, 0) === 1) return
          tries = i + 1
        }
      })
      thread('b', () => void Atomics.store(x, 0, 1))
      return () => tries
    })
    expect(outcomes).toEqual(['0', '1', '2', '3'])
    expect(result).toHold()
  })

  it('is tried to its end when it counts in an object', () => {
    const { outcomes } = outcomesOf(({ thread }) => {
      const x = words(1)
      const me = { tries: 0 }
      thread('a', () => {
        while (Atomics.load(x, 0) === 0 && me.tries < 2) me.tries++
      })
      thread('b', () => void Atomics.store(x, 0, 1))
      return () => me.tries
    })
    expect(outcomes).toEqual(['0', '1', '2'])
  })

  it('is tried to its end when it counts in a private field', () => {
    const { outcomes } = outcomesOf(({ thread }) => {
      class Spinner {
        #left = 2
        run(x: Int32Array): number {
          while (Atomics.load(x, 0) === 0 && this.#left > 0) this.#left--
          return this.#left
        }
      }
      const x = words(1)
      let left = 0
      thread('a', () => {
        left = new Spinner().run(x)
      })
      thread('b', () => void Atomics.store(x, 0, 1))
      return () => left
    })
    expect(outcomes).toEqual(['0', '1', '2'])
  })

  it('is tried to its end when it counts in an outer variable', () => {
    const { outcomes } = outcomesOf(({ thread }) => {
      const x = words(1)
      let tries = 0
      const isTired = (): boolean => ++tries > 2
      thread('a', () => {
        while (Atomics.load(x, 0) === 0 && !isTired());
      })
      thread('b', () => void Atomics.store(x, 0, 1))
      return () => tries
    })
    expect(outcomes).toEqual(['0', '1', '2', '3'])
  })

  it.each([
    [
      'a getter',
      () => {
        let left = 2
        return {
          get next() {
            return left--
          },
        }
      },
    ],
    [
      'a constructor',
      () => {
        let left = 2
        class Countdown {
          readonly next = left
          constructor() {
            left--
          }
        }
        return {
          get next() {
            return new Countdown().next
          },
        }
      },
    ],
    [
      'a setter',
      () => {
        let left = 2
        return {
          get next() {
            return left
          },
          set next(value: number) {
            left = value - 1
          },
        }
      },
    ],
  ])('is tried to its end when %s counts', (_, make) => {
    const { outcomes } = outcomesOf(({ thread }) => {
      const x = words(1)
      const counter: { next: number } = make()
      const hasSetter = Object.getOwnPropertyDescriptor(counter, 'next')!.set !== undefined
      let tries = 0
      thread('a', () => {
        while (Atomics.load(x, 0) === 0) {
          const left = counter.next
          if (left === 0) return
          if (hasSetter) counter.next = left
          tries = 3 - left
        }
      })
      thread('b', () => void Atomics.store(x, 0, 1))
      return () => tries
    })
    expect(outcomes).toEqual(['0', '1', '2'])
  })

  it('keeps the last thing it saw', () => {
    const { outcomes } = outcomesOf(({ thread }) => {
      const x = words(4)
      let seen = -1
      thread('a', () => {
        let last = -1
        while (Atomics.load(x, 0) === 0) last = Atomics.load(x, 2)
        seen = last
      })
      thread('b', () => {
        Atomics.store(x, 2, 1)
        Atomics.store(x, 0, 1)
      })
      return () => seen
    })
    expect(outcomes).toEqual(['-1', '0', '1'])
  })
})

describe('a generator that yields while it waits', () => {
  function* enter(x: Int32Array<SharedArrayBuffer>): Generator<number, void, unknown> {
    while (Atomics.compareExchange(x, 0, 0, 1) !== 0) yield 1
  }

  /** What a package's own driver looks like. */
  function drive(steps: Generator<number, void, unknown>): void {
    let result = steps.next()
    while (!result.done) {
      if (result.value !== 1) throw new RangeError(`expected 1, got ${result.value}`)
      result = steps.next()
    }
  }

  it.each([
    ['by a driver', (x: Int32Array<SharedArrayBuffer>) => drive(enter(x))],
    [
      'by a loop',
      (x: Int32Array<SharedArrayBuffer>) => {
        for (const value of enter(x)) if (value !== 1) throw new RangeError('expected 1')
      },
    ],
  ])('is driven %s', (_, lock) => {
    const program = (strategy = bruteForce()) =>
      explore({ strategy }, ({ thread, after }) => {
        const x = words(4)
        for (const name of ['a', 'b']) {
          thread(name, () => {
            lock(x)
            x[2] = x[2]! + 1
            Atomics.store(x, 0, 0)
          })
        }
        after(() => expect(x[2]).toBe(2))
      })
    expect(program()).toHold()
    expect(program(bounded(2))).toHold()
  })

  /** Tries twice to get in, and says when it was not let in. */
  function* twice(x: Int32Array<SharedArrayBuffer>): Generator<number, boolean, unknown> {
    if (Atomics.load(x, 0) === 1) return true
    yield 1
    if (Atomics.load(x, 0) === 1) return true
    yield 1
    return Atomics.load(x, 0) === 1
  }

  function* forEver(x: Int32Array<SharedArrayBuffer>): Generator<number, void, unknown> {
    while (Atomics.load(x, 0) === 0) yield 1
  }

  it.each([
    [
      'whose loop sees nothing change while the generator goes on',
      (x: Int32Array<SharedArrayBuffer>) => {
        const steps = twice(x)
        let result = steps.next()
        while (!result.done) result = steps.next()
        return result.value
      },
    ],
    [
      'that counts, and gives up',
      (x: Int32Array<SharedArrayBuffer>) => {
        const steps = forEver(x)
        for (let i = 0; i < 2; i++) if (steps.next().done) return true
        return false
      },
    ],
    [
      'that counts in a loop over the generator',
      (x: Int32Array<SharedArrayBuffer>) => {
        let left = 2
        for (const value of forEver(x)) if ((left -= value) === 0) return false
        return true
      },
    ],
    [
      'without a loop',
      (x: Int32Array<SharedArrayBuffer>) => {
        const steps = forEver(x)
        return steps.next().done === true || steps.next().done === true
      },
    ],
  ])('is given up by a driver %s', (_, isLetIn) => {
    const { outcomes, result } = outcomesOf(({ thread }) => {
      const x = words(1)
      let seen: unknown
      thread('a', () => {
        seen = isLetIn(x)
      })
      thread('b', () => void Atomics.store(x, 0, 1))
      return () => seen
    })
    expect(outcomes).toEqual(['false', 'true'])
    expect(result).toHold()
  })

  it('is a thread of its own', () => {
    const result = explore({}, ({ thread, after }) => {
      const x = words(4)
      for (const name of ['a', 'b']) {
        thread(name, function* () {
          yield* enter(x)
          x[2] = x[2]! + 1
          Atomics.store(x, 0, 0)
        })
      }
      after(() => expect(x[2]).toBe(2))
    })
    expect(result).toHold()
  })
})
