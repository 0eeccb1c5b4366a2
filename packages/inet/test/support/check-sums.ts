import type { InetModule } from './account.ts'
import { put16, referenceSum, u16 } from './bytes.ts'
import { Chance } from './chance.ts'

/**
 * Carries sums of every size, and changes one word of random headers: throws when a checksum is
 * not the one that comes of summing anew.
 */
export function checkSums(inet: InetModule, seed: number, count: number): number {
  const chance = new Chance(seed)
  for (let i = 0; i < count; i++) {
    const sum = chance.once(2) ? chance.below(2 ** 32) : chance.below(8) * 0xffff + chance.below(9)
    // The remainder by 0xffff, of which 0xffff itself is the zero that comes of something.
    const carried = sum === 0 ? 0 : sum % 0xffff === 0 ? 0xffff : sum % 0xffff
    expectSame(`the sum ${sum} carried`, inet.carried(sum), carried)
    expectUpdated(inet, chance)
  }
  return count
}

function expectUpdated(inet: InetModule, chance: Chance): void {
  const bytes = Uint8Array.from({ length: 8 }, () => chance.one([0, 255, chance.below(256)]))
  // A header is never all zeros; RFC 1624 holds where something else is left.
  bytes[7] = 1
  const word = chance.one([0, 0xffff, chance.below(65536)])
  const checksum = ~referenceSum(bytes) & 0xffff
  const updated = inet.updated(checksum, u16(bytes, 0), word)
  put16(bytes, 0, word)
  expectSame('the checksum', updated, ~referenceSum(bytes) & 0xffff)
}

function expectSame(what: string, came: number, expected: number): void {
  if (came !== expected) throw new Error(`${what}: expected ${expected}, came ${came}`)
}
