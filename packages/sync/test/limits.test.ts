import { finish } from '@smpnet/park'
import { describe, expect, it } from 'vitest'
import { EventCount, LockTimeout, SyncDomain } from '../src/index.ts'

describe('A wait with a time', () => {
  it('is over when its time is, however often it is woken for nothing', async () => {
    const domain = SyncDomain.create()
    const count = EventCount.create(domain)
    let wakes = 0
    const waking = setInterval(() => {
      if (++wakes === 40) clearInterval(waking)
      finish(domain.here, domain.lot.unpark(count.at, 1))
    }, 10)
    const waiting = count.waitAsync(count.read(), { timeoutMs: 50 })
    await expect(waiting).rejects.toThrow(LockTimeout)
    expect(wakes).toBeLessThan(40)
    clearInterval(waking)
  })
})
