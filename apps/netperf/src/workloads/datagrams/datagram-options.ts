import type { PairShape } from '../../model/pair-shape.ts'
import type { Configured, WorkloadOption } from '../../model/workload.ts'
import { checkSize, parseCount, sizeText } from '../../options/quantities.ts'

/** Bytes of UDP's largest datagram over IPv4: 65535 without both headers (RFC 768, RFC 791). */
const MOST_BYTES = 65_507
const MOST_WINDOW = 4096

/** `--window`, of senders that wait for no answer. */
export const WINDOW: WorkloadOption<number> = {
  flags: '--window <n>',
  description: 'datagrams that a sender sends before others have a turn (default: 16)',
  parse: (typed) => parseCount(typed, { name: '--window', least: 1, most: MOST_WINDOW }),
}

/** What a shape comes to. Throws a UsageError for a size that no datagram of the workload has. */
export function configureDatagrams(pairs: PairShape, leastBytes = 1): Configured<PairShape> {
  const size = sizeText(pairs.size)
  checkSize(pairs.size, { name: '--size', least: leastBytes, most: MOST_BYTES }, size)
  return { detail: `${size}B`, configurations: [{ settings: pairs, pairs }] }
}
