import {
  type Address,
  type Arena,
  came,
  expectHandle,
  type HandleKind,
  layout,
  type Memory,
  NIL,
  SETTLE,
  SpinLock,
  word,
  type Waiting,
  words,
} from '@smpnet/memory'

/** Bytes of the longest name: those of FreeBSD's `sun_path`. */
export const MOST_NAME_BYTES = 104

const NAMES = layout('names', {
  /** (x) The spin lock of the table. */
  lock: word('x', 'names'),
})

const NAME = layout('name', {
  /** (m) The pair that is bound to it, or NIL, which says that the rest means nothing. */
  pair: word('m', 'name'),
  /** (m) Which use of the pair. */
  use: word('m', 'name'),
  hash: word('m', 'name'),
  length: word('m', 'name'),
  bytes: words(MOST_NAME_BYTES / 4, 'm', 'name'),
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
 * The names of sockets, of which others of the same memory know nothing else. A name is found by
 * its hash, from the slot that this says and on to the others, and then by its bytes.
 *
 * The lock protects the table, for as long as it takes to look through it. A slot is in use if it
 * says which pair is bound to it, which is written last and cleared first: whatever a holder of the
 * lock that ended has left is whole. A slot whose pair is in use no more, or for another, is free.
 */
export class Names {
  readonly #lock: SpinLock

  constructor(
    readonly memory: Memory,
    readonly handle: NamesHandle,
    /** Which use of a pair is under way: see `Pool.useOf`. */
    readonly useOf: (pair: Address) => number,
  ) {
    expectHandle(HANDLE, handle, memory)
    this.#lock = new SpinLock(memory, handle.at + NAMES.offset.lock, 'the table of names')
  }

  static place(arena: Arena, count: number): NamesHandle {
    return { at: arena.place('names', Names.bytes(count)), count }
  }

  static bytes(count: number): number {
    return NAMES.size + count * NAME.size
  }

  /**
   * Binds a pair to a name: the number of its slot, from 1; 0 if another has the name, -1 if all
   * slots are in use. `tell` is told of the number before others can find the pair.
   */
  *bind(name: Uint8Array, bound: Bound, tell: (slot: number) => void): Waiting<number> {
    const hash = hashOf(name)
    yield* this.#lock.enter()
    const slot = this.#find(name, hash) === NIL ? this.#free(hash) : 0
    if (slot > 0) {
      this.#fill(this.#at(slot), name, hash, bound.generation)
      tell(slot)
      this.memory.store(this.#at(slot) + NAME.offset.pair, bound.at)
    }
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
    const { memory } = this
    const slot = this.#find(name, hashOf(name))
    const at = slot === NIL ? NIL : memory.read(slot + NAME.offset.pair)
    const generation = slot === NIL ? 0 : memory.read(slot + NAME.offset.use)
    this.#lock.exit()
    return at === NIL ? undefined : { at, generation }
  }

  /** Frees a slot, if that use of a pair is bound to it. */
  *forget(slot: number, { at, generation }: Bound): Waiting {
    const { memory } = this
    while (!memory.settled()) yield SETTLE
    const place = this.#at(slot)
    yield* this.#lock.enter()
    const isTheirs = memory.read(place + NAME.offset.use) === generation
    if (isTheirs && memory.read(place + NAME.offset.pair) === at) {
      memory.store(place + NAME.offset.pair, NIL)
    }
    this.#lock.exit()
  }

  /** Names in use. Exact when nobody binds or forgets meanwhile. */
  inUse(): number {
    let count = 0
    for (let i = 0; i < this.handle.count; i++) if (this.#isInUse(this.#at(i + 1))) count++
    return count
  }

  /** Lets the lock go if a thread held it that has ended. */
  recover(ended: number): boolean {
    return this.#lock.breakFrom(ended, () => {})
  }

  #find(name: Uint8Array, hash: number): Address {
    for (let i = 0; i < this.handle.count; i++) {
      const at = this.#at(this.#slot(hash, i))
      if (this.#isInUse(at) && this.#isOf(at, name, hash)) return at
    }
    return NIL
  }

  #free(hash: number): number {
    for (let i = 0; i < this.handle.count; i++) {
      const slot = this.#slot(hash, i)
      if (!this.#isInUse(this.#at(slot))) return slot
    }
    return -1
  }

  /** The number of a slot: the one that a hash says, or so many behind it. */
  #slot(hash: number, behind: number): number {
    return (((hash >>> 0) + behind) % this.handle.count) + 1
  }

  #isInUse(at: Address): boolean {
    const pair = this.memory.read(at + NAME.offset.pair)
    return pair !== NIL && this.useOf(pair) === this.memory.read(at + NAME.offset.use)
  }

  #isOf(at: Address, name: Uint8Array, hash: number): boolean {
    const { memory } = this
    if (memory.read(at + NAME.offset.hash) !== hash) return false
    if (memory.read(at + NAME.offset.length) !== name.length) return false
    for (let i = 0; i < name.length; i++) {
      if (memory.read8(at + NAME.offset.bytes + i) !== name[i]) return false
    }
    return true
  }

  #fill(at: Address, name: Uint8Array, hash: number, use: number): void {
    const { memory } = this
    memory.write(at + NAME.offset.hash, hash)
    memory.write(at + NAME.offset.length, name.length)
    memory.copyIn(at + NAME.offset.bytes, name, 0, name.length)
    memory.write(at + NAME.offset.use, use)
  }

  #at(slot: number): Address {
    return this.handle.at + NAMES.size + (slot - 1) * NAME.size
  }
}

/** FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/: its offset basis and prime of 32 bits. */
function hashOf(name: Uint8Array): number {
  let hash = 0x811c9dc5
  for (const byte of name) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash
}
