import { Actions, IcmpMessage, IcmpSubject, Ipv4Header, UdpHeader } from '@smpnet/inet'

/**
 * The records of one packet on its way through the protocols. Plain code uses one again and again,
 * since it is done with a packet before anything else runs; a generator takes one of its own,
 * which it keeps while it waits.
 */
export class Way {
  readonly ip = new Ipv4Header()
  readonly udp = new UdpHeader()
  readonly icmp = new IcmpMessage()
  readonly about = new IcmpSubject()
  readonly actions = new Actions()
  /** The number of the link that a route leads to. */
  link = 0
}

/** The ways of an isolate: as many are made as packets were once under way at the same time. */
export class Ways {
  readonly #free: Way[] = []

  take(): Way {
    return this.#free.pop() ?? new Way()
  }

  giveBack(way: Way): void {
    way.actions.clear()
    this.#free.push(way)
  }
}
