import { PAIR_PLACES, type PairPlace, type PairShape } from '../../model/pair-shape.ts'
import type { Place, WorkloadOptions } from '../../model/workload.ts'
import { wordOf } from '../../options/words.ts'
import { parseCount, parseSize } from '../../options/quantities.ts'

const MOST_PAIRS = 1024
export const MOST_BYTES = 16 * 1024 * 1024

/** What workloads between pairs of threads can be told. */
export interface PairOptions {
  /** How many; live 1 and simulated one for each CPU unless told. */
  readonly pairs?: number
  /** Bytes of a message. */
  readonly size?: number
  /** Where the end that answers is. */
  readonly place?: PairPlace
}

export const PAIR_OPTIONS: WorkloadOptions<PairOptions> = {
  pairs: {
    flags: '--pairs <n>',
    description: 'pairs of threads (default: live 1, sim one per CPU)',
    parse: (typed) => parseCount(typed, { name: '--pairs', least: 1, most: MOST_PAIRS }),
  },
  size: {
    flags: '--size <bytes>',
    description: 'bytes per message, such as 64, 64k, 1m',
    parse: (typed) => parseSize(typed, { name: '--size', least: 1, most: MOST_BYTES }),
  },
  place: {
    flags: '--place <where>',
    description: 'where a pair is answered: the same CPU, the next, or far, half of all away',
    parse: wordOf('place', PAIR_PLACES),
  },
}

/** What they come to. */
export function pairShape(
  { pairs, size, place }: PairOptions,
  { machine, cpus }: Place,
  defaultSize: number,
): PairShape {
  return {
    size: size ?? defaultSize,
    pairs: pairs ?? (machine === 'sim' ? cpus : 1),
    ...(place !== undefined && { place }),
  }
}
