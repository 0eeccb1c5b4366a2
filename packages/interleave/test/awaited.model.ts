import { awaitExchange, awaitValue, explore } from '@smpnet/interleave'
import '@smpnet/interleave/vitest'
import { describe, expect, it } from 'vitest'
import { words } from './support/outcomes.ts'

/** Three threads that each hold a lock once, and write down in which order. */
function locked(acquire: (x: Int32Array) => void) {
  return explore({ name: 'locked' }, ({ thread, after }) => {
    const x = words(8)
    for (const i of [1, 2, 3]) {
      thread(`${i}`, () => {
        acquire(x)
        x[1] = x[1]! * 4 + i
        Atomics.store(x, 0, 0)
      })
    }
    after(() => expect([27, 30, 39, 45, 54, 57]).toContain(x[1]))
  })
}

describe('A step that awaits a word', () => {
  it('is made when the word is that, and not before', () => {
    const result = explore({}, ({ thread, after }) => {
      const x = words(2)
      thread('reader', () => {
        awaitValue(x, 0, 7)
        x[1] = 1
      })
      thread('writer', () => {
        x[1] = 2
        Atomics.store(x, 0, 7)
      })
      after(() => expect(x[1]).toBe(1))
    })
    expect(result).toHold()
    expect([result.executions, result.redundant]).toEqual([1, 0])
  })

  it('acquires a lock once for each order of who has it, and never in vain', () => {
    const result = locked((x) => void awaitExchange(x, 0, 0, 1))
    expect(result).toHold()
    expect([result.executions, result.redundant]).toEqual([6, 0])
  })

  it('finds as many executions as a loop that acquires, which looks in vain as well', () => {
    const result = locked((x) => {
      while (Atomics.compareExchange(x, 0, 0, 1) !== 0);
    })
    expect(result).toHold()
    expect(result.executions).toBe(6)
    expect(result.redundant).toBeGreaterThan(0)
  })

  it('may be made before a change after which it could not be', () => {
    let ended = 0
    const result = explore({ keepGoing: true }, ({ thread, after }) => {
      const x = words(2)
      thread('changes', () => Atomics.store(x, 0, 5))
      thread('waits', () => void awaitValue(x, 0, 0))
      after(() => void ended++)
    })
    expect(result).toFailWith('deadlock', 'waits awaits 0 at [0]')
    expect([result.executions, ended]).toEqual([2, 1])
  })

  it('blocks its thread for good if nobody writes that, which is a deadlock', () => {
    const result = explore({}, ({ thread }) => {
      const x = words(2)
      thread('t', () => void awaitValue(x, 1, 3))
      thread('other', () => Atomics.store(x, 1, 2))
    })
    expect(result).toFailWith('deadlock', 't awaits 3 at [1]')
  })

  it('finds what it awaits at once where no thread runs, or throws', () => {
    const x = words(2)
    expect(awaitExchange(x, 1, 0, 3)).toBe(0)
    expect(awaitValue(x, 1, 3)).toBe(3)
    expect(() => awaitValue(x, 1, 4)).toThrow(
      'expected 4 at [1] where no thread could wait, got 3',
    )
  })

  it('is not for other arrays', () => {
    const result = explore({}, ({ thread }) => {
      thread('t', () => void awaitValue(words(2), 2, 0))
    })
    expect(result).toFailWith('exception', 'expected an index of a shared Int32Array')
  })
})
