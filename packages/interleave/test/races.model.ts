import { explore, spawn } from '@smpnet/interleave'
import '@smpnet/interleave/vitest'
import { describe, expect, it } from 'vitest'
import { words } from './support/outcomes.ts'

describe('data races', () => {
  it('are two plain accesses that nothing orders, one of them a write', () => {
    const result = explore({}, ({ thread }) => {
      const x = words(1)
      thread('a', () => void (x[0] = 1))
      thread('b', () => x[0])
    })
    expect(result).toFailWith('data-race', 'plain write of 4 bytes by a')
    expect(result.failure!.message).not.toContain('torn')
  })

  it('are plain and atomic accesses too', () => {
    const result = explore({}, ({ thread }) => {
      const x = words(1)
      thread('a', () => void (x[0] = 1))
      thread('b', () => Atomics.load(x, 0))
    })
    expect(result).toFailWith('data-race', 'atomic read of 4 bytes by b')
  })

  it('are two writes of the same value', () => {
    const result = explore({}, ({ thread }) => {
      const x = words(1)
      for (const name of ['a', 'b']) thread(name, () => void (x[0] = 0))
    })
    expect(result).toFailWith('data-race')
  })

  it('are not two reads, nor neighbours in one word', () => {
    const result = explore({}, ({ thread }) => {
      const x = new Uint8Array(new SharedArrayBuffer(8))
      thread('a', () => void (x[0] = x[4]! + 1))
      thread('b', () => void (x[1] = x[4]! + 1))
    })
    expect(result).toHold()
  })

  it.each([
    ['floats', () => new Float64Array(new SharedArrayBuffer(8)), 1.5],
    ['BigInts', () => new BigInt64Array(new SharedArrayBuffer(8)), 1n],
  ])('may tear %s', (_, make, value) => {
    const result = explore({}, ({ thread }) => {
      const x = make()
      thread('a', () => void (x[0] = value))
      thread('b', () => x[0])
    })
    expect(result).toFailWith('data-race', 'the value read may be torn')
  })

  it('are atomics of different size on the same bytes', () => {
    const result = explore({}, ({ thread }) => {
      const buffer = new SharedArrayBuffer(8)
      const wide = new Int32Array(buffer)
      const narrow = new Uint8Array(buffer)
      thread('a', () => void Atomics.store(wide, 0, 1))
      thread('b', () => void Atomics.store(narrow, 3, 1))
    })
    expect(result).toFailWith('data-race', 'accesses of different size')
  })

  it('can be ignored, all or some', () => {
    const races = (option: 'ignore' | ((race: { isMixedSize: boolean }) => boolean)) =>
      explore({ races: option }, ({ thread }) => {
        const x = words(1)
        thread('a', () => void (x[0] = 1))
        thread('b', () => x[0])
      })
    expect(races('ignore')).toHold()
    expect(races(({ isMixedSize }) => isMixedSize)).toHold()
    expect(races(({ isMixedSize }) => !isMixedSize)).toFailWith('data-race')
  })
})

describe('what orders accesses', () => {
  it('an atomic read that sees an atomic write', () => {
    const result = explore({}, ({ thread }) => {
      const x = words(4)
      thread('a', () => {
        x[0] = 1
        Atomics.store(x, 2, 1)
      })
      thread('b', () => (Atomics.load(x, 2) === 1 ? x[0] : 0))
    })
    expect(result).toHold()
  })

  it('a lock', () => {
    const result = explore({}, ({ thread }) => {
      const x = words(4)
      for (const name of ['a', 'b', 'c']) {
        thread(name, () => {
          while (Atomics.exchange(x, 0, 1) === 1);
          x[2] = x[2]! + 1
          Atomics.store(x, 0, 0)
        })
      }
    })
    expect(result).toHold()
  })

  it('a wakeup, even when the value says nothing', () => {
    const result = explore({}, ({ thread }) => {
      const x = words(4)
      thread('a', () => {
        if (Atomics.wait(x, 0, 0, 10) === 'ok') x[2] = 2
      })
      thread('b', () => {
        x[2] = 1
        Atomics.notify(x, 0)
      })
    })
    expect(result).toHold()
  })

  it('but nothing that the waker did after it', () => {
    const result = explore({}, ({ thread }) => {
      const x = words(4)
      thread('a', () => {
        if (Atomics.wait(x, 0, 0, 10) === 'ok') x[2] = 2
      })
      thread('b', () => {
        Atomics.notify(x, 0)
        x[2] = 1
      })
    })
    expect(result).toFailWith('data-race')
  })

  it('starting and joining a thread, but not what lies between', () => {
    const program = (joins: boolean) =>
      explore({}, ({ thread }) => {
        const x = words(1)
        thread('parent', () => {
          x[0] = 1
          const child = spawn('child', () => void (x[0] = 2))
          if (joins) child.join()
          x[0] = 3
        })
      })
    expect(program(true)).toHold()
    expect(program(false)).toFailWith('data-race')
  })

  it('not an unrelated atomic', () => {
    const result = explore({}, ({ thread }) => {
      const x = words(6)
      thread('a', () => {
        x[0] = 1
        Atomics.store(x, 2, 1)
      })
      thread('b', () => (Atomics.load(x, 3) === 0 ? x[0] : 0))
    })
    expect(result).toFailWith('data-race')
  })
})
