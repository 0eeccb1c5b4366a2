import type { Address, Interrupt } from '@smpnet/memory'
import type { Cpu } from '@smpnet/machine'
import { type Outcome, WAIT } from '@smpnet/netisr'
import type { Waiting } from '@smpnet/park'
import type { Thread } from '@smpnet/scheduler'
import type { Link } from '../link.ts'
import type { LinkInput } from '../link-input.ts'
import { DIRECTION } from '../pcapng/pcapng-writer.ts'
import type { Tap } from './tap.ts'

/**
 * A link before another that captures what goes out, as it is handed on: a packet that the link
 * then drops is in the capture, as with tcpdump, and one that it does not take yet is not.
 */
export class Capture implements Link {
  readonly name: string
  readonly mtu: number
  readonly offload: number

  constructor(
    readonly link: Link,
    readonly tap: Tap,
  ) {
    this.name = link.name
    this.mtu = link.mtu
    this.offload = link.offload
  }

  tryOutput(td: Thread, packet: Address): Outcome {
    const { link, tap } = this
    // What is in vain costs nothing in simulated time.
    if (!tap.memory.settled()) return WAIT
    const cpu = td.pcpu
    const before = tap.reserve(cpu, packet, DIRECTION.outbound)
    const outcome = link.tryOutput(td, packet)
    if (outcome === WAIT) tap.takeBack(cpu, before)
    else tap.publish(cpu, before)
    return outcome
  }

  /** Not a generator itself: its caller waits for the link's, and for nothing here. */
  output(td: Thread, packet: Address): Waiting<Outcome> {
    this.tap.capture(td.pcpu, packet, DIRECTION.outbound)
    return this.link.output(td, packet)
  }
}

/** The same for what comes in. */
export class CapturedInput implements LinkInput {
  constructor(
    readonly input: LinkInput,
    readonly tap: Tap,
  ) {}

  comeIn(cpu: Cpu, irq: Interrupt, packet: Address, link: number): Outcome {
    this.tap.capture(cpu, packet, DIRECTION.inbound)
    return this.input.comeIn(cpu, irq, packet, link)
  }
}
