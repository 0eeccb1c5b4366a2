import { describe, expect, it } from 'vitest'
import { BenchError, measure, type Suite, type ThreadSpec } from '../src/index.ts'

const module = new URL('./fixtures/threads.mjs', import.meta.url).href

function suiteOf(...threads: ThreadSpec[]): Suite {
  return { name: 'test', variants: { team: { threads } } }
}

const short = { rounds: 2, sliceMs: 10, warmupMs: 5, watchdogMs: 10_000 }

describe('a team', () => {
  it('counts the operations of all threads in timed slices', async () => {
    const shared = new SharedArrayBuffer(8)
    const thread = { module, run: 'counts', args: { shared } }
    const { slices, interrupted } = await measure(suiteOf(thread, thread), short)
    const [first, second] = slices.get('team') ?? []
    expect(interrupted).toBe(false)
    expect(first?.count).toBeGreaterThan(0)
    expect(first?.ns).toBeGreaterThan(9e6)
    const seen = new Int32Array(shared).reduce((sum, n) => sum + n, 0)
    expect(seen).toBeGreaterThan((first?.count ?? 0) + (second?.count ?? 0))
  })

  it('runs a fixed count on every thread', async () => {
    const args = { shared: new SharedArrayBuffer(8) }
    const thread = { module, run: 'counts', args }
    const { slices } = await measure(suiteOf(thread, thread), { ...short, count: 500 })
    expect(slices.get('team')?.map((slice) => slice.count)).toEqual([1000, 1000])
  })

  it('records latencies', async () => {
    const timed = { ...short, count: 500 }
    const { slices } = await measure(suiteOf({ module, run: 'times' }), timed)
    expect(slices.get('team')?.map((slice) => slice.latency?.count)).toEqual([500, 500])
  })

  it('lets threads exchange what they know before the first slice', async () => {
    const threads = [1, 20, 300].map((port) => ({ module, run: 'exchanges', args: { port } }))
    const { slices } = await measure(suiteOf(...threads), short)
    expect(slices.get('team')?.[0]?.count).toBe(963)
  })

  it('reports what was measured when it is aborted', async () => {
    const abort = new AbortController()
    const options = { ...short, rounds: 1000, signal: abort.signal }
    const thread = { module, run: 'counts', args: { shared: new SharedArrayBuffer(8) } }
    const onSlice = ({ done }: { done: number }) => done === 3 && abort.abort()
    const { slices, interrupted } = await measure(suiteOf(thread), { ...options, onSlice })
    expect(interrupted).toBe(true)
    expect(slices.get('team')).toHaveLength(2)
  })
})

/**
 * How a suite fails. Threads have to start before one can fail, which on a busy host takes longer
 * than a watchdog waits, so that it waits twice as long until `isIt`.
 */
async function failureOf(suite: Suite, isIt: (message: string) => boolean): Promise<Error> {
  for (let watchdogMs = 500; ; watchdogMs *= 2) {
    const error = await measure(suite, { ...short, watchdogMs }).catch((thrown) => thrown)
    const { message = '' } = error as { message?: string }
    if (isIt(message) || !message.includes(`within ${watchdogMs} ms`)) return error
    if (watchdogMs > 100_000) return error
  }
}

describe('a team with a planted failure', () => {
  const cases: [run: string, sentence: RegExp][] = [
    ['throwsAtStart', /threw "no such device"/],
    ['throwsInSlice', /threw "broken pipe"/],
    ['rejectsLater', /threw "late failure"/],
    ['throwsOutside', /threw "nobody catches this"/],
    ['exits', /was expected to stay, it exited with status 3/],
    ['hangs', /did not end its slice within \d+ ms/],
    ['sleeps', /did not end its slice within \d+ ms/],
    ['hangsAtStart', /did not finish its start within \d+ ms/],
    ['returnsNothing', /expected it to return the function of a slice, got undefined/],
    ['missing', /expected a function named "missing", the module exports "counts"/],
  ]

  it.each(cases)('%s ends the bench with a sentence', async (run, sentence) => {
    const healthy = { module, run: 'counts', args: { shared: new SharedArrayBuffer(8) } }
    const suite = suiteOf(healthy, { module, run })
    const culprit = `worker module threads.mjs ("${run}", thread 1 of variant "team")`
    const error = await failureOf(suite, (message) => {
      const startsLate = run !== 'hangsAtStart' && message.includes('did not finish its start')
      return message.includes(culprit) && !startsLate
    })
    expect(error).toBeInstanceOf(BenchError)
    expect(error.message).toMatch(sentence)
    expect(error.message).toContain(culprit)
  })

  it('names a module that does not exist', async () => {
    const missing = new URL('./fixtures/nowhere.mjs', import.meta.url)
    await expect(measure(suiteOf({ module: missing, run: 'x' }), short)).rejects.toThrow(
      /worker module nowhere\.mjs .* threw "Cannot find module/,
    )
  })

  it('stops the workers of the other variants', async () => {
    const shared = new SharedArrayBuffer(8)
    const suite: Suite = {
      name: 'test',
      variants: {
        good: { threads: [{ module, run: 'counts', args: { shared } }] },
        bad: { threads: [{ module, run: 'throwsInSlice' }] },
      },
    }
    await expect(measure(suite, short)).rejects.toThrow(/broken pipe/)
    const count = new Int32Array(shared)[0]
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(new Int32Array(shared)[0]).toBe(count)
  })
})
