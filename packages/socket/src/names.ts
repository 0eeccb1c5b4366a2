import {
  type Address,
  type Arena,
  came,
  expectHandle,
  type HandleKind,
  layout,
  type Memory,
  SETTLE,
  SpinLock,
  word,
  type Waiting,
} from '@smpnet/memory'
import { MOST_NAME_BYTES, NameTable, type Named } from './name-table.ts'

const NAMES = layout('names', {
  /** (x) The spin lock of the table. */
  lock: word('x', 'names'),
})

const HANDLE: HandleKind = { of: 'names', fields: { at: 'address', count: 'count' } }

/** What another thread needs to open a table of names; it can be cloned and posted. */
export interface NamesHandle {
  readonly at: Address
  readonly count: number
}

/** Of a try: another holds the lock, or time is simulated. No other result. */
export const HELD = -3

/** The socket that is bound to a name. */
export interface Bound {
  readonly at: Address
  readonly generation: number
}

/** Made when it is first needed: a host without it may load the package. */
let text: InstanceType<typeof TextEncoder> | undefined
/** The name that was asked for last: a thread that connects again and again has one. */
let last: { readonly name: string; readonly bytes: Uint8Array } | undefined

/** A name in bytes. Throws a TypeError for what is no text, a RangeError for none or too much. */
export function nameBytes(name: string): Uint8Array {
  if (typeof name !== 'string') {
    throw new TypeError(`the name of a socket is a text: ${came(name)} came`)
  }
  if (last?.name === name) return last.bytes
  const bytes = (text ??= new TextEncoder()).encode(name)
  if (bytes.length >= 1 && bytes.length <= MOST_NAME_BYTES) {
    last = { name, bytes }
    return bytes
  }
  throw new RangeError(
    `the name of a socket has 1 to ${MOST_NAME_BYTES} bytes of UTF-8: ${bytes.length} came`,
  )
}

/**
 * The names of sockets under a spin lock of their own, for as long as it takes to look through the
 * table.
 */
export class Names {
  readonly #lock: SpinLock
  readonly #table: NameTable

  constructor(
    readonly memory: Memory,
    readonly handle: NamesHandle,
    /** Which use of a pair is under way: see `Pool.useOf`. */
    readonly useOf: (pair: Address) => number,
  ) {
    expectHandle(HANDLE, handle, memory)
    this.#lock = new SpinLock(memory, handle.at + NAMES.offset.lock, 'the table of names')
    const isInUse = (pair: Address, use: number) => this.useOf(pair) === use
    this.#table = new NameTable(memory, handle.at + NAMES.size, handle.count, isInUse)
  }

  static place(arena: Arena, count: number): NamesHandle {
    return { at: arena.place('names', Names.bytes(count)), count }
  }

  static bytes(count: number): number {
    return NAMES.size + NameTable.bytes(count)
  }

  /**
   * Binds a pair to a name: the number of its slot, from 1; 0 if another has the name, -1 if all
   * slots are in use. `tell` is told of the number before others can find the pair.
   */
  *bind(name: Uint8Array, bound: Bound, tell: (slot: number) => void): Waiting<number> {
    yield* this.#lock.enter()
    const slot = this.#table.bind(name, namedBy(bound), tell)
    this.#lock.exit()
    return slot
  }

  /** The socket that is bound to a name, or undefined. */
  *find(name: Uint8Array): Waiting<Bound | undefined> {
    yield* this.#lock.enter()
    return this.#bound(name)
  }

  /** The same at once, on live memory; HELD, having done nothing, where that cannot be. */
  tryFind(name: Uint8Array): Bound | undefined | typeof HELD {
    return this.memory.isSimulated || !this.#lock.tryEnter() ? HELD : this.#bound(name)
  }

  /** What is bound to a name, for a holder of the lock, that lets it go. */
  #bound(name: Uint8Array): Bound | undefined {
    const named = this.#table.find(name)
    this.#lock.exit()
    return named === undefined ? undefined : { at: named.at, generation: named.use }
  }

  /** Frees a slot, if that use of a pair is bound to it. */
  *forget(slot: number, bound: Bound): Waiting {
    while (!this.memory.settled()) yield SETTLE
    yield* this.#lock.enter()
    this.#table.forget(slot, namedBy(bound))
    this.#lock.exit()
  }

  /** Names in use. Exact when nobody binds or forgets meanwhile. */
  inUse(): number {
    return this.#table.inUse()
  }

  /** Lets the lock go if a thread held it that has ended. */
  recover(ended: number): boolean {
    return this.#lock.breakFrom(ended, () => {})
  }
}

function namedBy({ at, generation }: Bound): Named {
  return { at, use: generation }
}
