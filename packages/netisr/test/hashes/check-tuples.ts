import { LiveMemory, newShared } from '@smpnet/memory'
import { expectSame, hex } from '../support/expected.ts'
import type * as parts from '../support/parts.ts'

type Parts = typeof parts

const MACS = '020000000001 020000000002'
const V4 = (fields: string, protocol = '06') =>
  `45000028 0001${fields} 40${protocol}0000 c0000201 c6336407`
const PORTS = '1388 0050'
const COOKED2 = '0800 0000 00000001 0001 00 06 0200000000010000'
const V6 = (next: string, rest: string) => `60000000 0014${next}40
  20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002 ${rest}`

/** Link type, frame, and where the addresses are, how many bytes, the ports and the protocol. */
type Case = readonly [what: string, link: number, frame: string, Found | undefined]
type Found = readonly [addresses: number, bytes: number, ports: number, protocol: number]

const CASES: readonly Case[] = [
  ['Ethernet', 1, `${MACS} 0800 ${V4('0000')} ${PORTS}`, [26, 8, 34, 6]],
  ['a VLAN', 1, `${MACS} 8100 0005 0800 ${V4('0000')} ${PORTS}`, [30, 8, 38, 6]],
  ['two VLANs', 1, `${MACS} 88a8 0005 8100 0006 86dd ${V6('11', PORTS)}`, [30, 32, 62, 17]],
  ['a raw packet', 101, `${V4('0000', '11')} ${PORTS}`, [12, 8, 20, 17]],
  ['a raw packet of a BSD', 12, `${V4('4000')} ${PORTS}`, [12, 8, 20, 6]],
  ['a loopback', 0, `02000000 ${V4('0000')} ${PORTS}`, [16, 8, 24, 6]],
  ['a loopback, IPv6', 108, `0000001e ${V6('06', PORTS)}`, [12, 32, 44, 6]],
  ['Linux', 113, `0000 0001 0006 020000000001 0000 0800 ${V4('0000')} ${PORTS}`, [28, 8, 36, 6]],
  ['Linux, the second kind', 276, `${COOKED2} ${V4('0000')}`, [32, 8, -1, 6]],
  ['options', 101, `46${V4('0000').slice(2)} 01010101 ${PORTS}`, [12, 8, 24, 6]],
  ['a first fragment', 101, `${V4('2000')} ${PORTS}`, [12, 8, -1, 6]],
  ['a later fragment', 101, `${V4('0001')} ${PORTS}`, [12, 8, -1, 6]],
  ['ICMP', 101, `${V4('0000', '01')} 0800 0000`, [12, 8, -1, 1]],
  ['a packet cut within its ports', 101, `${V4('0000')} 1388 00`, [12, 8, -1, 6]],
  [
    'extension headers',
    101,
    V6('00', `2b000000 00000000 06000000 00000000 ${PORTS}`),
    [8, 32, 56, 6],
  ],
  ['a longer one', 101, V6('3c', `06010000 ${'00000000'.repeat(3)} ${PORTS}`), [8, 32, 56, 6]],
  ['authentication', 101, V6('33', `06040000 ${'00000000'.repeat(5)} ${PORTS}`), [8, 32, 64, 6]],
  ['a fragment of IPv6', 101, V6('2c', `06000001 00000000 ${PORTS}`), [8, 32, -1, 44]],
  ['an extension that is cut', 101, V6('00', '06'), [8, 32, -1, 0]],
  ['ARP', 1, `${MACS} 0806 0001 0800`, undefined],
  ['a frame that is too short', 1, `${MACS} 08`, undefined],
  ['a VLAN that is too short', 1, `${MACS} 8100 0005 08`, undefined],
  ['a header that is too short', 101, V4('0000').slice(0, -2), undefined],
  ['a length of header that cannot be', 101, `44${V4('0000').slice(2)} ${PORTS}`, undefined],
  ['IPv6 that is too short', 101, V6('06', '').trimEnd().slice(0, -2), undefined],
  ['no version', 101, '75'.repeat(40), undefined],
  ['nothing', 101, '', undefined],
  ['another link type', 105, `${V4('0000')} ${PORTS}`, undefined],
]

/** That tuples are found where they are; throws at the first that is not. */
export function checkTuples(parts: Parts): number {
  const tuple = new parts.FlowTuple()
  const memory = new LiveMemory(newShared(4096))
  for (const [what, link, text, expected] of CASES) {
    const frame = hex(text)
    const isFound = parts.frameTuple(link, guarded(parts, frame), frame.length, tuple)
    expectSame(`${what}: whether it is found`, isFound, expected !== undefined)
    expectSame(what, found(tuple), expected ?? [tuple.addresses, 0, -1, tuple.protocol])
    if (link !== 101 || expected === undefined) continue
    memory.copyIn(67, frame, 0, frame.length)
    parts.ipTuple(memory, 67, 67 + frame.length, tuple)
    const [addresses, bytes, ports, protocol] = expected
    const there = [addresses + 67, bytes, ports < 0 ? -1 : ports + 67, protocol]
    expectSame(`${what}, in memory`, found(tuple), there)
  }
  checkFlows(parts)
  return CASES.length
}

/** Bytes of which none behind the end may be read. */
function guarded(parts: Parts, frame: Uint8Array): InstanceType<Parts['ArrayBytes']> {
  const array = new parts.ArrayBytes(frame)
  const guard = (at: number, bytes: number): void => {
    if (at + bytes <= frame.length) return
    throw new Error(`expected bytes below ${frame.length} to be read, came ${at + bytes - 1}`)
  }
  for (const [name, bytes] of [
    ['read8', 1],
    ['read16be', 2],
    ['read32be', 4],
  ] as const) {
    const read = array[name].bind(array)
    array[name] = (at) => (guard(at, bytes), read(at))
  }
  return array
}

function found({ addresses, addressBytes, ports, protocol }: InstanceType<Parts['FlowTuple']>) {
  return [addresses, addressBytes, ports, protocol]
}

/** A packet's flow is that of its words, and fragments have that of their addresses. */
function checkFlows(parts: Parts): void {
  const toeplitz = new parts.Toeplitz(parts.standardKey())
  const flowOf = (text: string): number => {
    const frame = hex(text)
    const array = new parts.ArrayBytes(frame)
    const tuple = new parts.FlowTuple()
    parts.frameTuple(101, array, frame.length, tuple)
    return parts.flowOfTuple(toeplitz, array, tuple)
  }
  const [from, to] = [0xc0000201, 0xc6336407]
  const whole = parts.flowNumber(toeplitz.tuple(from, to, 0x1388, 0x50))
  expectSame('a flow', flowOf(`${V4('0000')} ${PORTS}`), whole)
  const cut = parts.flowNumber(toeplitz.addresses(from, to))
  expectSame('a fragment', flowOf(`${V4('2000')} ${PORTS}`), cut)
  const all = hex(V6('06', PORTS))
  const six = parts.flowNumber(toeplitz.hash(all, 8, 36))
  expectSame('a flow of IPv6', flowOf(V6('06', PORTS)), six)
  expectSame('no packet', flowOf('75'.repeat(40)), 0)
}
