import { describe, expect, it } from 'vitest'
import { NO_BUFFERS, NoBuffers, SocketDomain, SocketZone } from '../src/index.ts'
import { bytesOf, makeEnds, textIn } from './ends.ts'

describe('A pair that is only open', () => {
  it('takes less than 1 KiB of shared memory', () => {
    const bytesOfDomain = (pairs: number): number =>
      SocketDomain.create({ pairs }).handle.domain.buffer.byteLength
    const perPair = (bytesOfDomain(20_000) - bytesOfDomain(10_000)) / 10_000
    expect(perPair).toBeLessThan(1024)
  })

  it('has no buffer until it sends, and one for each direction that was used', () => {
    const { a, b, zone, atA, atB } = makeEnds({ pairs: 2 })
    expect(zone.buffers.inUse()).toBe(0)
    expect(a.receiving.available() + b.sending.space()).toBe(zone.handle.bufferBytes)
    a.sendSync(atA, bytesOf('x'))
    a.sendSync(atA, bytesOf('y'))
    expect(zone.buffers.inUse()).toBe(1)
    b.sendSync(atB, bytesOf('z'))
    expect(zone.buffers.inUse()).toBe(2)
  })

  it('gives them back when both ends are closed', () => {
    const { a, b, zone, atA, atB } = makeEnds({ pairs: 1, bufferBytes: 64, buffers: 1 })
    let [one, other] = [a, b]
    for (let i = 0; i < 3; i++) {
      one.sendSync(atA, bytesOf('x'))
      one.closeSync(atA)
      expect(textIn(atB, other)).toBe('x')
      expect(zone.buffers.inUse()).toBe(1)
      other.closeSync(atB)
      expect(zone.buffers.inUse()).toBe(0)
      ;[one, other] = zone.pairSync(atA)
    }
  })

  it('takes none when it sends no bytes', () => {
    const { a, zone, atA } = makeEnds()
    expect([a.trySend(atA, new Uint8Array(0)), a.sendSync(atA, new Uint8Array(0))]).toEqual([0, 0])
    expect(zone.buffers.inUse()).toBe(0)
  })
})

describe('A zone whose buffers are all in use', () => {
  it('says so to a first send, by a value or by an error, and works on', async () => {
    const { a, b, atA, atB, zone } = makeEnds({ bufferBytes: 64, buffers: 1 })
    a.sendSync(atA, bytesOf('x'))
    expect(b.trySend(atB, bytesOf('y'))).toBe(NO_BUFFERS)
    expect(() => b.sendSync(atB, bytesOf('y'))).toThrow(NoBuffers)
    await expect(b.sendAsync(atB, bytesOf('y'))).rejects.toThrow(
      'takes a buffer of 64 bytes with its first send, and all 1 are in use: make the zone with',
    )
    a.sendSync(atA, bytesOf('more'))
    expect(textIn(atB, b)).toBe('xmore')
    expect(zone.buffers.inUse()).toBe(1)
  })

  it('has two for each pair unless it is told, as far as 16 MiB go', () => {
    expect(SocketZone.check({ pairs: 16 }).buffers).toBe(32)
    expect(SocketZone.check({ pairs: 1000, bufferBytes: 64 }).buffers).toBe(2000)
    expect(SocketZone.check({ pairs: 1000 }).buffers).toBe(64)
    expect(SocketZone.check({ pairs: 1000, buffers: 100 }).buffers).toBe(100)
    expect(SocketZone.check({ pairs: 1, bufferBytes: 2 ** 28 }).buffers).toBe(2)
  })
})
