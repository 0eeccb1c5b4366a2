import { LiveMemory } from '@smpnet/memory'
import type { InetModule } from './account.ts'
import { Chance } from './chance.ts'

const AT = 64

/**
 * Asks buckets for tokens at random times. Throws when one gives more in any stretch of time than
 * its burst and its rate allow, or refuses though its rate has earned one since.
 */
export function checkBucket(inet: InetModule, seed: number, count: number): number {
  const chance = new Chance(seed)
  const memory = LiveMemory.create(1 << 10)
  for (let i = 0; i < count; i++) {
    const rate = { perSecond: 1 + chance.below(300), burst: 1 + chance.below(5) }
    const begin = chance.one([0, 1000, 2 ** 31 - 50, 2 ** 32 - 50])
    inet.openBucket(memory, AT, rate, begin)
    let earned = rate.burst
    let nowMs = begin
    for (let asked = 0; asked < 40; asked++) {
      const passedMs = chance.below(chance.one([2, 10, 100]))
      nowMs += passedMs
      earned = Math.min(rate.burst, earned + (passedMs * rate.perSecond) / 1000)
      const isThere = inet.takeToken(memory, AT, nowMs)
      if (isThere !== earned >= 1 - 1e-9) {
        throw new Error(`seed ${seed}, bucket ${i}: ${earned} earned, ${isThere} came`)
      }
      if (isThere) earned -= 1
    }
  }
  return count
}
