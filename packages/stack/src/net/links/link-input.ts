import type { Address, Interrupt } from '@smpnet/memory'
import type { Cpu } from '@smpnet/machine'
import { type Netisr, type Outcome, PROTOCOL_NUMBER } from '@smpnet/netisr'

/**
 * What a link hands packets to that come in: if_input. As links stand before others on the way out,
 * inputs stand before others on the way in.
 */
export interface LinkInput {
  /**
   * Takes a packet in an interrupt of `cpu` that has come by the link of a number: QUEUED or DONE,
   * or DROPPED, and then its caller has the packet.
   */
  comeIn(cpu: Cpu, irq: Interrupt, packet: Address, link: number): Outcome
}

/** Queues what comes in for the protocols, on the CPU that netisr chooses. */
export class NetisrInput implements LinkInput {
  constructor(readonly netisr: Netisr) {}

  comeIn(_cpu: Cpu, irq: Interrupt, packet: Address, link: number): Outcome {
    return this.netisr.queueNow(irq, PROTOCOL_NUMBER.ip, link, packet)
  }
}
