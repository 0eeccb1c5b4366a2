import '@smpnet/interleave/vitest'
import { explore } from '@smpnet/interleave'
import type { Address } from '@smpnet/memory'
import { Lot, PARK, type Parker, type Waiting } from '@smpnet/park'
import { CalmMemory } from '@smpnet/park/model'
import { thorough } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { WORKSTREAM } from '../src/shape/netisr-layout.ts'
import { LAST, modelWorld, queues, type Send, sendAll, type WorldOptions } from './model-world.ts'

/** Senders queue packets while the worker runs, falls asleep, sleeps. */
function against(name: string, sends: readonly Send[], packets: number, more = {}) {
  return explore({ name }, ({ thread, after }) => {
    const options: WorldOptions = { senders: sends.length, packets, ...more }
    const { senders, runWorker, lastOf, netisr } = modelWorld(options)
    thread('worker', runWorker)
    sends.forEach((send, i) => {
      thread(`sender ${i}`, () => sendAll(senders[i]!, packets, send))
    })
    after(() => {
      sends.forEach((_, i) => expect(lastOf(i)).toBe(LAST))
      const [work] = netisr.statistics().workstreams[0]!.works
      expect(work!.handled).toBe(work!.queued)
      expect(work!.queued + work!.drops).toBeGreaterThanOrEqual(sends.length * (packets + 1))
      expect(netisr.statistics().workstreams[0]!.state).toBe('IDLE')
    })
  })
}

/** A lot whose sleepers do not look whether they were told before they were queued. */
class BlindLot extends Lot {
  override *park(td: Parker, key: Address): Waiting<number> {
    const queue = yield* this.lockQueue(key)
    this.append(queue, td, key, 0)
    this.unlockQueue(queue)
    return yield PARK
  }
}

/** A memory in which the lock of the workstream lets everybody in. */
class UnlockedMemory extends CalmMemory {
  override compareExchange(at: Address, expected: number, value: number): number {
    return at === this.locks[0] ? 0 : super.compareExchange(at, expected, value)
  }
}

/** A memory that a worker's word that it sleeps reaches too late: after it has let the lock go. */
class LateMemory extends CalmMemory {
  #late: Address = 0

  override store(at: Address, value: number): void {
    const asleep = this.locks[0]! + WORKSTREAM.offset.asleep - WORKSTREAM.offset.lock
    if (at === asleep && value === 1) {
      this.#late = at
      return
    }
    super.store(at, value)
    if (this.#late === 0 || at !== this.locks[0]) return
    this.#late = 0
    super.store(asleep, 1)
  }
}

const SENDERS: [name: string, sends: Send[], packets: number][] = [
  ['a thread', [queues.thread], 1],
  ['a section', [queues.section], 1],
  ['an interrupt', [queues.interrupt], 1],
]
const TWO_SENDERS: typeof SENDERS = [
  ['a thread and an interrupt', [queues.thread, queues.interrupt], 1],
  ['two sections', [queues.section, queues.section], 1],
]

describe('Under every schedule, no packet is stranded while the worker falls asleep', () => {
  it.each(thorough([...SENDERS, ...TWO_SENDERS], SENDERS))(
    'and %s sends',
    (name, sends, packets) => {
      const result = against(`${name} against sleep`, sends, packets)
      console.log(result.summary)
      expect(result).toHold()
    },
  )

  it.each(Object.entries(queues))('and a %s sends and tries for locks in vain', (name, send) => {
    const result = against(`${name} against sleep, with tries`, [send], 0, { tries: true })
    console.log(result.summary)
    expect(result).toHold()
  })

  it('and a queue of one packet is full', () => {
    const result = against('a full queue against sleep', [queues.section], 2, { limit: 1 })
    console.log(result.summary)
    expect(result).toHold()
  })
})

describe('A packet is found to be stranded or spoilt', () => {
  it('when the worker parks without another look', () => {
    const result = against('blind parker', [queues.thread], 0, { KindOfLot: BlindLot })
    expect(result).toFailWith('deadlock')
  })

  it('when the worker says that it sleeps after it has let the lock go', () => {
    const result = against('late word', [queues.thread], 0, { KindOfMemory: LateMemory })
    expect(result).toFailWith('deadlock')
  })

  it('when the workstream has no lock', () => {
    const result = against('unlocked', [queues.thread], 0, { KindOfMemory: UnlockedMemory })
    expect(result).toFailWith('data-race')
  })
})
