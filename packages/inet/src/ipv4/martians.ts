import { type ADDRESS_KIND, kindOf } from './ipv4-address.ts'

/** Where an address of some kind may stand: never, always, or inside of the host alone. */
type Rule = 'never' | 'always' | 'inside'

/**
 * Martians: addresses that no packet from outside has (RFC 1812 section 5.3.7). Rules are those of
 * RFC 1122 section 3.2.1.3, in the order of `ADDRESS_KIND`.
 */
export const MARTIAN_RULES: Readonly<
  Record<keyof typeof ADDRESS_KIND, { readonly source: Rule; readonly destination: Rule }>
> = {
  unicast: { source: 'always', destination: 'always' },
  // (a): a host that asks for its address sends from 0.0.0.0.
  unspecified: { source: 'always', destination: 'never' },
  // (b): only a source, while a host learns its number; no host does that any more.
  thisNetwork: { source: 'never', destination: 'never' },
  // (g): must not appear outside a host.
  loopback: { source: 'inside', destination: 'inside' },
  // Section 3.2.1.3 (d) to (f) and RFC 1112 section 6.2: many hosts do not send.
  multicast: { source: 'never', destination: 'always' },
  reserved: { source: 'never', destination: 'never' },
  broadcast: { source: 'never', destination: 'always' },
}

const ALLOWED_OUTSIDE = 1
const ALLOWED_INSIDE = 2
const BITS: Readonly<Record<Rule, number>> = {
  never: 0,
  inside: ALLOWED_INSIDE,
  always: ALLOWED_INSIDE | ALLOWED_OUTSIDE,
}

const rows = Object.values(MARTIAN_RULES)
const SOURCES = Uint8Array.from(rows, ({ source }) => BITS[source])
const DESTINATIONS = Uint8Array.from(rows, ({ destination }) => BITS[destination])

/** Whether a packet from this source is one that cannot have come so. */
export function isMartianSource(address: number, isInside: boolean): boolean {
  return (SOURCES[kindOf(address)]! & (isInside ? ALLOWED_INSIDE : ALLOWED_OUTSIDE)) === 0
}

/** Whether a packet to this destination is one that cannot have come so. */
export function isMartianDestination(address: number, isInside: boolean): boolean {
  return (DESTINATIONS[kindOf(address)]! & (isInside ? ALLOWED_INSIDE : ALLOWED_OUTSIDE)) === 0
}
