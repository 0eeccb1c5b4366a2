import type { Random } from '@smpnet/inet'

/** Chance from a seed, the same on every host: mulberry32, for ports and nothing that is secret. */
export function seededRandom(seed: number): Random {
  let state = seed | 0
  return {
    below(end) {
      state = (state + 0x6d2b79f5) | 0
      let bits = Math.imul(state ^ (state >>> 15), state | 1)
      bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61)
      return ((bits ^ (bits >>> 14)) >>> 0) % end
    },
  }
}
