import { LiveMemory } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import * as inet from '../../src/index.ts'
import { checkBucket } from '../support/check-bucket.ts'

describe('A token bucket', () => {
  it('gives what its rate has earned, up to its burst, and no more', () => {
    expect(checkBucket(inet, 3, 5000)).toBe(5000)
  })

  it('of a clock that falls behind gains nothing and loses nothing', () => {
    const memory = LiveMemory.create(1024)
    inet.openBucket(memory, 64, { perSecond: 1000, burst: 2 }, 50)
    const taken = [50, 40, 40, 41].map((nowMs) => inet.takeToken(memory, 64, nowMs))
    expect(taken).toEqual([true, true, false, true])
  })

  it('is refused with figures that it cannot keep', () => {
    const memory = LiveMemory.create(1024)
    const open = (perSecond: number, burst: number) => () =>
      inet.openBucket(memory, 64, { perSecond, burst }, 0)
    expect(open(-1, 5)).toThrow('tokens per second: expected 0 to 1000000, came -1')
    expect(open(1, 2.5)).toThrow('tokens at once: expected 0 to 1000000, came 2.5')
  })
})
