import { BadNetisr, UnknownProtocol } from '../terms/errors.ts'
import { DEFAULT, dispatchNumber, policyNumber } from '../terms/names.ts'
import type { Protocol } from './protocol.ts'
import type { ProtocolTable } from './protocol-table.ts'

/** A protocol as this isolate knows it: what is constant of its words, and its functions. */
export interface Registered extends Protocol {
  readonly policyNumber: number
  /** Of its own dispatch; 0 for none. */
  readonly dispatchNumber: number
}

/** The protocols that this isolate has registered, by number: functions, which no word can hold. */
export class Registry {
  readonly #registered: (Registered | undefined)[] = []

  constructor(readonly table: ProtocolTable) {}

  /** Registers a protocol: the limit of its queues if it is new to all CPUs, or 0. */
  add(protocol: Protocol): number {
    const { number, name, policy = 'source', dispatch } = protocol
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
      dispatchNumber: dispatch === undefined ? DEFAULT : dispatchNumber(dispatch),
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

  /** The number of the dispatch that counts for a protocol now. */
  dispatchOf({ dispatchNumber: own }: Registered): number {
    return own === DEFAULT ? this.table.defaultDispatch() : own
  }
}
