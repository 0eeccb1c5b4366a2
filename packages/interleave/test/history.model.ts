import { explore } from '@smpnet/interleave'
import '@smpnet/interleave/vitest'
import { describe, expect, it } from 'vitest'
import { explain, type RecordedCall } from '../src/model/history.ts'
import { words } from './support/outcomes.ts'

/** What a register does when one thread uses it. */
class Register {
  #value = 0

  write(value: number): void {
    this.#value = value
  }

  read(): number {
    return this.#value
  }

  take(): number {
    const value = this.#value
    this.#value = 0
    return value
  }
}

type Words = Int32Array<SharedArrayBuffer>

function program(take: (x: Words) => number) {
  return explore({ races: 'ignore' }, ({ thread, history }) => {
    const x = words(2)
    const calls = history(Register)
    thread('writer', () => calls.call('write', [7], () => void Atomics.store(x, 0, 7)))
    for (const name of ['taker', 'other taker']) {
      thread(name, () => calls.call('take', [], () => take(x)))
    }
  })
}

describe('a history', () => {
  it('holds when the calls take effect at one step each', () => {
    expect(program((x) => Atomics.exchange(x, 0, 0))).toHold()
  })

  it('fails when two calls take the same value', () => {
    const result = program((x) => {
      const value = Atomics.load(x, 0)
      Atomics.store(x, 0, 0)
      return value
    })
    expect(result).toFailWith('not-linearizable', 'take() → 7')
    expect(result.failure!.text).toMatch(/… take\(\) → 7/)
  })

  it('fails when a call sees what was overwritten before it began', () => {
    const result = explore({}, ({ thread, history }) => {
      const x = words(4)
      const calls = history(Register)
      thread('writer', () => {
        calls.call('write', [1], () => void Atomics.store(x, 0, 1))
        Atomics.store(x, 2, 1)
      })
      thread('reader', () => {
        const cached = Atomics.load(x, 0)
        if (Atomics.load(x, 2) === 1) calls.call('read', [], () => cached)
      })
    })
    expect(result).toFailWith('not-linearizable', 'read() → 0')
  })
})

describe('the search for an order', () => {
  const call = (
    name: string,
    args: unknown[],
    from: number,
    to: number,
    result?: unknown,
  ): RecordedCall => ({
    thread: 't',
    name,
    args,
    invokedAt: from,
    respondedAt: to,
    result,
  })

  it('may exchange calls that overlap, and no others', () => {
    const write = call('write', [1], 0, 3)
    expect(explain(Register, [write, call('read', [], 1, 2, 0)])).toBe(true)
    expect(explain(Register, [write, call('read', [], 1, 2, 1)])).toBe(true)
    expect(explain(Register, [write, call('read', [], 4, 5, 0)])).toBe(false)
  })

  it('may or may not let a call take effect that never returned', () => {
    const write = call('write', [1], 0, Infinity)
    expect(explain(Register, [write, call('read', [], 1, 2, 0)])).toBe(true)
    expect(explain(Register, [write, call('read', [], 1, 2, 1)])).toBe(true)
    expect(explain(Register, [write, call('read', [], 1, 2, 2)])).toBe(false)
  })
})
