import type { Configured, Place, WorkloadOptions } from '../../model/workload.ts'
import { parseSize, sizeText } from '../../options/quantities.ts'
import { UsageError } from '../../options/usage-error.ts'
import { MOST_BYTES, PAIR_OPTIONS, type PairOptions, pairShape } from './pair-options.ts'
import type { PairSettings } from './socket-pairs.ts'

const BUFFER_BYTES = 1024 * 1024

/** What workloads between pairs of stream sockets can be told. */
export interface SocketOptions extends PairOptions {
  /** Bytes that our sockets hold each way. */
  readonly buffer?: number
}

export const SOCKET_OPTIONS: WorkloadOptions<SocketOptions> = {
  ...PAIR_OPTIONS,
  buffer: {
    flags: '--buffer <bytes>',
    description: 'bytes that our sockets hold each way, a power of two (default: 1m; of crr 64k)',
    parse: bufferFrom,
  },
}

function bufferFrom(typed: string): number {
  const bytes = parseSize(typed, { name: '--buffer', least: 64, most: MOST_BYTES })
  if (Number.isInteger(Math.log2(bytes))) return bytes
  throw new UsageError(`expected --buffer to be a power of two of bytes, got "${typed}"`)
}

/** What they come to. */
export function configureSockets(
  { buffer, ...options }: SocketOptions,
  place: Place,
  defaultSize: number,
  defaultBuffer = BUFFER_BYTES,
): Configured<PairSettings> {
  const pairs = pairShape(options, place, defaultSize)
  const settings: PairSettings = { ...pairs, bufferBytes: buffer ?? defaultBuffer }
  return { detail: `${sizeText(pairs.size)}B`, configurations: [{ settings, pairs }] }
}
