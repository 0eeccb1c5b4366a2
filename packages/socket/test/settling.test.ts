import { Arena, type Pricer, PricedMemory } from '@smpnet/memory'
import { Lot, NotifyWaker, SETTLE, type Waiting } from '@smpnet/park'
import { describe, expect, it } from 'vitest'
import { DIRECTION } from '../src/pair-layout.ts'
import { Poller, READABLE, SocketZone, WOULD_BLOCK } from '../src/index.ts'

/** A machine whose one CPU is ahead of the others when the test says so, or after it has copied. */
class Ahead implements Pricer {
  isAhead = false
  runsAheadByCopying = false
  writes = 0

  read(): void {}
  write(): void {
    this.writes++
  }
  update(): void {
    this.writes++
  }
  copy(): void {
    this.isAhead ||= this.runsAheadByCopying
  }
  charge(): void {}
  pause(): void {}
  settled(): boolean {
    return !this.isAhead
  }
  claimed(): boolean {
    return this.settled()
  }
  owned(): boolean {
    return this.settled()
  }
  failed(): void {}
}

function make() {
  const pricer = new Ahead()
  const memory = new PricedMemory(1 << 16, pricer)
  const arena = Arena.create(memory)
  const handle = Lot.place(arena, { threads: 1 })
  const lot = new Lot(memory, handle, new NotifyWaker(memory as never), 0)
  const zone = new SocketZone(lot, SocketZone.place(arena, { pairs: 1, bufferBytes: 64 }))
  const td = lot.waiter()
  const [a, b] = zone.pairSync(td)
  return { pricer, memory, lot, td, a, b, poller: Poller.create(arena) }
}

/** Expects that a generator, begun while its CPU is ahead, waits for that before it writes. */
function expectToSettle(pricer: Ahead, waiting: Waiting<unknown>): void {
  pricer.isAhead = true
  pricer.writes = 0
  expect(waiting.next(0)).toEqual({ done: false, value: SETTLE })
  expect(waiting.next(0)).toEqual({ done: false, value: SETTLE })
  expect(pricer.writes).toBe(0)
  pricer.isAhead = false
}

function toItsEnd<T>(waiting: Waiting<T>): T {
  const step = waiting.next(0)
  if (!step.done) throw new Error(`nothing makes it wait: it yielded ${step.value}`)
  return step.value
}

type Begins = (made: ReturnType<typeof make>) => Waiting<unknown>

describe('A CPU that is ahead of the others settles before', () => {
  it.each<[string, Begins]>([
    ['it tells whoever waits', ({ td, b }) => b.receiving.wantSpace.tell(td)],
    ['it posts a note', ({ td, b }) => b.note.post(td)],
    ['it adds an end to a poller', ({ td, b, poller }) => poller.add(td, b, READABLE)],
    [
      'it removes an end from one',
      ({ td, b, poller }) => {
        toItsEnd(poller.add(td, b, READABLE))
        return poller.remove(b)
      },
    ],
    ['it waits for the poller', ({ td, poller }) => poller.wait(td)],
    ['it takes a note from its poller', ({ b }) => b.note.withdraw(() => {})],
    ['it shuts down', ({ td, a }) => a.shutdown(td)],
    ['it closes', ({ td, a }) => a.close(td)],
    ['it sends', ({ td, a }) => a.send(td, new Uint8Array(1))],
    ['it receives', ({ td, b }) => b.receive(td, new Uint8Array(1))],
  ])('%s', (_, begins) => {
    const made = make()
    expectToSettle(made.pricer, begins(made))
  })

  it('saying that it sleeps, and that it sleeps no more', () => {
    const { pricer, memory, td, b, poller } = make()
    toItsEnd(poller.add(td, b, READABLE))
    const waiting = poller.wait(td)
    const asleep = (): number => memory.load(poller.at + 64)
    let steps = 0
    for (let step = waiting.next(0); step.value === SETTLE; step = waiting.next(0)) {
      steps++
      pricer.isAhead = false
    }
    expect([asleep(), steps]).toEqual([1, 0])
    pricer.isAhead = true
    const before = pricer.writes
    expect(waiting.next(0).value).toBe(SETTLE)
    expect([asleep(), pricer.writes]).toEqual([1, before])
    pricer.isAhead = false
    waiting.next(0)
    expect(waiting.return([]).done).toBe(true)
  })

  it('publishing what it has copied, by a try or by a call that waits', () => {
    const { pricer, memory, td, a, b } = make()
    const bytes = Uint8Array.of(1, 2, 3)
    const [sent, received] = [
      a.sending.at + DIRECTION.offset.sent,
      b.receiving.at + DIRECTION.offset.received,
    ]
    pricer.runsAheadByCopying = true
    expect([a.trySend(td, bytes), memory.load(sent)]).toEqual([WOULD_BLOCK, 0])
    const sending = a.send(td, bytes)
    expect(sending.next(0).value).toBe(SETTLE)
    pricer.isAhead = false
    expect([toItsEnd(sending), memory.load(sent)]).toEqual([3, 3])
    expect([b.tryReceive(td, bytes), memory.load(received)]).toEqual([WOULD_BLOCK, 0])
    const receiving = b.receive(td, bytes)
    expect(receiving.next(0).value).toBe(SETTLE)
    pricer.isAhead = false
    expect([toItsEnd(receiving), memory.load(received)]).toEqual([3, 3])
  })

  it('and sends other bytes if it is given others after a try that copied', () => {
    const { pricer, td, a, b } = make()
    pricer.runsAheadByCopying = true
    expect(a.trySend(td, Uint8Array.of(1, 2, 3))).toBe(WOULD_BLOCK)
    expect(b.receiving.available()).toBe(0)
    pricer.isAhead = pricer.runsAheadByCopying = false
    expect(toItsEnd(a.send(td, Uint8Array.of(7, 8)))).toBe(2)
    const got = new Uint8Array(9)
    expect([b.tryReceive(td, got), ...got.subarray(0, 3)]).toEqual([2, 7, 8, 0])
  })

  it('saying in its want word that it waits no more', () => {
    const { pricer, memory, td, b } = make()
    const want = b.receiving.at + DIRECTION.offset.wantData
    const receiving = b.receive(td, new Uint8Array(1))
    receiving.next(0)
    expect(memory.load(want)).toBe(1)
    pricer.isAhead = true
    const before = pricer.writes
    expect(receiving.next(1).value).toBe(SETTLE)
    expect([memory.load(want), pricer.writes]).toEqual([1, before])
    pricer.isAhead = false
    expect([toItsEnd(receiving), memory.load(want)]).toEqual([WOULD_BLOCK, 0])
  })
})
