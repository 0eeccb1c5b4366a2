import { block } from '@smpnet/park'
import { describe, expect, it } from 'vitest'
import { Received, WOULD_BLOCK } from '../../src/index.ts'
import { makeSockets, SCHEMES } from './make-sockets.ts'

describe.each(SCHEMES)('A datagram socket with %s locks', (locking) => {
  it('delivers', () => {
    const { sockets, td, mbufs } = makeSockets({ locking })
    const a = block(td, sockets.create(td))
    const b = block(td, sockets.create(td))
    expect(a.bindSync(td, 7, 1)).toBe(0)
    expect(b.bindSync(td, 7, 2)).toBe(0)
    expect(a.trySendTo(td, Uint8Array.of(1, 2, 3), 0, 3, 7, 2)).toBe(3)
    const from = new Received()
    const to = new Uint8Array(8)
    expect(b.tryReceive(td, to, 1, 7, from)).toBe(3)
    expect([...to]).toEqual([0, 1, 2, 3, 0, 0, 0, 0])
    expect(from).toEqual({ address: 7, port: 1, bytes: 3, isTruncated: false })
    expect(b.tryReceive(td, to)).toBe(WOULD_BLOCK)
    a.closeSync(td)
    b.closeSync(td)
    expect(sockets.inUse()).toBe(0)
    expect(mbufs.statistics().mbufs).toBe(0)
  })
})
