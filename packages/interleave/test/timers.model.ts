import { Worker } from 'node:worker_threads'
import { explore } from '@smpnet/interleave'
import { describe, expect, it } from 'vitest'
import { outcomesOf, words } from './support/outcomes.ts'

/** A real channel. */
const made = new MessageChannel()

/** An executor that is an async function, which is a mistake that people make. */
function lateExecutor(put: () => void): () => Promise<void> {
  return async () => put()
}

describe('timers of a thread', () => {
  it('strike after the job that set them, at any moment', () => {
    const { outcomes } = outcomesOf(({ thread }) => {
      const x = words(1)
      const order: string[] = []
      thread('t', () => {
        setTimeout((what: string) => order.push(`${what} ${Atomics.load(x, 0)}`), 5, 'timer')
        queueMicrotask(() => order.push('microtask'))
        process.nextTick(() => order.push('tick'))
        order.push('job')
      })
      thread('u', () => void Atomics.store(x, 0, 1))
      return () => order
    })
    expect(outcomes.sort()).toEqual([
      '["job","tick","microtask","timer 0"]',
      '["job","tick","microtask","timer 1"]',
    ])
  })

  it('come in any order, and not when they were cleared', () => {
    const { outcomes } = outcomesOf(({ thread }) => {
      const order: string[] = []
      thread('t', () => {
        setTimeout(() => order.push('a'), 1)
        setImmediate(() => order.push('b'))
        clearTimeout(setTimeout(() => order.push('c'), 1))
      })
      return () => order
    })
    expect(outcomes.sort()).toEqual(['["a","b"]', '["b","a"]'])
  })

  it('settle promises', () => {
    const { outcomes } = outcomesOf(({ thread }) => {
      const seen: unknown[] = []
      thread('t', async () => {
        seen.push(await new Promise((resolve) => setTimeout(() => resolve('late'), 1)))
      })
      return () => seen
    })
    expect(outcomes).toEqual(['["late"]'])
  })
})

describe('what is put off is seen', () => {
  it.each([
    ['setTimeout', (put: () => void) => void setTimeout(put, 1)],
    ['setImmediate', (put: () => void) => void setImmediate(put)],
    ['nextTick', (put: () => void) => process.nextTick(put)],
    ['queueMicrotask', (put: () => void) => queueMicrotask(put)],
    ['then', (put: () => void) => void Promise.resolve().then(put)],
    ['a thenable', (put: () => void) => void Promise.resolve({ then: () => put() })],
    ['an executor', (put: () => void) => void new Promise(() => put())],
    ['an async executor', (put: () => void) => void new Promise(lateExecutor(put))],
  ])('%s', (_, putOff) => {
    const result = explore({}, ({ thread }) => {
      const x = words(1)
      thread('a', () => putOff(() => void (x[0] = 1)))
      thread('b', () => void (x[0] = 2))
    })
    expect(result.failure?.kind).toBe('data-race')
  })

  it('a worker that nothing here can load is refused', () => {
    const start = () => void new Worker('process.exit()', { eval: true })
    expect(() => explore({}, ({ thread }) => thread('a', start))).toThrow(
      'nothing here loads a worker',
    )
  })

  it('a port that was made before the exploration is refused', () => {
    const { port1 } = made
    const send = () => port1.postMessage(1)
    expect(() => explore({}, ({ thread }) => thread('a', send))).toThrow(
      'postMessage of a port that was made before the exploration',
    )
  })
})

describe('a refusal ends the exploration, whatever the program does with it', () => {
  const refused = (x: Int32Array) => void [2, 1].sort(() => (x[0] = 2))
  it.each([
    [
      'catches it',
      (x: Int32Array) => {
        try {
          refused(x)
        } catch {}
      },
    ],
    [
      'rejects with it',
      (x: Int32Array) =>
        Promise.resolve()
          .then(() => refused(x))
          .catch(() => 0),
    ],
    ['catches it in an async function', async (x: Int32Array) => refused(x)],
    [
      'returns in a finally',
      (x: Int32Array) => {
        try {
          refused(x)
        } finally {
          return // oxlint-disable-line no-unsafe-finally
        }
      },
    ],
  ])('%s', (_, body) => {
    const program = () =>
      explore({}, ({ thread }) => {
        const x = words(1)
        thread('a', () => void (x[0] = 1))
        thread('b', () => void body(x))
      })
    expect(program).toThrow(/cannot be suspended .* here by sort/)
  })
})

describe('executions that differ where they must not are refused', () => {
  it('because of a cache', () => {
    const cache = new Set<number>()
    const program = () =>
      explore({}, ({ thread }) => {
        const x = words(1)
        const once = (at: number) => {
          if (!cache.has(at)) Atomics.store(x, 0, at)
          cache.add(at)
        }
        thread('a', () => once(1))
        thread('b', () => once(2))
      })
    expect(program).toThrow(/the same schedule does not lead to the same execution: step 1 /)
  })

  it('because of a counter', () => {
    let next = 0
    const program = () =>
      explore({}, ({ thread }) => {
        const x = words(64)
        const take = () => Atomics.store(x, next++ % 64, 1)
        thread('a', () => void take())
        thread('b', () => void take())
        thread('c', () => void (Atomics.add(x, 0, 1), Atomics.add(x, 0, 1)))
        thread('d', () => void Atomics.add(x, 0, 1))
      })
    expect(program).toThrow(/the same schedule does not lead to the same execution/)
  })
  it('although both steps touch the same and change nothing', () => {
    let runs = 0
    const program = () =>
      explore({}, ({ thread }) => {
        const x = words(1)
        const isLater = ++runs > 3
        thread('a', () => {
          if (isLater) Atomics.load(x, 0)
          else Atomics.add(x, 0, 0)
          Atomics.add(x, 0, 1)
        })
        thread('b', () => void Atomics.add(x, 0, 1))
        thread('c', () => void Atomics.add(x, 0, 1))
      })
    expect(program).toThrow(/the same schedule does not lead to the same execution: step 1 /)
  })
})
