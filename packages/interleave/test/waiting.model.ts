import { explore, spawn } from '@smpnet/interleave'
import '@smpnet/interleave/vitest'
import { describe, expect, it } from 'vitest'
import { outcomesOf, words } from './support/outcomes.ts'

describe('Atomics.wait', () => {
  it('sleeps while the value is the expected one, and sees any other', () => {
    const { outcomes, result } = outcomesOf(({ thread }) => {
      const x = words(2)
      let seen = ''
      thread('sleeper', () => {
        seen = Atomics.wait(x, 0, 0)
      })
      thread('waker', () => {
        Atomics.store(x, 0, 1)
        Atomics.notify(x, 0)
      })
      return () => seen
    })
    expect(outcomes).toEqual(['"not-equal"', '"ok"'])
    expect(result).toHold()
  })

  it('may time out at any moment, or be notified first', () => {
    const { outcomes, result } = outcomesOf(({ thread }) => {
      const x = words(2)
      let seen = ''
      let woken = 0
      thread('sleeper', () => {
        seen = Atomics.wait(x, 0, 0, 10)
      })
      thread('waker', () => {
        woken = Atomics.notify(x, 0)
      })
      return () => [seen, woken]
    })
    expect(outcomes).toEqual(['["ok",1]', '["timed-out",0]'])
    expect(result).toHold()
  })

  it('does not sleep at all with a timeout of 0', () => {
    const { outcomes } = outcomesOf(({ thread }) => {
      const x = words(2)
      const seen: string[] = []
      thread('t', () => {
        seen.push(Atomics.wait(x, 0, 0, 0), Atomics.wait(x, 0, 5, 0))
      })
      return () => seen
    })
    expect(outcomes).toEqual(['["timed-out","not-equal"]'])
  })

  it('waits on 64 bits', () => {
    const { outcomes } = outcomesOf(({ thread }) => {
      const x = new BigInt64Array(new SharedArrayBuffer(16))
      let seen = ''
      thread('sleeper', () => {
        seen = Atomics.wait(x, 1, 0n)
      })
      thread('waker', () => {
        Atomics.store(x, 1, 1n)
        Atomics.notify(x, 1)
      })
      return () => seen
    })
    expect(outcomes).toEqual(['"not-equal"', '"ok"'])
  })
})

describe('Atomics.notify', () => {
  it('wakes as many as it is told, first come first', () => {
    const { outcomes } = outcomesOf(
      ({ thread }) => {
        const x = words(4)
        const order: string[] = []
        for (const name of ['a', 'b']) {
          thread(name, () => {
            Atomics.add(x, 2, 1)
            Atomics.wait(x, 0, 0)
            order[Atomics.add(x, 3, 1)] = name
          })
        }
        let woken = 0
        thread('waker', () => {
          while (Atomics.load(x, 2) !== 2);
          woken = Atomics.notify(x, 0, 1)
          woken += Atomics.notify(x, 0, Infinity)
        })
        return () => woken
      },
      { maxExecutions: 5_000 },
    )
    expect(outcomes).toEqual(['2'])
  })

  it('wakes nobody at another address', () => {
    const result = explore({}, ({ thread }) => {
      const x = words(2)
      thread('sleeper', () => void Atomics.wait(x, 0, 0))
      thread('waker', () => void Atomics.notify(x, 1))
    })
    expect(result).toFailWith('deadlock')
  })
})

describe('spawn and join', () => {
  it('start a thread after what came before, and wait for its end', () => {
    const { outcomes, result } = outcomesOf(({ thread }) => {
      const x = words(2)
      let sum = 0
      thread('parent', () => {
        x[0] = 1
        const child = spawn(
          'child',
          (n: number) => {
            x[0] = x[0]! + n
            return x[0]! * 2
          },
          5,
        )
        const doubled = child.join()
        sum = doubled + x[0]!
      })
      return () => sum
    })
    expect(outcomes).toEqual(['18'])
    expect(result).toHold()
  })

  it('run side by side until they are joined', () => {
    const { outcomes } = outcomesOf(({ thread }) => {
      const x = words(2)
      let seen = 0
      thread('parent', () => {
        const child = spawn('child', () => Atomics.store(x, 0, 1))
        seen = Atomics.load(x, 0)
        child.join()
      })
      return () => seen
    })
    expect(outcomes).toEqual(['0', '1'])
  })

  it('hand on what the child throws', () => {
    const result = explore({}, ({ thread }) => {
      const x = words(1)
      thread('parent', () => {
        const child = spawn('child', () => {
          Atomics.load(x, 0)
          throw new RangeError('too far')
        })
        child.join()
      })
    })
    expect(result).toFailWith('exception', 'RangeError: too far')
    expect(result.failure!.thread).toBe('child')
  })
})
