import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ADDRESS_KIND,
  BROADCAST,
  formatAddress,
  isManyHosts,
  kindOf,
  LOOPBACK,
  NO_ADDRESS,
  parseAddress,
} from '../../src/index.ts'

describe('An address', () => {
  it('is read back from its text', () => {
    const addresses = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
    fc.assert(
      fc.property(addresses, (address) => {
        expect(parseAddress(formatAddress(address))).toBe(address)
      }),
    )
  })

  it('is a signed number, as words of a memory are', () => {
    expect(parseAddress('127.0.0.1')).toBe(LOOPBACK)
    expect(parseAddress('255.255.255.255')).toBe(BROADCAST)
    expect(parseAddress('128.0.0.0')).toBe(-(2 ** 31))
    expect(formatAddress(0xc0000201)).toBe('192.0.2.1')
  })

  it.each([
    '',
    '1',
    '1.2.3',
    '1.2.3.4.5',
    '256.0.0.1',
    '1.2.3.-4',
    '01.2.3.4',
    '1.2.3.4 ',
    '1..2.3',
  ])('is none in %j', (text) => {
    expect(parseAddress(text)).toBe(NO_ADDRESS)
  })
})

/** The first and the last address of each kind, in order. */
const KINDS: readonly [string, string, keyof typeof ADDRESS_KIND][] = [
  ['0.0.0.0', '0.0.0.0', 'unspecified'],
  ['0.0.0.1', '0.255.255.255', 'thisNetwork'],
  ['1.0.0.0', '126.255.255.255', 'unicast'],
  ['127.0.0.0', '127.255.255.255', 'loopback'],
  ['128.0.0.0', '223.255.255.255', 'unicast'],
  ['224.0.0.0', '239.255.255.255', 'multicast'],
  ['240.0.0.0', '255.255.255.254', 'reserved'],
  ['255.255.255.255', '255.255.255.255', 'broadcast'],
]

describe('The kind of an address', () => {
  it.each(KINDS)('from %s to %s is %s', (first, last, kind) => {
    for (const text of [first, last]) expect(kindOf(parseAddress(text))).toBe(ADDRESS_KIND[kind])
  })

  it('is one for every address: none is left out between', () => {
    const edges = KINDS.map(([first, last]) => [
      parseAddress(first) >>> 0,
      parseAddress(last) >>> 0,
    ])
    let next = 0
    for (const [first, last] of edges) {
      expect(first).toBe(next)
      next = last! + 1
    }
    expect(next).toBe(2 ** 32)
  })

  it('says whether many hosts have it', () => {
    const many = KINDS.filter(([first]) => isManyHosts(parseAddress(first)))
    expect(many.map(([, , kind]) => kind)).toEqual(['multicast', 'broadcast'])
  })
})
