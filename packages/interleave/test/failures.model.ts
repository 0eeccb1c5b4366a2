import { explore } from '@smpnet/interleave'
import '@smpnet/interleave/vitest'
import { describe, expect, it } from 'vitest'
import { words } from './support/outcomes.ts'

describe('what can be wrong', () => {
  it('an assertion in a thread', () => {
    const result = explore({ name: 'assertion' }, ({ thread }) => {
      const x = words(1)
      thread('a', () => void Atomics.store(x, 0, 1))
      thread('b', () => expect(Atomics.load(x, 0)).toBe(0))
    })
    expect(result).toFailWith('assertion', 'expected 1 to be +0')
    expect(result.failure!.thread).toBe('b')
    expect(result.failure!.where).toMatch(/failures\.model\.ts:\d+:\d+$/)
  })

  it('an assertion at the end', () => {
    const result = explore({}, ({ thread, after }) => {
      const x = words(1)
      thread('a', () => void Atomics.store(x, 0, 1))
      after(() => expect(x[0]).toBe(2))
    })
    expect(result).toFailWith('assertion', 'expected 1 to be 2')
    expect(result.failure!.thread).toBeUndefined()
  })

  it('an exception', () => {
    const result = explore({}, ({ thread }) => {
      const x = words(1)
      thread('a', () => Atomics.load(x, 7))
    })
    expect(result).toFailWith('exception', 'RangeError')
  })

  it('a deadlock', () => {
    const result = explore({}, ({ thread }) => {
      const x = words(4)
      const lock = (at: number): void => {
        while (Atomics.compareExchange(x, at, 0, 1) !== 0) Atomics.wait(x, at, 1)
      }
      const both = (first: number, second: number) => () => {
        lock(first)
        lock(second)
        for (const at of [second, first]) {
          Atomics.store(x, at, 0)
          Atomics.notify(x, at)
        }
      }
      thread('a', both(0, 2))
      thread('b', both(2, 0))
    })
    expect(result).toFailWith('deadlock', 'a waits to be notified, b waits to be notified')
    expect(result.failure!.preemptions).toBe(1)
  })

  it('a lost wakeup: the value has changed, and nobody says so', () => {
    const result = explore({}, ({ thread }) => {
      const x = words(1)
      thread('sleeper', () => void Atomics.wait(x, 0, 0))
      thread('forgetful', () => void Atomics.store(x, 0, 1))
    })
    expect(result).toFailWith('lost-wakeup', 'the value is 0, which is 1 now')
  })

  it('a lost wakeup: the notify came first', () => {
    const result = explore({}, ({ thread }) => {
      const x = words(1)
      thread('sleeper', () => void Atomics.wait(x, 0, 0))
      thread('early', () => void Atomics.notify(x, 0))
    })
    expect(result).toFailWith('lost-wakeup', 'a notify came before it waited')
  })

  it('a deadlock, and no lost wakeup, of who looked at the word after the notify', () => {
    const result = explore({}, ({ thread }) => {
      const x = words(1)
      const send = () => {
        Atomics.store(x, 0, 1)
        Atomics.notify(x, 0)
      }
      const receive = () => {
        while (Atomics.load(x, 0) === 0) Atomics.wait(x, 0, 0)
        Atomics.store(x, 0, 0)
      }
      thread('once', () => send())
      thread('twice', () => {
        receive()
        receive()
      })
    })
    expect(result).toFailWith('deadlock', 'twice waits to be notified')
  })

  it('a livelock', () => {
    const result = explore({}, ({ thread }) => {
      const x = words(1)
      thread('a', () => {
        while (Atomics.load(x, 0) === 0);
      })
      thread('b', () => {})
    })
    expect(result).toFailWith('livelock', 'a goes round in a loop that nobody will end')
  })

  it('a leak', () => {
    const result = explore({}, ({ thread, leaks }) => {
      const x = words(2)
      leaks('blocks', () => Atomics.load(x, 0))
      thread('a', () => {
        Atomics.add(x, 0, 1)
        if (Atomics.load(x, 1) === 0) Atomics.sub(x, 0, 1)
      })
      thread('b', () => void Atomics.store(x, 1, 1))
    })
    expect(result).toFailWith('leak', 'blocks: 1 more in use at the end than at the start')
  })

  it('nothing, and then it says how much was tried', () => {
    const result = explore({ name: 'fine' }, ({ thread, leaks }) => {
      const x = words(2)
      leaks('blocks', () => Atomics.load(x, 0))
      thread('a', () => void Atomics.add(x, 0, 1))
      thread('b', () => void Atomics.sub(x, 0, 1))
    })
    expect(result).toHold()
    expect(result.summary).toBe(
      'fine: holds (exhaustive: all 2 executions; ' +
        'every execution, up to the order of independent steps)',
    )
  })

  it('nothing within the budget, and then it says that too', () => {
    const result = explore({ name: 'big', maxExecutions: 10 }, ({ thread }) => {
      const x = words(1)
      for (const name of 'abcde') thread(name, () => void Atomics.add(x, 0, 1))
    })
    expect(result.verdict).toBe('unfinished')
    expect(result.summary).toMatch(/^big: nothing found \(exhaustive: stopped at 10 executions/)
    expect(() => expect(result).toHold()).toThrow('stopped at 10 executions')
  })

  it('a loop without end that changes something each time is not called a livelock', () => {
    const result = explore({ maxSteps: 200 }, ({ thread }) => {
      const x = words(1)
      thread('a', () => {
        for (;;) Atomics.add(x, 0, 1)
      })
    })
    expect(result.verdict).toBe('unfinished')
    expect(result.stopped).toBe('an execution of more than 200 steps')
  })
})

describe('a failing schedule', () => {
  const lost = (replay?: string) =>
    explore(replay === undefined ? {} : { replay }, ({ thread, after }) => {
      const x = words(2)
      const add = (): void => {
        Atomics.load(x, 1)
        const before = Atomics.load(x, 0)
        Atomics.store(x, 0, before + 1)
        Atomics.load(x, 1)
      }
      for (const name of ['a', 'b', 'c']) thread(name, add)
      after(() => expect(x[0]).toBe(3))
    })

  it('has as few preemptions as it can', () => {
    const { failure } = lost()
    expect(failure!.preemptions).toBe(1)
    expect(failure!.rows).toHaveLength(12)
  })

  it('is the same when it is replayed', () => {
    const { failure } = lost()
    const again = lost(failure!.replay)
    expect(again.failure!.text).toBe(failure!.text)
    expect(again.executions).toBe(1)
  })

  it('names the lines of the source', () => {
    const { failure } = lost()
    expect(failure!.text).toContain('Atomics.store(x, 0, before + 1)')
    expect(failure!.text).toMatch(/store \w+\[0\] = 1 +(◀ +)?failures\.model\.ts:\d+:\d+/)
  })

  it('refuses a replay string that is none', () => {
    expect(() => lost('0.0.1')).toThrow('expected a schedule such as 1:0*3.1*2, got 0.0.1')
  })
})
