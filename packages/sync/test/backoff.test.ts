import { allowBothMemories, LiveMemory, SETTLE, work } from '@smpnet/memory'
import { tinyWorld } from '@smpnet/park/model'
import { describe, expect, it } from 'vitest'
import { type Backoff, BACKOFF_NAMES, backoffOf, lockDelay, lockDelayMax } from '../src/index.ts'
import { lockTable } from '../src/kinds/lock-table.ts'

allowBothMemories()

/** A memory that counts the turns that are spun on it. */
function counting(isSimulated: boolean) {
  const memory = LiveMemory.create(64)
  const turns: number[] = []
  memory.charge = (...[named, times]: unknown[]) => {
    if (isSimulated && named === work('spin-turn')) turns.push(times as number)
  }
  Object.defineProperty(memory, 'isSimulated', { value: isSimulated })
  return { memory, turns }
}

describe('lock_delay', () => {
  it('doubles from its base to its bound', () => {
    const { memory, turns } = counting(true)
    const backoff = lockDelay(1)
    for (let spins = 0; spins < 10; spins++) backoff.wait(memory, spins)
    expect(turns).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 256, 256])
  })

  it('has a bound that grows with the CPUs, and ends', () => {
    expect([1, 8, 9, 64, 256].map(lockDelayMax)).toEqual([256, 2048, 4096, 16_384, 32_678])
  })

  it('takes knobs, and refuses those that are no turns', () => {
    const { memory, turns } = counting(true)
    for (const spins of [0, 1, 1e9]) lockDelay(8, { base: 3, max: 7 }).wait(memory, spins)
    expect(turns).toEqual([6, 7, 7])
    expect(() => lockDelay(8, { base: 0 })).toThrow(
      new RangeError('lock delay base: expected a whole number of turns, at least 1, came 0'),
    )
    expect(() => lockDelay(8, { max: 1.5 })).toThrow(/^lock delay max: .* came 1.5$/)
  })

  it('spins on a live machine as often', () => {
    const { memory } = counting(false)
    const attempts: number[] = []
    memory.pause = (attempt) => void attempts.push(attempt)
    lockDelay(1).wait(memory, 2)
    expect(attempts).toEqual([0, 0, 0, 0, 0, 0, 0, 0])
  })
})

describe.each(BACKOFF_NAMES)('the back-off %s', (name) => {
  it('has the name by which it is had', () => {
    expect(backoffOf(name, 4).name).toBe(name)
  })
})

const withChoice = lockTable.filter(({ name }) => name !== 'rmlock')

describe.each(withChoice)('a $name', ({ bytes, over }) => {
  it('waits as its back-off says before each look at a holder that runs', () => {
    const { memory, tds, at } = tinyWorld(2, bytes(2))
    const [holder, waiter] = tds as [(typeof tds)[0], (typeof tds)[0]]
    const asked: number[] = []
    const backoff: Backoff = { name: 'none', wait: (_memory, spins) => void asked.push(spins) }
    const { write } = over({ memory, at, cpus: 2, backoff })
    expect(write.tryEnter(holder)).toBe(true)
    waiter.spins = 3
    const entering = write.enter(waiter)
    for (let turns = 0; turns < 3; turns++) expect(entering.next(0).value).not.toBe(SETTLE)
    expect(asked).toEqual([0, 1, 2])
  })
})
