import { dotted, put16, referenceSum, u16 } from './bytes.ts'
import { makeIpv4, pseudoOf } from './made.ts'

/**
 * What RFC 791, 792, 768 and 1122 say of a packet, over an array of bytes and with no thought of
 * speed: an account in words that the package's is compared with. `flags` are the bits of
 * PACKET_FLAG, by their numbers.
 */
const IP_SUM_GOOD = 1
const SUM_GOOD = 2
const TO_MANY = 16 | 32
const INSIDE = 64

export function referenceAccount(bytes: Uint8Array, flags: number): string {
  const verdict = judgeIpv4(bytes, flags)
  if (verdict !== 'good' && verdict !== 'ips_fragments') return verdict
  const packet = bytes.subarray(0, u16(bytes, 2))
  const account = `${verdict} ${accountOfHeader(packet)}`
  if (verdict === 'ips_fragments') return `${account} ${accountOfAnswer(packet, flags)}`
  if (packet[9] === 17) return `${account} ${accountOfUdp(packet, flags)}`
  if (packet[9] === 1) return `${account} ${accountOfIcmp(packet, flags)}`
  return `${account} ${accountOfAnswer(packet, flags)}`
}

export function judgeIpv4(bytes: Uint8Array, flags: number): string {
  if (bytes.length < 20) return 'ips_toosmall'
  if (bytes[0]! >> 4 !== 4) return 'ips_badvers'
  const header = headerOf(bytes)
  if (header < 20 || header > bytes.length) return 'ips_badhlen'
  const isSummed = (flags & IP_SUM_GOOD) !== 0
  if (!isSummed && referenceSum(bytes.subarray(0, header)) !== 0xffff) return 'ips_badsum'
  if (u16(bytes, 2) < header) return 'ips_badlen'
  if (u16(bytes, 2) > bytes.length) return 'ips_tooshort'
  const options = judgeOptions([...bytes.subarray(20, header)])
  if (options !== 'good') return options
  if (isMartian(bytes, (flags & INSIDE) !== 0)) return 'ips_badaddr'
  return (u16(bytes, 6) & 0x3fff) === 0 ? 'good' : 'ips_fragments'
}

function judgeOptions(options: readonly number[]): string {
  const [type, length = 0] = options
  if (type === undefined || type === 0) return 'good'
  if (type === 131 || type === 137) return 'ips_sourceroute'
  if (type === 1) return judgeOptions(options.slice(1))
  return length < 2 || length > options.length
    ? 'ips_badoptions'
    : judgeOptions(options.slice(length))
}

function isMartian(bytes: Uint8Array, isInside: boolean): boolean {
  const [from, to] = [bytes[12]!, bytes[16]!]
  if (!isInside && (from === 127 || to === 127)) return true
  if (from >= 224 || (from === 0 && dotted(bytes, 12) !== '0.0.0.0')) return true
  return to === 0 || (to >= 240 && dotted(bytes, 16) !== '255.255.255.255')
}

function headerOf(bytes: Uint8Array): number {
  return (bytes[0]! & 15) * 4
}

function accountOfHeader(bytes: Uint8Array): string {
  const fragment = u16(bytes, 6)
  return [
    dotted(bytes, 12),
    dotted(bytes, 16),
    bytes[9],
    bytes[8],
    bytes[1],
    u16(bytes, 4),
    (fragment & 0x4000) !== 0,
    (fragment & 0x2000) !== 0,
    (fragment & 0x1fff) * 8,
    headerOf(bytes),
    bytes.length - headerOf(bytes),
    bytes.length,
  ].join()
}

function accountOfUdp(bytes: Uint8Array, flags: number): string {
  const at = headerOf(bytes)
  const came = bytes.length - at
  if (came < 8) return 'udps_hdrops'
  const length = u16(bytes, at + 4)
  if (length < 8 || length > came) return 'udps_badlen'
  if (u16(bytes, at + 2) === 0) return 'udps_badport'
  const hasSum = u16(bytes, at + 6) !== 0
  const datagram = bytes.subarray(at, at + length)
  const isRight = referenceSum(datagram, pseudoOf(bytes, length)) === 0xffff
  if (hasSum && (flags & SUM_GOOD) === 0 && !isRight) return 'udps_badsum'
  const left = bytes.subarray(0, at + length)
  const ports = `${u16(bytes, at)},${u16(bytes, at + 2)},${length - 8},${hasSum},${left.length}`
  return `good ${ports} ${accountOfAnswer(left, flags)}`
}

const QUERIES = [0, 8, 9, 10, 13, 14, 15, 16, 17, 18]
const MOST_CODES: Readonly<Record<number, number>> = { 3: 15, 4: 0, 5: 3, 11: 1, 12: 2 }

function accountOfIcmp(bytes: Uint8Array, flags: number): string {
  const at = headerOf(bytes)
  const message = bytes.subarray(at)
  if (message.length < 8) return 'icps_tooshort'
  if ((flags & SUM_GOOD) === 0 && referenceSum(message) !== 0xffff) return 'icps_checksum'
  const [type, code] = [message[0]!, message[1]!]
  const mostCode = MOST_CODES[type]
  if (mostCode === undefined && !QUERIES.includes(type)) return 'icps_badtype'
  if (mostCode !== undefined && code > mostCode) return 'icps_badcode'
  if (type === 8 && ((flags & TO_MANY) !== 0 || isToMany(bytes))) return 'icps_bmcastecho'
  const account = `good ${type},${code},${dotted(message, 4)}`
  if (mostCode !== undefined) return `${account} ${accountOfQuote(message)}`
  return `${account} ${type === 8 ? echoed(bytes, flags) : accountOfAnswer(bytes, flags)}`
}

function isToMany(bytes: Uint8Array): boolean {
  return bytes[16]! >> 4 === 14 || dotted(bytes, 16) === '255.255.255.255'
}

/** The bytes of the answer; with a checksum that was taken on trust nothing is known of its own. */
function echoed(bytes: Uint8Array, flags: number): string {
  const message = bytes.slice(headerOf(bytes))
  const wasRight = referenceSum(message) === 0xffff
  message[0] = 0
  put16(message, 2, 0)
  put16(message, 2, ~referenceSum(message) & 0xffff)
  if (!wasRight && flags & SUM_GOOD) return 'unknown'
  return answered(bytes, message, [...bytes.subarray(16, 20)], bytes[1]!)
}

function answered(
  bytes: Uint8Array,
  payload: Uint8Array,
  source: readonly number[],
  tos: number,
): string {
  const destination = [...bytes.subarray(12, 16)]
  return makeIpv4({ source, destination, protocol: 1, tos, payload }).join()
}

const ERRNO_BY_CODE = [65, 65, 61, 61, 40, 65, 65, 65, 65, 61, 61, 65, 65, 61, 65, 65]
const PLATEAUS = [65535, 32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296, 68]

function accountOfQuote(message: Uint8Array): string {
  const quote = message.subarray(8)
  if (quote.length < 28 || quote[0]! >> 4 !== 4) return 'icps_badlen'
  const header = headerOf(quote)
  if (header < 20 || quote.length < header + 8) return 'icps_badlen'
  if (u16(quote, 6) & 0x1fff) return 'icps_oldfrag'
  const ports = [u16(quote, header), u16(quote, header + 2)]
  const ends = [quote[9], dotted(quote, 12), dotted(quote, 16), ...ports]
  return `good ${[...ends, errnoOf(message), mtuOf(message, u16(quote, 2))].join()}`
}

function errnoOf(message: Uint8Array): number {
  const [type, code] = [message[0]!, message[1]!]
  if (type === 3) return ERRNO_BY_CODE[code]!
  if (type === 11) return code === 0 ? 65 : 0
  return type === 12 && code < 2 ? 42 : 0
}

function mtuOf(message: Uint8Array, total: number): number {
  if (message[0] !== 3 || message[1] !== 4) return 0
  const said = u16(message, 6)
  return said === 0 ? (PLATEAUS.find((plateau) => plateau < total) ?? 68) : said
}

/** The address that errors of the comparison come from. */
export const ERROR_SOURCE = [198, 51, 100, 7]

/** Port unreachable about the packet, or why there is none. */
function accountOfAnswer(bytes: Uint8Array, flags: number): string {
  const reason = whyUnanswered(bytes, flags)
  if (reason !== 'good') return reason
  const quote = bytes.subarray(0, Math.min(bytes.length, headerOf(bytes) + 8))
  const message = Uint8Array.of(3, 3, 0, 0, 0, 0, 0, 0, ...quote)
  put16(message, 2, ~referenceSum(message) & 0xffff)
  return answered(bytes, message, ERROR_SOURCE, 0)
}

function whyUnanswered(bytes: Uint8Array, flags: number): string {
  const isLater = (u16(bytes, 6) & 0x1fff) !== 0
  const type = bytes[headerOf(bytes)]
  const isQuery = !isLater && type !== undefined && QUERIES.includes(type)
  if (bytes[9] === 1 && !isQuery) return 'icps_oldicmp'
  if (isToMany(bytes)) return 'icps_oldcast'
  if (flags & TO_MANY) return 'icps_oldlinkcast'
  if (isLater) return 'icps_oldfrag'
  const from = bytes[12]!
  const isOne = from !== 0 && from < 224 && (from !== 127 || bytes[16] === 127)
  return isOne ? 'good' : 'icps_oldsource'
}
