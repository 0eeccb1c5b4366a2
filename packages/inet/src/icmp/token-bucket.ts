import { type Address, layout, type Memory, word } from '@smpnet/memory'

/**
 * Limits how often something is done, such as to send ICMP errors (RFC 1122 section 3.2.2 and RFC
 * 1812 section 4.3.2.8): a bucket holds up to `burst` tokens, and gains `perSecond` of them, and
 * each time takes one. Tokens are counted in thousandths, which makes a millisecond's gain whole.
 */
export const TOKEN_BUCKET = layout('token bucket', {
  perSecond: word('a'),
  burst: word('a'),
  /** (m) thousandths of tokens, under the lock of whatever the bucket limits. */
  thousandths: word('m'),
  /** (m) when they were counted, in milliseconds, whose lowest 32 bits are kept. */
  atMs: word('m'),
})

const { perSecond, burst, thousandths, atMs } = TOKEN_BUCKET.offset
const TOKEN = 1000
/** Of a rate and of a burst: so a bucket's thousandths and a second's gain fit into a word. */
const MOST_TOKENS = 1_000_000

/** Fills a bucket that begins full. Throws a RangeError for figures that it cannot keep. */
export function openBucket(
  memory: Memory,
  at: Address,
  rate: { readonly perSecond: number; readonly burst: number },
  nowMs: number,
): void {
  expectTokens('tokens per second', rate.perSecond)
  expectTokens('tokens at once', rate.burst)
  memory.write(at + perSecond, rate.perSecond)
  memory.write(at + burst, rate.burst)
  memory.write(at + thousandths, rate.burst * TOKEN)
  memory.write(at + atMs, nowMs | 0)
}

/**
 * Takes a token if there is one, and says whether there was. Time may be of any CPU: a clock that
 * is a little behind gains nothing, and loses nothing.
 */
export function takeToken(memory: Memory, at: Address, nowMs: number): boolean {
  const elapsedMs = (nowMs - memory.read(at + atMs)) | 0
  const most = memory.read(at + burst) * TOKEN
  const gained = Math.max(elapsedMs, 0) * memory.read(at + perSecond)
  const has = Math.min(most, memory.read(at + thousandths) + gained)
  const isThere = has >= TOKEN
  memory.write(at + thousandths, isThere ? has - TOKEN : has)
  memory.write(at + atMs, nowMs | 0)
  return isThere
}

function expectTokens(what: string, value: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= MOST_TOKENS) return
  throw new RangeError(`${what}: expected 0 to ${MOST_TOKENS}, came ${value}`)
}
