import type { Effective } from './effective.ts'
import { BadNetisr, UnknownProtocol } from '../terms/errors.ts'
import { expectNames, type NamesOf } from '../terms/expect-options.ts'
import { policyNumber } from '../terms/names.ts'
import type { Protocol } from './protocol.ts'
import type { ProtocolTable } from './protocol-table.ts'

/** A protocol as this isolate knows it: what is constant of its words, and its functions. */
export interface Registered extends Protocol {
  readonly policyNumber: number
  /** The dispatch that counts for it. */
  readonly effective: Effective
}

const NAMES: NamesOf<Required<Protocol>> = {
  number: true,
  name: true,
  policy: true,
  dispatch: true,
  limit: true,
  handler: true,
  flow: true,
  cpu: true,
  drained: true,
}

/** The protocols that this isolate has registered, by number: functions, which no word can hold. */
export class Registry {
  readonly #registered: (Registered | undefined)[] = []

  constructor(readonly table: ProtocolTable) {}

  /** Registers a protocol: the limit of its queues if it is new to all CPUs, or 0. */
  add(protocol: Protocol): number {
    expectNames('a protocol', protocol, NAMES)
    const { number, name, policy = 'source' } = protocol
    const before = this.#registered[number]
    if (before !== undefined) {
      throw new BadNetisr(
        `protocol ${name}: expected a number that is free here, came ${number}, ` +
          `which is that of ${before.name}`,
      )
    }
    const limit = this.table.register(protocol)
    this.#registered[number] = {
      ...protocol,
      policyNumber: policyNumber(policy),
      effective: this.table.effective(number),
    }
    return limit
  }

  /** Throws an UnknownProtocol for a number that was not registered here. */
  known(number: number): Registered {
    const known = this.#registered[number]
    if (known !== undefined) return known
    const names = this.#registered.flatMap((one) => (one ? [`${one.number} (${one.name})`] : []))
    throw new UnknownProtocol(
      `protocol ${number}: expected one that this CPU has registered, which are ` +
        `${names.join(', ') || 'none'}`,
    )
  }
}
