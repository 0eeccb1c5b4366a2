import { finish } from '@smpnet/park'
import { expect, it } from 'vitest'
import { createLocal, SocketDomain } from '../src/index.ts'
import { lockOf } from '../src/listen-queue.ts'
import { bytesOf, makeEnds } from './ends.ts'

it('A lock stays with one that is late when the pair is given out again', () => {
  const { zone, atA, a, b, lot } = makeEnds({ pairs: 1, bufferBytes: 64 }, 1 << 17)
  const lock = lockOf(a.handle.at)
  a.closeSync(atA)
  b.closeSync(atA)
  lot.memory.store(lock, 9)
  const { handle } = finish(atA, createLocal(zone))
  expect([handle.at, lot.memory.load(lock)]).toEqual([a.handle.at, 9])
})

it('What lies in a pair that does not listen is left alone when its lock is broken', () => {
  for (const kind of ['stream', 'seqpacket'] as const) {
    const { zone, atA, lot } = makeEnds({ pairs: 2, bufferBytes: 64 }, 1 << 17)
    const [c, d] = zone.pairSync(atA, kind)
    expect(d.trySend(atA, bytesOf('here'))).toBe(4)
    lot.memory.store(lockOf(c.handle.at), 1 + 7)
    finish(atA, zone.bury(7))
    expect(lot.memory.load(lockOf(c.handle.at))).toBe(0)
    expect(c.tryReceive(atA, new Uint8Array(9))).toBe(4)
  }
  const domain = SocketDomain.create({ pairs: 2, bufferBytes: 64 })
  const here = domain.datagrams('here')
  here.trySendTo('here', bytesOf('here'))
  domain.zone.memory.store(lockOf(here.socket.handle.end.at), 1 + 7)
  finish(domain.sync.here, domain.zone.bury(7))
  expect(here.tryReceive()?.bytes.length).toBe(4)
})
