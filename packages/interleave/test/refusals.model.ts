import { explore, type World } from '@smpnet/interleave'
import { describe, expect, it } from 'vitest'
import { outcomesOf, words } from './support/outcomes.ts'

type Words = Int32Array<SharedArrayBuffer>

/** Explores one thread that does this to shared memory. */
function check(body: (x: Words) => unknown): () => unknown {
  return () =>
    explore({ races: 'ignore' }, ({ thread }) => {
      const x = words(4)
      thread('t', () => void body(x))
    })
}

class Touching {
  readonly first: number

  constructor(readonly x: Words) {
    this.first = Atomics.load(x, 0)
  }
}

class Properties {
  constructor(readonly x: Words) {}

  get value(): number {
    return Atomics.load(this.x, 0)
  }

  set value(value: number) {
    Atomics.store(this.x, 0, value)
  }
}

describe('code that cannot be suspended is refused with place and reason', () => {
  it.each([
    [
      'a constructor',
      (x: Words) => new Touching(x),
      /refusals\.model\.ts:20:18: .*a constructor cannot be suspended/,
    ],
    ['a getter', (x: Words) => new Properties(x).value, /:28:12: .*a getter cannot be suspended/],
    [
      'a setter',
      (x: Words) => (new Properties(x).value = 1),
      /:32:5: .*a setter cannot be suspended/,
    ],
    [
      'a field',
      (x: Words) =>
        new (class {
          first = x[0]
        })(),
      /a class field or static block cannot be suspended/,
    ],
    [
      'a comparison function of sort',
      (x: Words) => [2, 1].sort((a, b) => a - b + Atomics.load(x, 0)),
      /it is called by code that cannot be suspended .* here by sort/,
    ],
    [
      'a replacement function',
      (x: Words) => 'a'.replace('a', () => String(x[0])),
      /it is called by code that cannot be suspended .* here by replace/,
    ],
    [
      'valueOf',
      (x: Words) => 1 + Number({ valueOf: () => Atomics.add(x, 0, 1) }),
      /valueOf: it is called by code that cannot be suspended/,
    ],
    ['an array pattern', (x: Words) => ([x[0]] = [1]), /a pattern assigns to shared memory/],
    [
      'a native function',
      (x: Words) => structuredClone(x),
      /structuredClone is given shared memory/,
    ],
  ])('%s', (_, body, message) => {
    expect(check(body)).toThrow(message)
  })

  it.each([
    ['a constructor', (x: Words) => new Properties(x).x[0]],
    [
      'a callback that goes through an array',
      (x: Words) => [1, 2].map((n) => Atomics.add(x, 0, n)),
    ],
    ['a sort that touches nothing', (x: Words) => [2, 1].sort((a, b) => a - b).concat(x[0]!)],
    ['a map of views', (x: Words) => new Map([[1, x]]).get(1)![0]],
    ['a length', (x: Words) => x.length + x.subarray(1).byteLength],
  ])('but not %s', (_, body) => {
    expect(check(body)).not.toThrow()
  })
})

describe('memory and functions from elsewhere are refused', () => {
  const outside = words(1)

  it('a buffer that was not made by setup', () => {
    const program = ({ thread }: World): void => thread('t', () => void Atomics.load(outside, 0))
    expect(() => explore({}, program)).toThrow(
      /was not made in this execution; make it in `setup`/,
    )
  })

  it('a function that is not compiled, as a thread', () => {
    expect(() => explore({}, ({ thread }) => thread('t', Math.random))).toThrow(
      'expected the function of thread t to be compiled',
    )
  })

  it('a wait in setup', () => {
    const program = ({ thread }: World): void => {
      Atomics.wait(words(1), 0, 0)
      thread('t', () => {})
    }
    expect(() => explore({}, program)).toThrow(/it waits outside any thread/)
  })

  it('a setup without threads', () => {
    expect(() => explore({}, () => {})).toThrow('expected `setup` to add threads, got none')
  })

  it('half a time limit', () => {
    expect(() => explore({ maxMs: 5 }, ({ thread }) => thread('t', () => {}))).toThrow(
      'expected `maxMs` and `now` together',
    )
  })
})

describe('the world around a thread', () => {
  it('gives each thread its own clock and its own numbers, whatever the schedule', () => {
    const { outcomes, result } = outcomesOf(({ thread }) => {
      const x = words(1)
      const seen: unknown[][] = []
      for (const me of [0, 1]) {
        thread(`t${me}`, () => {
          Atomics.add(x, 0, 1)
          const numbers = [Date.now(), performance.now(), Math.random(), Math.random()]
          Atomics.add(x, 0, 1)
          seen[me] = [...numbers, Date.now()]
        })
      }
      return () => seen
    })
    expect(result.executions).toBe(6)
    expect(outcomes).toHaveLength(1)
    const [[first, second]] = [JSON.parse(outcomes[0]!) as number[][]]
    expect(first).toEqual(second)
    expect(first![4]! - first![0]!).toBeGreaterThan(0)
    expect(first![2]).not.toBe(first![3])
  })

  it('gives dates, identifiers and random bytes that are the same each time', () => {
    const once = (): string => {
      const { outcomes } = outcomesOf(({ thread }) => {
        const x = words(1)
        let seen: unknown
        thread('t', () => {
          Atomics.load(x, 0)
          const bytes = crypto.getRandomValues(new Uint16Array(3))
          seen = [new Date(), new Date(5), crypto.randomUUID(), [...bytes]]
        })
        return () => seen
      })
      return outcomes.join()
    }
    expect(once()).toBe(once())
    expect(once()).toMatch(/-4[0-9a-f]{3}-8[0-9a-f]{3}-/)
  })

  it('has no intervals, but microtasks', () => {
    const timer = check((x) => setInterval(() => Atomics.load(x, 0), 1))
    expect(timer).toThrow('setInterval is not modelled; use setTimeout in compiled code')
    const { outcomes } = outcomesOf(({ thread }) => {
      const x = words(1)
      const order: string[] = []
      thread('t', () => {
        queueMicrotask(() => order.push(`later ${Atomics.load(x, 0)}`))
        order.push('first')
      })
      return () => order
    })
    expect(outcomes).toEqual(['["first","later 0"]'])
  })

  it('is the real one again afterwards', () => {
    const before = [Math.random, Date.now, Atomics.load, SharedArrayBuffer]
    check((x) => x[0])()
    expect([Math.random, Date.now, Atomics.load, SharedArrayBuffer]).toEqual(before)
    expect(() => explore({}, () => expect.fail('in setup'))).toThrow('in setup')
    expect([Math.random, Date.now, Atomics.load, SharedArrayBuffer]).toEqual(before)
  })

  it('hands the memory of an execution to the next one, cleared', () => {
    const { outcomes } = outcomesOf(
      ({ thread }) => {
        const x = words(2)
        const first = [...x]
        for (const at of [0, 1]) thread(`t${at}`, () => void Atomics.store(x, at, 1))
        return () => first
      },
      { maxExecutions: 10 },
    )
    expect(outcomes).toEqual(['[0,0]'])
  })
})
