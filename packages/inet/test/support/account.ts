import type * as Inet from '../../src/index.ts'
import { dotted } from './bytes.ts'
import { GuardedPackets, PACKET } from './guarded.ts'
import { ERROR_SOURCE } from './reference.ts'

/** The package, or one with a bug planted in it. */
export type InetModule = typeof Inet

/**
 * What the package makes of a packet, in the words of `referenceAccount`: every parser that
 * applies, and the answer if there is one. Throws when it touches what it must not.
 */
export class Accountant {
  readonly packets = new GuardedPackets()
  readonly #ip: Inet.Ipv4Header
  readonly #udp: Inet.UdpHeader
  readonly #icmp: Inet.IcmpMessage
  readonly #about: Inet.IcmpSubject
  readonly #from: number
  /** How often each verdict came, by its number. */
  readonly verdicts: number[]

  constructor(readonly inet: InetModule) {
    this.#ip = new inet.Ipv4Header()
    this.#udp = new inet.UdpHeader()
    this.#icmp = new inet.IcmpMessage()
    this.#about = new inet.IcmpSubject()
    this.#from = inet.parseAddress(ERROR_SOURCE.join('.'))
    this.verdicts = inet.REASON_NAMES.map(() => 0)
  }

  account(bytes: Uint8Array, flags: number): string {
    const { inet, packets } = this
    packets.fill(bytes, flags)
    const verdict = inet.ipv4Input(packets, PACKET, this.#ip)
    const name = this.#named(verdict)
    const isFragment = verdict === inet.REASON.ips_fragments
    if (verdict !== inet.GOOD && !isFragment) return this.#unchanged(name, bytes.length)
    const account = `${name} ${this.#header()}`
    if (isFragment) return `${account} ${this.#answer()}`
    if (this.#ip.protocol === inet.PROTOCOL.udp) return `${account} ${this.#datagram()}`
    if (this.#ip.protocol === inet.PROTOCOL.icmp) return `${account} ${this.#message()}`
    return `${account} ${this.#answer()}`
  }

  #named(verdict: Inet.Reason): string {
    const name = this.inet.nameOf(verdict)
    this.verdicts[verdict]!++
    return name
  }

  /** What is refused stays as it was. */
  #unchanged(name: string, length: number): string {
    const now = this.packets.length(PACKET)
    return now === length ? name : `${name} and ${length - now} bytes less`
  }

  #header(): string {
    const ip = this.#ip
    const { formatAddress } = this.inet
    return [
      formatAddress(ip.source),
      formatAddress(ip.destination),
      ip.protocol,
      ip.timeToLive,
      ip.typeOfService,
      ip.identification,
      ip.dontFragment,
      ip.moreFragments,
      ip.fragmentOffset,
      ip.headerBytes,
      ip.payloadBytes,
      this.packets.length(PACKET),
    ].join()
  }

  #datagram(): string {
    const { inet, packets } = this
    const udp = this.#udp
    const length = packets.length(PACKET)
    const verdict = inet.udpInput(packets, PACKET, this.#ip, udp)
    const name = this.#named(verdict)
    if (verdict !== inet.GOOD) return this.#unchanged(name, length)
    const { sourcePort, destinationPort, dataBytes, hasSum } = udp
    const left = packets.length(PACKET)
    const account = [sourcePort, destinationPort, dataBytes, hasSum, left].join()
    return `${name} ${account} ${this.#answer()}`
  }

  #message(): string {
    const { inet, packets } = this
    const icmp = this.#icmp
    const verdict = inet.icmpInput(packets, PACKET, this.#ip, icmp)
    const name = this.#named(verdict)
    if (verdict !== inet.GOOD) return name
    const { type, code, word, kind } = icmp
    const account = `${name} ${[type, code, inet.formatAddress(word)].join()}`
    if (kind === inet.ICMP_KIND.error) return `${account} ${this.#subject()}`
    return `${account} ${kind === inet.ICMP_KIND.echo ? this.#reply() : this.#answer()}`
  }

  #subject(): string {
    const { inet, packets } = this
    const about = this.#about
    const verdict = inet.readError(packets, PACKET, this.#ip, this.#icmp, about)
    const name = this.#named(verdict)
    if (verdict !== inet.GOOD) return name
    const ends = [inet.formatAddress(about.source), inet.formatAddress(about.destination)]
    const { protocol, sourcePort, destinationPort, errno, mtu } = about
    return `${name} ${[protocol, ...ends, sourcePort, destinationPort, errno, mtu].join()}`
  }

  #reply(): string {
    const { inet, packets } = this
    const verdict = inet.echoReply(packets, PACKET, this.#ip)
    return verdict === inet.GOOD ? this.#bytes() : this.#named(verdict)
  }

  #answer(): string {
    const { inet, packets } = this
    const allowed = inet.mayAnswer(packets, PACKET, this.#ip)
    if (allowed !== inet.GOOD) return this.#named(allowed)
    const { portUnreachable } = inet.PROBLEM
    const verdict = inet.icmpError(packets, PACKET, this.#ip, portUnreachable, 0, this.#from)
    return verdict === inet.GOOD ? this.#bytes() : this.#named(verdict)
  }

  /** The answer, and that the record says where it goes to. */
  #bytes(): string {
    const bytes = this.packets.bytes()
    const to = this.inet.formatAddress(this.#ip.destination)
    return to === dotted(bytes, 16) ? bytes.join() : `an answer to ${to}`
  }
}
