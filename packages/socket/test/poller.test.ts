import { block } from '@smpnet/sync'
import { describe, expect, it } from 'vitest'
import { Poller, READABLE, SocketMisuse, type StreamSocket, WRITABLE } from '../src/index.ts'
import { bytesOf, makeEnds, textIn } from './ends.ts'

function make() {
  const ends = makeEnds({ bufferBytes: 64 })
  const [c, d] = ends.zone.pairSync(ends.atA)
  const poller = Poller.create(ends.arena)
  const now = (): StreamSocket[] => block(ends.atB, poller.wait(ends.atB, false))
  return { ...ends, c, d, poller, now }
}

describe('a poller', () => {
  it('returns the ends that can be read, and only these', () => {
    const { a, b, c, d, atA, poller, now } = make()
    poller.add(b, READABLE)
    poller.add(d, READABLE)
    expect(now()).toEqual([])
    c.sendSync(atA, bytesOf('x'))
    expect(now()).toEqual([d])
    a.sendSync(atA, bytesOf('y'))
    expect(now()).toEqual([d, b])
  })

  it('goes by level: an end that was not drained is ready again', () => {
    const { a, b, atA, atB, poller, now } = make()
    poller.add(b, READABLE)
    a.sendSync(atA, bytesOf('xy'))
    expect(now()).toEqual([b])
    expect(textIn(atB, b, 1)).toBe('x')
    expect(now()).toEqual([b])
    expect(textIn(atB, b)).toBe('y')
    expect(now()).toEqual([])
  })

  it('returns an end that can be written once there is space', () => {
    const { a, b, atA, atB, poller, now } = make()
    poller.add(a, WRITABLE)
    expect(now()).toEqual([a])
    block(atA, a.send(atA, new Uint8Array(64), 0, 64, false))
    expect(now()).toEqual([])
    textIn(atB, b, 1)
    expect(now()).toEqual([a])
    expect(a.trySend(new Uint8Array(1))).toBe(1)
    expect(now()).toEqual([])
  })

  it('returns an end whose peer has finished or gone', () => {
    const { a, b, c, d, atA, poller, now } = make()
    poller.add(b, READABLE)
    poller.add(c, WRITABLE)
    block(atA, c.send(atA, new Uint8Array(64), 0, 64, false))
    expect(now()).toEqual([])
    a.shutdownSync(atA)
    d.closeSync(atA)
    expect(new Set(now())).toEqual(new Set([b, c]))
  })

  it('waits until something is ready', async () => {
    const { a, b, atA, atB, poller } = make()
    poller.add(b, READABLE)
    const waiting = poller.waitAsync(atB)
    a.sendSync(atA, bytesOf('x'))
    expect(await waiting).toEqual([b])
  })

  it('returns nothing when its time is over', () => {
    const { b, atB, poller } = make()
    poller.add(b, READABLE)
    atB.timeoutMs = 2
    expect(poller.waitSync(atB)).toEqual([])
  })

  it('forgets an end that is removed, even with its note posted', () => {
    const { a, b, d, c, atA, atB, poller, now } = make()
    poller.add(b, READABLE)
    poller.add(d, READABLE)
    a.sendSync(atA, bytesOf('x'))
    c.sendSync(atA, bytesOf('y'))
    block(atB, poller.remove(b))
    expect(b.note.isPosted()).toBe(false)
    expect(now()).toEqual([d])
    a.sendSync(atA, bytesOf('z'))
    expect(now()).toEqual([d])
    poller.add(b, READABLE)
    expect(new Set(now())).toEqual(new Set([b, d]))
  })

  it('refuses what it cannot do', () => {
    const { a, b, atB, poller } = make()
    poller.add(b, READABLE)
    expect(() => poller.add(b, READABLE)).toThrow(SocketMisuse)
    expect(() => poller.add(a, 4)).toThrow('READABLE, WRITABLE or their sum: 4 came')
    expect(() => block(atB, poller.remove(a))).toThrow('this end is not watched')
  })
})
