/**
 * An IPv4 address is a number of 32 bits, signed as every word of a memory: 127.0.0.1 is
 * 0x7f000001, and 255.255.255.255 is -1.
 */
export const UNSPECIFIED = 0
export const LOOPBACK = 0x7f000001
export const BROADCAST = -1

/** What `parseAddress` returns for a text that is no address: a number that no address is. */
export const NO_ADDRESS = 2 ** 32

/** Kinds of address that are told apart, by RFC 1122 section 3.2.1.3 and RFC 6890. */
export const ADDRESS_KIND = {
  /** One host. A network's own broadcast is one, too, as far as its bits tell. */
  unicast: 0,
  /** 0.0.0.0: a host that does not know its address. */
  unspecified: 1,
  /** 0.0.0.0/8: a host of this network, whichever it is. */
  thisNetwork: 2,
  /** 127.0.0.0/8: never leaves its host. */
  loopback: 3,
  /** 224.0.0.0/4 (RFC 1112 section 4). */
  multicast: 4,
  /** 240.0.0.0/4 (RFC 1112 section 4: class E). */
  reserved: 5,
  /** 255.255.255.255: all hosts of the link (RFC 919 section 7). */
  broadcast: 6,
} as const

/** The kind of an address: a number of `ADDRESS_KIND`. */
export function kindOf(address: number): number {
  const first = address >>> 24
  if (first > 0 && first < 224 && first !== 127) return ADDRESS_KIND.unicast
  return uncommonKind(address, first)
}

function uncommonKind(address: number, first: number): number {
  if (first === 127) return ADDRESS_KIND.loopback
  if (first === 0) {
    return address === UNSPECIFIED ? ADDRESS_KIND.unspecified : ADDRESS_KIND.thisNetwork
  }
  if (first < 240) return ADDRESS_KIND.multicast
  return address === BROADCAST ? ADDRESS_KIND.broadcast : ADDRESS_KIND.reserved
}

/** `192.0.2.1` for a number, signed or not. */
export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.')
}

/**
 * The address that a text says in four decimal numbers, or NO_ADDRESS. Numbers with leading zeros
 * are refused, since others read them as octal (RFC 6943 section 3.1.1).
 */
export function parseAddress(text: string): number {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every(isOctet)) return NO_ADDRESS
  return parts.reduce((address, part) => (address << 8) | Number(part), 0)
}

function isOctet(text: string): boolean {
  return /^(0|[1-9][0-9]{0,2})$/.test(text) && Number(text) <= 255
}
