import { block, finish, until } from '@smpnet/park'
import { describe, expect, it } from 'vitest'
import { EDGE, Poller, READABLE, SocketMisuse, type StreamSocket, WRITABLE } from '../src/index.ts'
import { POLLER } from '../src/note.ts'
import { DIRECTION } from '../src/pair-layout.ts'
import { bytesOf, makeEnds, textIn } from './ends.ts'

function make() {
  const ends = makeEnds({ bufferBytes: 64 })
  const [c, d] = ends.zone.pairSync(ends.atA)
  const poller = Poller.create(ends.arena)
  const now = (): StreamSocket[] => block(ends.atB, poller.wait(ends.atB, false))
  const add = (socket: StreamSocket, events: number): void =>
    finish(ends.atB, poller.add(ends.atB, socket, events))
  return { ...ends, c, d, poller, now, add }
}

describe('a poller', () => {
  it('returns the ends that can be read, and only these', () => {
    const { a, b, c, d, atA, now, add } = make()
    add(b, READABLE)
    add(d, READABLE)
    expect(now()).toEqual([])
    c.sendSync(atA, bytesOf('x'))
    expect(now()).toEqual([d])
    a.sendSync(atA, bytesOf('y'))
    expect(now()).toEqual([d, b])
  })

  it('goes by level: an end that was not drained is ready again', () => {
    const { a, b, atA, atB, now, add } = make()
    add(b, READABLE)
    a.sendSync(atA, bytesOf('xy'))
    expect(now()).toEqual([b])
    expect(textIn(atB, b, 1)).toBe('x')
    expect(now()).toEqual([b])
    expect(textIn(atB, b)).toBe('y')
    expect(now()).toEqual([])
  })

  it('goes by edge where it is told so: an end is returned once for what came', () => {
    const { a, b, atA, atB, now, add } = make()
    add(b, READABLE | EDGE)
    a.sendSync(atA, bytesOf('xy'))
    expect(now()).toEqual([b])
    expect(now()).toEqual([])
    expect(textIn(atB, b, 1)).toBe('x')
    expect(now()).toEqual([])
    a.sendSync(atA, bytesOf('z'))
    expect(now()).toEqual([b])
    expect([textIn(atB, b), textIn(atB, b)]).toEqual(['y', 'z'])
    a.sendSync(atA, bytesOf('!'))
    expect(textIn(atB, b)).toBe('!')
    expect(now()).toEqual([])
    a.closeSync(atA)
    expect([now(), now()]).toEqual([[b], []])
  })

  it('takes what is there already for the first edge', () => {
    const { a, b, atA, now, add } = make()
    a.sendSync(atA, bytesOf('x'))
    add(b, READABLE | EDGE)
    expect([now(), now()]).toEqual([[b], []])
    add(a, WRITABLE | EDGE)
    expect([now(), now()]).toEqual([[a], []])
  })

  it('returns an end that can be written once there is space', () => {
    const { a, b, atA, atB, now, add } = make()
    add(a, WRITABLE)
    expect(now()).toEqual([a])
    block(atA, a.send(atA, new Uint8Array(64), 0, 64, false))
    expect(now()).toEqual([])
    textIn(atB, b, 1)
    expect(now()).toEqual([a])
    expect(a.trySend(atA, new Uint8Array(1))).toBe(1)
    expect(now()).toEqual([])
  })

  it('returns an end whose peer has finished or gone', () => {
    const { a, b, c, d, atA, now, add } = make()
    add(b, READABLE)
    add(c, WRITABLE)
    block(atA, c.send(atA, new Uint8Array(64), 0, 64, false))
    expect(now()).toEqual([])
    a.shutdownSync(atA)
    d.closeSync(atA)
    expect(new Set(now())).toEqual(new Set([b, c]))
  })

  it('waits until something is ready', async () => {
    const { a, b, atA, atB, poller, add } = make()
    add(b, READABLE)
    const waiting = poller.waitAsync(atB)
    a.sendSync(atA, bytesOf('x'))
    expect(await waiting).toEqual([b])
  })

  it('returns nothing when its time is over', () => {
    const { b, atB, poller, add } = make()
    add(b, READABLE)
    expect(poller.waitSync(atB, until(atB, { timeoutMs: 2 }))).toEqual([])
    expect(poller.memory.load(poller.at + POLLER.offset.asleep)).toBe(0)
  })

  it('forgets an end that is removed, even with its note posted', () => {
    const { a, b, d, c, atA, atB, poller, now, add } = make()
    add(b, READABLE)
    add(d, READABLE)
    a.sendSync(atA, bytesOf('x'))
    c.sendSync(atA, bytesOf('y'))
    block(atB, poller.remove(b))
    expect(b.note.isPosted()).toBe(false)
    expect(now()).toEqual([d])
    a.sendSync(atA, bytesOf('z'))
    expect(now()).toEqual([d])
    add(b, READABLE)
    expect(new Set(now())).toEqual(new Set([b, d]))
  })

  it('sees at once what is added while it waits, if that is ready already', async () => {
    const { a, b, c, d, atA, atB, poller, add, lot } = make()
    add(b, READABLE)
    c.sendSync(atA, bytesOf('x'))
    const waiting = poller.waitAsync(atB, until(atB, { timeoutMs: 10_000 }))
    finish(atA, poller.add(lot.waiter(), d, READABLE))
    expect(await waiting).toEqual([d])
    const again = poller.waitAsync(atB)
    a.sendSync(atA, bytesOf('y'))
    expect(await again).toContain(d)
  })

  it('is waited for by one at a time', async () => {
    const { a, b, atA, atB, poller, add, lot } = make()
    add(b, READABLE)
    const first = poller.waitAsync(atB)
    await expect(poller.waitAsync(lot.waiter())).rejects.toThrow('one wait at a time')
    a.sendSync(atA, bytesOf('x'))
    expect(await first).toEqual([b])
    expect(poller.waitSync(atB)).toEqual([b])
  })

  it('is over when its time is, or by a signal with its reason', async () => {
    const { b, atB, poller, add } = make()
    add(b, READABLE)
    expect(await poller.waitAsync(atB, until(atB, { timeoutMs: 3 }))).toEqual([])
    const control = new AbortController()
    const waiting = poller.waitAsync(atB, until(atB, { signal: control.signal }))
    control.abort(new Error('closing time'))
    await expect(waiting).rejects.toThrow('closing time')
  })

  it('is over when its time is, though notes come that are for nothing', async () => {
    const { a, b, atA, atB, poller, add } = make()
    add(b, READABLE)
    expect(poller.waitSync(atB, until(atB, { timeoutMs: 0 }))).toEqual([])
    let now = 0
    atB.now = () => now
    const waiting = poller.waitAsync(atB, until(atB, { timeoutMs: 30_000 }))
    for (let i = 1; i <= 2; i++) {
      now = i * 15_000
      a.sendSync(atA, bytesOf('x'))
      b.tryReceive(atB, new Uint8Array(1))
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    expect(await waiting).toEqual([])
  })

  it('leaves nothing of itself with an end that is removed', () => {
    const { a, b, atA, atB, poller, add, lot } = make()
    add(b, READABLE | WRITABLE)
    expect(poller.waitSync(atB, until(atB, { timeoutMs: 0 }))).toEqual([b])
    block(atB, poller.remove(b))
    const wants = [
      b.receiving.at + DIRECTION.offset.wantData,
      b.sending.at + DIRECTION.offset.wantSpace,
    ]
    expect(wants.map((at) => lot.memory.load(at))).toEqual([0, 0])
    expect(a.trySend(atA, bytesOf('no one is to be told'))).toBe(20)
    expect(textIn(atA, b)).toBe('no one is to be told')
  })

  it('refuses what it cannot do', () => {
    const { a, b, atB, poller, add } = make()
    add(b, READABLE)
    expect(() => add(b, READABLE)).toThrow(SocketMisuse)
    for (const events of [0, 8, 9, 1.5, '1', undefined]) {
      expect(() => add(a, events as number)).toThrow('and EDGE beside them or not')
    }
    expect(() => add(a, EDGE)).toThrow(
      'READABLE, WRITABLE or their sum, and EDGE beside them or not: 4 came',
    )
    expect(() => block(atB, poller.remove(a))).toThrow('this end is not watched')
  })
})
