import type { InetModule } from './account.ts'
import { digits, put16, u16 } from './bytes.ts'
import { Chance } from './chance.ts'
import { GuardedPackets, PACKET } from './guarded.ts'
import { makeUdp, type MadeUdp, pseudoOf, sumIpv4 } from './made.ts'

/**
 * Sends `count` datagrams in every way and compares their bytes with ones made by hand; then
 * forwards them. Throws at the first difference.
 */
export function checkOutput(inet: InetModule, seed: number, count: number): number {
  const sender = new Sender(inet)
  const chance = new Chance(seed)
  for (let i = 0; i < count; i++) {
    const made = randomDatagram(chance)
    sender.sends(made, chance.below(3), chance.once(2))
    sender.forwards(made, 28 + chance.below(60))
  }
  return count
}

function randomDatagram(chance: Chance): Required<Omit<MadeUdp, 'options'>> {
  const octets = () => [1 + chance.below(126), chance.below(256), chance.below(256), 1]
  return {
    source: octets(),
    destination: octets(),
    protocol: 17,
    ttl: chance.below(256),
    tos: chance.below(256),
    id: chance.below(65536),
    fragment: chance.one([0, 0x4000]),
    sourcePort: chance.below(65536),
    destinationPort: 1 + chance.below(65535),
    data: Uint8Array.from({ length: chance.below(40) }, () => chance.below(256)),
    behind: 0,
    hasSum: true,
    padding: 0,
    payload: new Uint8Array(0),
  }
}

class Sender {
  readonly #packets = new GuardedPackets()

  constructor(readonly inet: InetModule) {}

  /** How it is summed is a number of UDP_SUM: here, by the link, or not. */
  sends(made: MadeUdp, how: number, linkSums: boolean): void {
    const { inet } = this
    const packets = this.#packets
    const { ip, udp } = this.#records(made)
    const offload = linkSums ? inet.PACKET_FLAG.ipSumNeeded : 0
    packets.fill(made.data!)
    expectSame('verdict', inet.udpOutput(packets, PACKET, udp, ip, how), inet.GOOD)
    const total = made.data!.length + 28
    const tooSmall = { mtu: total - 1, offload }
    const refusal = inet.ipv4Output(packets, PACKET, ip, tooSmall)
    expectSame('verdict', refusal, inet.REASON.ips_cantfrag)
    expectSame('figures', [ip.expected, ip.came].join(), [total - 1, total].join())
    const verdict = inet.ipv4Output(packets, PACKET, ip, { mtu: total, offload })
    expectSame('verdict', verdict, inet.GOOD)
    const whole = makeUdp({ ...made, hasSum: how !== inet.UDP_SUM.none })
    if (how === inet.UDP_SUM.offloaded || linkSums) this.#owes(whole, how, linkSums)
    expectSame('bytes', digits(packets.bytes()), digits(whole))
    expectSame('flags', packets.flags(PACKET), 0)
  }

  /** It owes what the link fills in, and then owes nothing. */
  #owes(whole: Uint8Array, how: number, linkSums: boolean): void {
    const { inet } = this
    const packets = this.#packets
    const isOffloaded = how === inet.UDP_SUM.offloaded
    const owing = whole.slice()
    if (linkSums) put16(owing, 10, 0)
    if (isOffloaded) put16(owing, 26, pseudoOf(whole, u16(whole, 24)))
    expectSame('bytes', digits(packets.bytes()), digits(owing))
    const { ipSumNeeded, sumNeeded } = inet.PACKET_FLAG
    const flags = (linkSums ? ipSumNeeded : 0) | (isOffloaded ? sumNeeded : 0)
    expectSame('flags', packets.flags(PACKET), flags)
    inet.completeSums(packets, PACKET, new inet.Ipv4Header())
  }

  forwards(made: MadeUdp, mtu: number): void {
    const { inet } = this
    const packets = this.#packets
    const ip = new inet.Ipv4Header()
    const bytes = makeUdp(made)
    packets.fill(bytes)
    expectSame('verdict', inet.ipv4Input(packets, PACKET, ip), inet.GOOD)
    const verdict = inet.nameOf(inet.ipv4Forward(packets, PACKET, ip, mtu))
    if (made.ttl! <= 1) expectSame('verdict', verdict, 'ips_ttl')
    else if (bytes.length > mtu) expectSame('verdict', verdict, 'ips_cantfrag')
    else {
      expectSame('verdict', verdict, 'good')
      bytes[8]!--
      sumIpv4(bytes)
      expectSame('hops', ip.timeToLive, made.ttl! - 1)
    }
    expectSame('bytes', digits(packets.bytes()), digits(bytes))
  }

  #records(made: MadeUdp) {
    const { inet } = this
    const ip = new inet.Ipv4Header()
    const udp = new inet.UdpHeader()
    ip.source = inet.parseAddress(made.source!.join('.'))
    ip.destination = inet.parseAddress(made.destination!.join('.'))
    ip.timeToLive = made.ttl!
    ip.typeOfService = made.tos!
    ip.identification = made.id!
    ip.dontFragment = made.fragment === 0x4000
    udp.sourcePort = made.sourcePort!
    udp.destinationPort = made.destinationPort!
    return { ip, udp }
  }
}

function expectSame<T>(what: string, came: T, expected: T): void {
  if (came !== expected) throw new Error(`${what}: expected ${expected}, came ${came}`)
}
