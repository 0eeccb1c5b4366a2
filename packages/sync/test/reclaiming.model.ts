import { type DataRace, explore } from '@smpnet/interleave'
import type { Address, LiveMemory } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { Counter } from '../src/reading/counter.ts'
import { Epoch } from '../src/reading/epoch.ts'
import { Seqc, WRITING } from '../src/reading/seqc.ts'
import { Smr } from '../src/reading/smr.ts'
import type { Waiter } from '@smpnet/park'
import { budget, expectToHold } from '@smpnet/testing/models'
import { drive, tinyWorld } from '@smpnet/park/model'

/** Readers exit by a plain store and read by atomic loads: only what is plain twice is reported. */
const races = ({ first, second }: DataRace) => !first.isAtomic && !second.isAtomic
const LIVING = 7

interface Reclaiming {
  readonly bytes: number
  readonly make: (memory: LiveMemory, at: Address, cpus: number) => Reclaimer
}

interface Reclaimer {
  enter(td: Waiter): void
  exit(td: Waiter): void
  wait(td: Waiter): void
}

const kinds: Record<string, Reclaiming> = {
  epoch: {
    bytes: Epoch.bytes(3),
    make: (memory, at, cpus) => {
      const epoch = new Epoch(memory, at, cpus)
      return {
        enter: (td) => epoch.enter(td),
        exit: (td) => epoch.exit(td),
        wait: (td) => drive(td, epoch.wait(td)),
      }
    },
  },
  smr: {
    bytes: Smr.bytes(3),
    make: (memory, at, cpus) => {
      const smr = new Smr(memory, at, cpus)
      return {
        enter: (td) => smr.enter(td),
        exit: (td) => smr.exit(td),
        wait: (td) => drive(td, smr.wait(td, smr.advance())),
      }
    },
  },
}

/** Readers follow a pointer; a writer makes it point elsewhere, waits, and spoils what it was. */
function reclaiming(kind: Reclaiming, readers: number, times: number, isHasty = false) {
  const name = `${readers} readers x ${times}`
  return explore({ name, ...budget, races }, ({ thread }) => {
    const { memory, tds, at, data } = tinyWorld(readers + 1, kind.bytes)
    const one = kind.make(memory, at, readers + 1)
    memory.store(data + 4, LIVING)
    memory.store(data + 8, LIVING)
    memory.store(data, data + 4)
    for (let cpu = 0; cpu < readers; cpu++) {
      thread(`reader ${cpu}`, () => {
        for (let n = 0; n < times; n++) {
          one.enter(tds[cpu]!)
          const found = memory.load(memory.load(data))
          if (found !== LIVING) throw new Error('found what was freed')
          one.exit(tds[cpu]!)
        }
      })
    }
    thread('writer', () => {
      memory.store(data, data + 8)
      if (!isHasty) one.wait(tds[readers]!)
      memory.store(data + 4, 0)
    })
  })
}

describe.each(Object.entries(kinds))('%s', (_name, kind) => {
  it.each([
    [1, 1],
    [1, 3],
    [2, 1],
    [2, 2],
  ])('lets nobody find what was freed: %i readers, %i times', (readers, times) => {
    expectToHold(reclaiming(kind, readers, times))
  })

  it('is found out when the writer does not wait', () => {
    expect(reclaiming(kind, 1, 1, true).verdict).toBe('fails')
  })
})

function seqc(readers: number, writes: number, isHasty = false) {
  return explore({ name: `seqc ${readers} x ${writes}`, ...budget, races }, ({ thread }) => {
    const { memory, tds, at, data } = tinyWorld(readers + 1, 4)
    const one = new Seqc(memory, at)
    for (let i = 0; i < readers; i++) {
      const td = tds[i]!
      thread(`reader ${i}`, () => {
        const sequence = drive(td, one.read(td))
        if (sequence === WRITING) throw new Error('nobody limits its time')
        const [first, second] = [memory.load(data), memory.load(data + 4)]
        if ((isHasty || one.isSame(sequence)) && first !== second) throw new Error('half written')
      })
    }
    thread('writer', () => {
      for (let value = 1; value <= writes; value++) {
        one.beginWrite()
        memory.store(data, value)
        memory.store(data + 4, value)
        one.endWrite()
      }
    })
  })
}

describe('A sequence counter', () => {
  it.each([
    [1, 1],
    [1, 3],
    [2, 2],
  ])('is the same only if all was read whole: %i readers, %i writes', (readers, writes) => {
    expectToHold(seqc(readers, writes))
  })

  it('is found out when a reader does not look again', () => {
    expect(seqc(1, 1, true).verdict).toBe('fails')
  })
})

function counter(carries: boolean, isHasty = false) {
  return explore({ name: 'counter', ...budget, races }, ({ thread, after }) => {
    const { memory, tds, at, data } = tinyWorld(3, Counter.bytes(2))
    const one = new Counter(memory, at, 2)
    const start = carries ? 2 ** 31 - 2 : 0
    if (start > 0) one.add(tds[0]!, start)
    thread('cpu 0', () => {
      for (let n = 0; n < 3; n++) one.add(tds[0]!, 1)
    })
    thread(isHasty ? 'cpu 0 too' : 'cpu 1', () => {
      for (let n = 0; n < 3; n++) one.add(tds[isHasty ? 0 : 1]!, 1)
    })
    thread('reader', () => {
      const sum = one.sum()
      if (sum < start || sum > start + 6) throw new Error(`the sum was ${sum}`)
      memory.store(data, 1)
    })
    after(() => expect(one.sum()).toBe(start + 6))
  })
}

describe('A counter', () => {
  it.each([false, true])('loses nothing, and shows nothing half: carries %s', (carries) => {
    expectToHold(counter(carries))
  })

  it('is found out when two threads take themselves for one CPU', () => {
    expect(counter(false, true).verdict).toBe('fails')
  })
})
