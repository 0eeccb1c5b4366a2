import { ICMP_TYPE } from './icmp-packet.ts'

/** What a host does with a message: the kinds of RFC 1122 section 3.2.2. */
export const ICMP_KIND = {
  /** RFC 1122 section 3.2.2: a type that a host does not know is dropped in silence. */
  unknown: 0,
  /** Asks for an answer, or is one, and is no error. */
  query: 1,
  /** Asks this host to answer with the same data. */
  echo: 2,
  /** Says what became of a packet, which it quotes. */
  error: 3,
} as const

const KINDS = new Uint8Array(256)
const MOST_CODES = new Uint8Array(256)
for (const type of Object.values(ICMP_TYPE)) KINDS[type] = ICMP_KIND.query
KINDS[ICMP_TYPE.echo] = ICMP_KIND.echo

/** Errors, each with its greatest code: RFC 792, and RFC 1812 section 5.2.7.1 for 13 to 15. */
const ERRORS: readonly [type: number, mostCode: number][] = [
  [ICMP_TYPE.unreachable, 15],
  [ICMP_TYPE.sourceQuench, 0],
  [ICMP_TYPE.redirect, 3],
  [ICMP_TYPE.timeExceeded, 1],
  // RFC 1108 section 4 and IANA: a missing option and a bad length.
  [ICMP_TYPE.parameterProblem, 2],
]
for (const [type, mostCode] of ERRORS) {
  KINDS[type] = ICMP_KIND.error
  MOST_CODES[type] = mostCode
}

/** The kind of a type from 0 to 255: a number of `ICMP_KIND`. */
export function kindOfType(type: number): number {
  return KINDS[type]!
}

/** The greatest code that an error of this type has. */
export function mostCodeOf(type: number): number {
  return MOST_CODES[type]!
}
