import type { Cpu } from '@smpnet/machine'
import { type Address, Arena, LiveMemory, NIL } from '@smpnet/memory'
import { finish, Lot, type Waiting, type Waker } from '@smpnet/park'
import { atEveryDeath, Mortality } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { Scheduler, type Thread } from '../src/index.ts'

/**
 * Two threads of CPU 0 sleep for one word. A thread of CPU 1 wakes them, by posting into CPU 0's
 * mailbox, here a word for each, and dies. CPU 2 buries it.
 */
function makeWorld(mortality: Mortality) {
  const shared = LiveMemory.create(1 << 16)
  const arena = Arena.create(shared)
  const lots = Lot.place(arena, { buckets: 1, cpus: 3, threads: 1, waiters: 16 })
  const [key, mail] = [arena.place('key', 64), arena.place('mail', 128)]
  const lotOn = (id: number, wakerOf: (memory: LiveMemory) => Waker): Lot => {
    const memory = new LiveMemory(shared.buffer)
    return new Lot(memory, lots, wakerOf(memory), id)
  }
  const post = (memory: LiveMemory): Waker => ({
    wake(entry: Address): boolean {
      memory.store(mail + (memory.load(mail) === NIL ? 0 : 64), entry)
      return false
    },
  })
  const dying = lotOn(1, post)
  mortality.of(dying.memory as LiveMemory)
  const cpu = {
    id: 0,
    cpus: 3,
    memory: shared,
    lot: new Lot(shared, lots, { wake: (entry) => scheduler.receive(entry) }, 0),
    onInterrupt() {},
    interruptBelow() {},
    spinWhile: () => false,
    now: () => 0,
    alarm: () => ({ cancel() {} }),
    fail(error: unknown) {
      throw error
    },
  } as unknown as Cpu
  const scheduler = new Scheduler(cpu)
  const woken: string[] = []
  for (const name of ['one', 'two']) {
    scheduler.spawn(function* (td) {
      while (shared.load(key) === 0) yield* (td as Thread).lot.park(td, key, key, 0)
      woken.push(name)
    })
  }
  const run = (): void => {
    for (let turns = 0; turns < 20; turns++) scheduler.run()
  }
  const receive = (): void => {
    for (const at of [mail, mail + 64]) {
      const entry = shared.exchange(at, NIL)
      if (entry !== NIL) scheduler.receive(entry)
    }
  }
  return { shared, key, dying, undertaker: lotOn(2, post), scheduler, run, receive, woken }
}

function play(mortality: Mortality, adopts: boolean): readonly string[] {
  const { shared, key, dying, undertaker, scheduler, run, receive, woken } = makeWorld(mortality)
  run()
  mortality.lives(() => {
    const td = dying.waiter()
    dying.memory.store(key, 1)
    finish(td, dying.unpark(key, 2))
  })
  if (shared.load(key) === 0) return ['one', 'two']
  finish(undertaker.waiter(), undertaker.bury(1))
  receive()
  if (adopts) scheduler.adopt(1)
  // What was in its queue still the dead had not begun to wake: that is the next waker's.
  finish(undertaker.waiter(), undertaker.unpark(key, 2))
  receive()
  run()
  return woken.toSorted()
}

/** A thread of CPU 0 that CPU 1 has woken once waits for something else when CPU 1 dies. */
function waitsForElse(waits: (td: Thread) => Waiting<unknown>) {
  const { shared, key, dying, undertaker, scheduler, run, receive, woken } = makeWorld(
    new Mortality(Number.POSITIVE_INFINITY),
  )
  const seen: string[] = []
  scheduler.spawn(function* (td) {
    while (shared.load(key) === 0) yield* (td as Thread).lot.park(td, key, key, 0)
    seen.push('woken')
    yield* waits(td as Thread)
    seen.push('woken again')
  })
  run()
  dying.memory.store(key, 1)
  finish(dying.waiter(), dying.unpark(key, 1))
  finish(dying.waiter(), dying.unpark(key, 1))
  receive()
  finish(dying.waiter(), dying.unpark(key, 1))
  receive()
  run()
  expect(woken).toEqual(['one', 'two'])
  finish(undertaker.waiter(), undertaker.bury(1))
  for (let times = 0; times < 2; times++) scheduler.adopt(1)
  run()
  return seen
}

describe('A thread whose last waker dies', () => {
  it.each([
    ['sleeps', (td: Thread) => td.sleep(1e9)],
    ['waits for a wake by its entry', (td: Thread) => td.parkUntilWoken()],
  ])('and that %s meanwhile is not woken by that', (_name, waits) => {
    expect(waitsForElse(waits)).toEqual(['woken'])
  })
})

describe('A CPU that dies while it wakes threads of another', () => {
  it('may do so after any step: the other CPU wakes those that it owed', () => {
    const deaths = atEveryDeath((mortality) => {
      expect(play(mortality, true)).toEqual(['one', 'two'])
    })
    expect(deaths).toBeGreaterThan(5)
  })

  it('is found out when the other CPU does not look', () => {
    const all = Array.from({ length: 20 }, (_, changes) => play(new Mortality(changes + 1), false))
    expect(all.some((woken) => woken.length < 2)).toBe(true)
  })
})
