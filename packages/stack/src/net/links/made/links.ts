import { PACKET_FLAG } from '@smpnet/inet'
import type { Cpu } from '@smpnet/machine'
import type { Memory } from '@smpnet/memory'
import { Mbufs } from '@smpnet/mbuf'
import type { Netisr } from '@smpnet/netisr'
import { bareOf } from '../../../config/links/check-links.ts'
import type { InterfaceConfig } from '../../../config/links/interfaces-of.ts'
import type { LinkConfig } from '../../../config/links/link-config.ts'
import { Capture, CapturedInput } from '../capture/capture.ts'
import { observed } from '../capture/observed.ts'
import { CaptureRings, type Tap } from '../capture/tap.ts'
import type { Link } from '../link.ts'
import { type LinkInput, NetisrInput } from '../link-input.ts'
import { Loopback } from '../loopback.ts'
import { Wire } from '../wire/wire.ts'
import type { LinksHandle } from './links-handle.ts'

const ALL_SUMS = PACKET_FLAG.ipSumNeeded | PACKET_FLAG.sumNeeded

export interface LinksOptions {
  readonly links: Readonly<Record<string, LinkConfig>>
  /** Whether what goes out by a loopback is handled by the sender's thread: see `Loopback`. */
  readonly dispatches: boolean
}

/**
 * The links of one isolate, as its configuration wraps them. A packet goes out by the interface of
 * a number; what comes in by a wire goes through the same captures to netisr.
 */
export class Links {
  /** By number. */
  readonly interfaces: readonly Link[]
  readonly wires: readonly Wire[]
  /** What is captured of all CPUs, as an observer sees it; undefined where nothing is. */
  readonly captures: CaptureRings | undefined
  readonly #observedMbufs: Mbufs | undefined

  constructor(
    readonly memory: Memory,
    readonly handle: LinksHandle,
    readonly mbufs: Mbufs,
    readonly netisr: Netisr,
    readonly options: LinksOptions,
  ) {
    this.wires = handle.wires.map((wire) => new Wire(memory, wire, mbufs))
    if (handle.capture !== undefined) {
      const seen = observed(memory)
      this.captures = new CaptureRings(seen, handle.capture)
      this.#observedMbufs = seen === memory ? mbufs : Mbufs.open(seen, mbufs.handle)
    }
    this.interfaces = handle.interfaces.map((each) => {
      const link = this.#bare(each)
      const tap = this.#tapOf(each)
      return tap === undefined ? link : new Capture(link, tap)
    })
  }

  /** Has a CPU of this isolate, which boots, take what arrives at the ends that are its own. */
  drive(cpu: Cpu): void {
    for (const wire of this.wires) {
      const [one, other] = wire.handle.ends
      wire.drive(cpu, [this.#inputOf(one.index), this.#inputOf(other.index)])
    }
  }

  #bare(each: InterfaceConfig): Link {
    const { links, dispatches } = this.options
    const config = bareOf(links[each.link]!)
    if (config.kind === 'loopback') {
      const { name, index } = each
      const { mtu } = config
      const offload = config.checksums === 'offloaded' ? ALL_SUMS : 0
      return new Loopback(this.mbufs, this.netisr, { name, index, dispatches, mtu, offload })
    }
    const ends = this.wires.flatMap((wire) => wire.ends)
    return ends.find(({ name }) => name === each.name)!
  }

  #inputOf(index: number): LinkInput {
    const input = new NetisrInput(this.netisr)
    const tap = this.#tapOf(this.handle.interfaces[index]!)
    return tap === undefined ? input : new CapturedInput(input, tap)
  }

  #tapOf({ name, isCaptured }: InterfaceConfig): Tap | undefined {
    if (!isCaptured) return undefined
    const captures = this.captures!
    return captures.tap(this.#observedMbufs!, captures.handle.links.indexOf(name), this.memory)
  }
}
