import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { Mutex, NOBODY, placeLock, SyncDomain } from '../src/index.ts'

const COUNTING = new URL('./fixtures/counting.mjs', import.meta.url)

/** Runs workers that count under one mutex, and returns the two sums and what they should be. */
async function count(ways: readonly string[], turns: number) {
  const domain = SyncDomain.create()
  const mutex = Mutex.create(domain)
  const at = placeLock({ name: 'sums', code: 200, version: 1, names: NOBODY }, domain, 12)
  const workers = ways.map(
    (way) => new Worker(COUNTING, { workerData: { handle: mutex.handle, at, turns, way } }),
  )
  await Promise.all(workers.map((worker) => once(worker, 'exit')))
  const { memory } = domain
  return { sums: [memory.read(at), memory.read(at + 4)], word: memory.load(mutex.at) }
}

describe('Threads that change what a mutex protects lose no change', () => {
  it.each([
    ['two that block', ['blocking', 'blocking'], 50_000],
    ['four that block, on fewer cores', ['blocking', 'blocking', 'blocking', 'blocking'], 10_000],
    ['one that blocks, one that awaits', ['blocking', 'awaiting'], 10_000],
    ['two event loops of four tasks', ['awaiting', 'awaiting'], 4_000],
    ['three that give up and try again', ['timed', 'timed', 'blocking'], 5_000],
  ])('%s', async (_, ways, turns) => {
    const { sums, word } = await count(ways, turns)
    expect(sums).toEqual([ways.length * turns, ways.length * turns])
    expect(word & ~1).toBe(0)
  })
})
