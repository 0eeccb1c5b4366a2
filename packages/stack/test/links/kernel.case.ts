import { expect } from 'vitest'
import { capture, loopback, type Program, type StackInput, wire } from '../../src/index.ts'
import type { CaptureReader } from '../../src/index.ts'
import { type Account, NOTHING_IN_USE } from '../net/account.ts'
// @ts-expect-error: a module of plain JavaScript, as workers load it
import { udpLinks } from '../fixtures/udp-links.mjs'
import { dissect, field, HAS_TSHARK, type Layers } from './support/tshark.ts'

/** What a program with peers at an address is told, and what it reports. */
export interface LinkPlan {
  readonly to: string
  readonly from?: string
  readonly trips: number
  readonly bytes: number
}

export interface LinkAccount extends Account {
  readonly address: number
  readonly refused: unknown
  /** Nanoseconds of each round trip. */
  readonly times: readonly number[]
}

export const program = udpLinks as Program<LinkPlan>

export const ADDRESSES = {
  wire0a: { inet: '10.0.0.1', destination: '10.0.0.2' },
  wire0b: { inet: '10.0.0.2', destination: '10.0.0.1' },
} as const

/** A kernel whose loopback and wire are both captured, whole packets. */
export const CAPTURED: Omit<StackInput, 'machine'> = {
  links: {
    lo0: capture(loopback()),
    wire0: capture(wire({ bitsPerSecond: 1e9, delayNs: 20_000 })),
  },
  addresses: ADDRESSES,
  captures: { snapBytes: 2048, ringBytes: 1 << 20 },
}

/** Datagrams of a plan that go out: those of round trips, and the one that is refused. */
export const sentBy = ({ trips }: LinkPlan): number => 2 * trips + 1

/** Nothing has leaked, and what a port that nobody has was sent came back as an error. */
export function expectWhole(account: LinkAccount, plan: LinkPlan): void {
  expect(account).toMatchObject(NOTHING_IN_USE)
  expect(account.refused).toBe('ECONNREFUSED')
  expect(account.times).toHaveLength(plan.trips)
  const { udps_opackets, icps_error, ips_localout } = account.statistics.counters
  expect([udps_opackets, icps_error]).toEqual([sentBy(plan), 1])
  expect(ips_localout).toBe(sentBy(plan) + 1)
}

/** What Wireshark says of a capture is what the kernel has counted. */
export function expectDissected(
  reader: CaptureReader,
  account: LinkAccount,
  plan: LinkPlan,
): void {
  if (!HAS_TSHARK) throw new Error('asked without a tshark')
  const { packets, expert } = dissect(reader.file())
  const { counters, wires } = account.statistics
  const isWire = plan.to !== '127.0.0.1'
  const arrived = wires.reduce((sum, { arrived: of }) => sum + of, 0)
  expect(packets).toHaveLength(counters['ips_localout']! + arrived)
  expect(arrived).toBe(isWire ? counters['ips_localout'] : 0)
  expect(expert).not.toMatch(/Errors|Warns|Malformed/)
  const of = (name: string): Layers[] => packets.filter((layers) => layers[name] !== undefined)
  const times = isWire ? 2 : 1
  expect(of('icmp')).toHaveLength(times * counters['icps_error']!)
  expect(of('udp')).toHaveLength(times * counters['udps_opackets']!)
  for (const layers of packets) {
    const sums = ['ip', 'udp', 'icmp'].flatMap((name) => {
      return layers[name] === undefined ? [] : [field(layers, `${name}.checksum.status`)]
    })
    expect(sums.filter((status) => status !== '1')).toEqual([])
    expect(sums.length).toBeGreaterThanOrEqual(2)
  }
  for (const layers of of('icmp')) {
    expect([field(layers, 'icmp.type'), field(layers, 'icmp.code')]).toEqual(['3', '3'])
    expect(field(layers, 'ip.src')).toBe(plan.to)
  }
}
