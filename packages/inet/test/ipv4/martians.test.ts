import { describe, expect, it } from 'vitest'
import {
  isMartianDestination,
  isMartianSource,
  MARTIAN_RULES,
  parseAddress,
} from '../../src/index.ts'

/** An address of each kind. */
const EXAMPLES: Readonly<Record<keyof typeof MARTIAN_RULES, string>> = {
  unicast: '192.0.2.1',
  unspecified: '0.0.0.0',
  thisNetwork: '0.1.2.3',
  loopback: '127.0.0.1',
  multicast: '224.0.0.1',
  reserved: '240.0.0.1',
  broadcast: '255.255.255.255',
}

const cases = Object.entries(EXAMPLES).flatMap(([kind, text]) =>
  [true, false].map((isInside) => ({
    kind: kind as keyof typeof MARTIAN_RULES,
    text,
    isInside,
    where: isInside ? 'from this host' : 'from outside',
  })),
)

describe('The table of martians', () => {
  it.each(cases)('holds for $kind, $where', ({ kind, text, isInside }) => {
    const address = parseAddress(text)
    const { source, destination } = MARTIAN_RULES[kind]
    const isAllowed = (rule: string) => rule === 'always' || (rule === 'inside' && isInside)
    expect(isMartianSource(address, isInside)).toBe(!isAllowed(source))
    expect(isMartianDestination(address, isInside)).toBe(!isAllowed(destination))
  })

  it('lets loopback addresses stay inside of a host (RFC 1122 section 3.2.1.3 (g))', () => {
    expect(isMartianSource(parseAddress('127.1.2.3'), false)).toBe(true)
    expect(isMartianDestination(parseAddress('127.1.2.3'), false)).toBe(true)
  })

  it('has no sender that is many hosts, and receivers that are', () => {
    expect(isMartianSource(parseAddress('224.0.0.1'), true)).toBe(true)
    expect(isMartianDestination(parseAddress('224.0.0.1'), false)).toBe(false)
  })
})
