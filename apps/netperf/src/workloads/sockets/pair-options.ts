import { parseCount, parseSize, sizeText } from '../../options/quantities.ts'
import type { Configured, Place, TypedOptions, WorkloadOption } from '../../model/workload.ts'
import type { PairSettings } from './socket-pairs.ts'

const MOST_PAIRS = 1024
const MOST_BYTES = 16 * 1024 * 1024
const DEFAULT_BUFFER = '1m'

/** The options of workloads between pairs of threads. */
export const PAIR_OPTIONS: readonly WorkloadOption[] = [
  { flags: '--pairs <n>', description: 'pairs of threads (default: live 1, sim one per CPU)' },
  { flags: '--size <bytes>', description: 'bytes per message, such as 64, 64k, 1m' },
  {
    flags: '--buffer <bytes>',
    description: 'bytes that our sockets hold each way, a power of two (default: 1m)',
  },
]

/** What they come to. Throws a UsageError that says which is wrong. */
export function configurePairs(
  options: TypedOptions,
  { machine, cpus }: Place,
  defaultSize: number,
): Configured {
  const typed = options as Readonly<Record<string, string | undefined>>
  const pairs = typed['pairs'] ?? String(machine === 'sim' ? cpus : 1)
  const size = typed['size'] ?? String(defaultSize)
  const buffer = typed['buffer'] ?? DEFAULT_BUFFER
  const settings: PairSettings = {
    size: parseSize(size, { name: '--size', least: 1, most: MOST_BYTES }),
    pairs: parseCount(pairs, { name: '--pairs', least: 1, most: MOST_PAIRS }),
    bufferBytes: parseSize(buffer, { name: '--buffer', least: 64, most: MOST_BYTES }),
  }
  return { detail: `${sizeText(settings.size)}B`, configurations: [{ settings }] }
}
