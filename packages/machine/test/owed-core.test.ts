import { LiveMemory } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { Mailbox } from '../src/live/mailbox.ts'
import { OwedCore } from '../src/live/owed-core.ts'

const [BOX, STOPPING, PROGRESS] = [64, 256, 320]

function make() {
  const memory = LiveMemory.create(1024)
  const box = new Mailbox(memory, BOX)
  const owed = new OwedCore()
  let nowNs = 1000
  /** Whether the core is given away after a run of so many ns. */
  const runs = (ns: number): boolean => {
    nowNs += ns
    return owed.isDue(() => nowNs) && owed.isToGive(memory)
  }
  /** The owner of the box sleeps, and this CPU rings it. */
  const ring = (): void => {
    expect(box.fallAsleep(STOPPING, 0)).toBe(true)
    expect(box.ring()).toBe(true)
    owed.rang(box)
  }
  /** What the owner does when it wakes up. */
  const comes = (): void => box.sleep(0)
  return { memory, box, owed, runs, ring, comes }
}

describe('a CPU that has rung another', () => {
  it('gives it the core, once, when it has not come in time', () => {
    const { runs, ring } = make()
    ring()
    const given = Array.from({ length: 20 }, () => runs(50_000))
    expect(given.filter((isGiven) => isGiven).length).toBe(1)
    expect(given.indexOf(true)).toBeGreaterThan(2)
  })

  it('keeps the core when it has come', () => {
    const { runs, ring, comes } = make()
    ring()
    expect(runs(50_000)).toBe(false)
    comes()
    expect(Array.from({ length: 20 }, () => runs(50_000))).not.toContain(true)
  })

  it('waits as long for each that it rings', () => {
    const { runs, ring, comes } = make()
    for (let round = 0; round < 20; round++) {
      ring()
      expect(runs(50_000)).toBe(false)
      comes()
      expect(runs(50_000)).toBe(false)
    }
  })

  it('is told that it has rung nobody when the other was awake, or was rung before', () => {
    const { box } = make()
    expect(box.ring()).toBe(false)
    box.fallAsleep(STOPPING, 0)
    expect([box.ring(), box.ring(), box.isRung()]).toEqual([true, false, true])
  })
})

describe('a CPU that has overrun another', () => {
  it('gives it the core when nothing has changed after some runs', () => {
    const { memory, owed, runs } = make()
    memory.store(PROGRESS, 7)
    owed.overran(PROGRESS, 7)
    const given = Array.from({ length: 20 }, () => runs(1))
    expect(given.filter((isGiven) => isGiven).length).toBe(1)
    expect(given.indexOf(true)).toBeGreaterThan(2)
  })

  it('gives it once for each value: what does not go on then waits for other things', () => {
    const { memory, owed, runs } = make()
    const given = [7, 7, 7, 8, 8].map((value) => {
      memory.store(PROGRESS, value)
      owed.overran(PROGRESS, value)
      return Array.from({ length: 20 }, () => runs(1)).includes(true)
    })
    expect(given).toEqual([true, false, false, true, false])
  })

  it('keeps the core when the other goes on, such as a thread of its own', () => {
    const { memory, owed, runs } = make()
    for (let round = 0; round < 20; round++) {
      owed.overran(PROGRESS, round)
      memory.store(PROGRESS, round + 1)
      expect(Array.from({ length: 9 }, () => runs(1))).not.toContain(true)
    }
  })
})
