import { parseCount, parseSize, sizeText } from '../../options/quantities.ts'
import type { Configured, Place, WorkloadOptions } from '../../model/workload.ts'
import type { PairSettings } from './socket-pairs.ts'

const MOST_PAIRS = 1024
const MOST_BYTES = 16 * 1024 * 1024
const BUFFER_BYTES = 1024 * 1024

/** What workloads between pairs of threads can be told. */
export interface PairOptions {
  /** How many; live 1 and simulated one for each CPU unless told. */
  readonly pairs?: number
  /** Bytes of a message. */
  readonly size?: number
  /** Bytes that our sockets hold each way. */
  readonly buffer?: number
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
  buffer: {
    flags: '--buffer <bytes>',
    description: 'bytes that our sockets hold each way, a power of two (default: 1m)',
    parse: (typed) => parseSize(typed, { name: '--buffer', least: 64, most: MOST_BYTES }),
  },
}

/** What they come to. */
export function configurePairs(
  { pairs, size, buffer = BUFFER_BYTES }: PairOptions,
  { machine, cpus }: Place,
  defaultSize: number,
): Configured<PairSettings> {
  const shape = { size: size ?? defaultSize, pairs: pairs ?? (machine === 'sim' ? cpus : 1) }
  const settings: PairSettings = { ...shape, bufferBytes: buffer }
  return { detail: `${sizeText(shape.size)}B`, configurations: [{ settings, pairs: shape }] }
}
