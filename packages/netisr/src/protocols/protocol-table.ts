import { type Address, breakFrom, type Memory, spinNow, unspin } from '@smpnet/memory'
import { BadNetisr, ProtocolMismatch } from '../terms/errors.ts'
import { Effective } from './effective.ts'
import {
  HAS_CPU,
  HAS_DRAINED,
  HAS_FLOW,
  NAME_BYTES,
  NETISR,
  PROTOCOL,
} from '../shape/netisr-layout.ts'
import type { NetisrPlan } from '../shape/netisr-plan.ts'
import {
  CPU,
  DEFAULT,
  DIRECT,
  dispatchNumber,
  HYBRID,
  policyNumber,
  SOURCE,
} from '../terms/names.ts'
import type { Protocol } from './protocol.ts'

/** A protocol as words: what all CPUs must agree on. */
interface Entry {
  readonly name: string
  readonly policy: number
  readonly dispatch: number
  readonly asked: number
  readonly has: number
}

/** What the table is to know of the netisr that it belongs to. */
export interface TableBounds {
  readonly cpus: number
  readonly threads: number
  readonly protocols: number
  readonly maxLimit: number
  readonly mayStarve: number
}

const NAME = /^[\x21-\x7e]{1,16}$/

/**
 * The protocols in words, which each isolate fills with the same. Functions cannot be words: so
 * each isolate registers all of them, the first writes what they are, and the others are checked
 * against it. The lock of the netisr protects the table. Plain code, for boot.
 */
export class ProtocolTable {
  constructor(
    readonly memory: Memory,
    readonly plan: NetisrPlan,
    readonly bounds: TableBounds,
  ) {}

  /**
   * Registers a protocol: its limit if it is new, or 0. Throws BadNetisr for what cannot be, a
   * TypeError for unknown names, ProtocolMismatch for what another CPU registered otherwise.
   */
  register(protocol: Protocol): number {
    const entry = this.#check(protocol)
    this.lock()
    try {
      if (this.isKnown(protocol.number)) {
        this.#compare(protocol.number, entry)
        return 0
      }
      this.#checkStarving({ ...entry, own: entry.dispatch }, this.defaultDispatch())
      return this.#write(protocol.number, entry)
    } finally {
      this.unlock()
    }
  }

  isKnown(number: number): boolean {
    return this.memory.load(this.plan.protocol(number) + PROTOCOL.offset.isKnown) === 1
  }

  /** What is written of a protocol. */
  entry(number: number): Entry & { readonly limit: number; readonly own: number } {
    const { memory } = this
    const at = this.plan.protocol(number)
    const read = (field: 'policy' | 'dispatch' | 'own' | 'asked' | 'has' | 'limit'): number =>
      memory.read(at + PROTOCOL.offset[field])
    return {
      name: this.#name(at + PROTOCOL.offset.name),
      policy: read('policy'),
      dispatch: read('dispatch'),
      own: read('own'),
      asked: read('asked'),
      has: read('has'),
      limit: read('limit'),
    }
  }

  /** The words of a protocol's dispatch. */
  effective(number: number): Effective {
    return new Effective(this.memory, this.plan.protocol(number))
  }

  /** The number of the default dispatch. */
  defaultDispatch(): number {
    return this.memory.read(this.plan.at + NETISR.offset.dispatch)
  }

  /** Throws a BadNetisr when some protocol that has none of its own would starve with it. */
  setDefaultDispatch(dispatch: number): void {
    this.lock()
    try {
      for (let number = 0; number < this.bounds.protocols; number++) {
        if (this.isKnown(number)) this.#checkStarving(this.entry(number), dispatch)
      }
      this.memory.store(this.plan.at + NETISR.offset.dispatch, dispatch)
      for (let number = 0; number < this.bounds.protocols; number++) {
        if (!this.isKnown(number) || this.entry(number).own !== DEFAULT) continue
        this.effective(number).change(dispatch)
      }
    } finally {
      this.unlock()
    }
  }

  /**
   * Sets the dispatch of one protocol, or, by DEFAULT, lets it have the default one. Throws a
   * BadNetisr when it would starve.
   */
  setDispatch(number: number, dispatch: number): void {
    this.lock()
    try {
      const effective = dispatch === DEFAULT ? this.defaultDispatch() : dispatch
      this.#checkStarving({ ...this.entry(number), own: dispatch }, effective)
      this.memory.write(this.plan.protocol(number) + PROTOCOL.offset.own, dispatch)
      this.effective(number).change(effective)
    } finally {
      this.unlock()
    }
  }

  /** Notes the limit of a protocol's queues; 0 for the default limit, which is returned then. */
  setLimit(number: number, limit: number): void {
    this.memory.write(this.plan.protocol(number) + PROTOCOL.offset.limit, limit)
  }

  lock(): void {
    spinNow(this.memory, this.plan.at + NETISR.offset.lock, 'the lock of a table of protocols')
  }

  unlock(): void {
    unspin(this.memory, this.plan.at + NETISR.offset.lock)
  }

  /**
   * Lets the lock go if it is `ended`'s (`holderOf`), which has ended. A protocol that it had not
   * registered wholly is not known, and can be registered by others.
   */
  breakFrom(ended: number): void {
    breakFrom(this.memory, this.plan.at + NETISR.offset.lock, ended, () => {})
  }

  #check(protocol: Protocol): Entry {
    const { number, name, policy = 'source', dispatch, limit } = protocol
    const { protocols, maxLimit } = this.bounds
    if (!NAME.test(name)) {
      throw new BadNetisr(
        `protocol ${number}: expected a name of 1 to ${NAME_BYTES} visible characters of ASCII, ` +
          `came '${name}'`,
      )
    }
    expectIn(name, 'number', number, 0, protocols - 1)
    if (limit !== undefined) expectIn(name, 'limit', limit, 1, maxLimit)
    const entry = {
      name,
      policy: policyNumber(policy),
      dispatch: dispatch === undefined ? DEFAULT : dispatchNumber(dispatch),
      asked: limit ?? 0,
      has: functionsOf(protocol),
    }
    if (entry.policy === CPU && protocol.cpu === undefined) {
      throw new BadNetisr(`protocol ${name}: expected a function cpu with policy cpu, came none`)
    }
    return entry
  }

  /**
   * With one worker for several CPUs, hybrid dispatch handles what comes on its CPU there and sends
   * all the rest to it: the others would never handle what is meant to be spread over them.
   */
  #checkStarving(entry: Entry & { readonly own: number }, defaultDispatch: number): void {
    const { cpus, threads, mayStarve } = this.bounds
    const dispatch = entry.own === DEFAULT ? defaultDispatch : entry.own
    if (mayStarve > 0) return
    const starves = dispatch === HYBRID && threads === 1 && cpus > 1 && entry.policy !== SOURCE
    if (!starves) return
    throw new BadNetisr(
      `protocol ${entry.name}: expected more than 1 thread for hybrid dispatch with policy ` +
        `${entry.policy === CPU ? 'cpu' : 'flow'} over ${cpus} CPUs, which starve otherwise: ` +
        'every packet would go to the one workstream; came threads: 1 (mayStarve lets it be)',
    )
  }

  #compare(number: number, entry: Entry): void {
    const known = this.entry(number)
    for (const field of ['name', 'policy', 'dispatch', 'asked', 'has'] as const) {
      if (known[field] === entry[field]) continue
      throw new ProtocolMismatch(
        `protocol ${number}, ${entry.name}, is the same on every CPU: its ${WHAT[field]} was ` +
          `${known[field]} when another registered it, and ${entry[field]} came`,
      )
    }
  }

  #write(number: number, entry: Entry): number {
    const { memory } = this
    const at = this.plan.protocol(number)
    for (const field of ['policy', 'dispatch', 'asked', 'has'] as const) {
      memory.write(at + PROTOCOL.offset[field], entry[field])
    }
    memory.write(at + PROTOCOL.offset.own, entry.dispatch)
    for (let i = 0; i < entry.name.length; i++) {
      memory.write8(at + PROTOCOL.offset.name + i, entry.name.charCodeAt(i))
    }
    const limit = entry.asked || memory.load(this.plan.at + NETISR.offset.limit)
    this.setLimit(number, limit)
    this.effective(number).begin(entry.dispatch || this.defaultDispatch())
    memory.store(at + PROTOCOL.offset.isKnown, 1)
    return limit
  }

  #name(at: Address): string {
    let name = ''
    for (let i = 0; i < NAME_BYTES; i++) {
      const code = this.memory.read8(at + i)
      if (code !== 0) name += String.fromCharCode(code)
    }
    return name
  }
}

const WHAT = {
  name: 'name',
  policy: `policy, in which ${SOURCE} is source,`,
  dispatch: `dispatch, in which ${DEFAULT} is the default and ${DIRECT} direct,`,
  asked: 'limit, in which 0 is the default,',
  has: `set of functions, of flow ${HAS_FLOW}, cpu ${HAS_CPU} and drained ${HAS_DRAINED},`,
}

function functionsOf({ flow, cpu, drained }: Protocol): number {
  return (flow ? HAS_FLOW : 0) | (cpu ? HAS_CPU : 0) | (drained ? HAS_DRAINED : 0)
}

function expectIn(name: string, what: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  throw new BadNetisr(
    `protocol ${name}: expected a ${what} from ${least} to ${most}, came ${value}`,
  )
}
