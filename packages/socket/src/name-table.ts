import { type Address, layout, type Memory, NIL, word, words } from '@smpnet/memory'

/** Bytes of the longest name: those of FreeBSD's `sun_path`. */
export const MOST_NAME_BYTES = 104

const NAME = layout('name', {
  /** (m) The socket that is bound to it, or NIL, which says that the rest means nothing. */
  at: word('m', 'name'),
  /** (m) Which use of its block. */
  use: word('m', 'name'),
  hash: word('m', 'name'),
  length: word('m', 'name'),
  bytes: words(MOST_NAME_BYTES / 4, 'm', 'name'),
})

/** A socket that has a name: its block, and which use of that. */
export interface Named {
  readonly at: Address
  readonly use: number
}

/**
 * A table of names, of whose sockets others of the same memory know nothing else. A name is found
 * by its hash, from the slot that this says and on to the others, and then by its bytes.
 *
 * All calls but `inUse` are for the holder of a lock. A slot is in use if it says which socket is
 * bound to it, which is written last and cleared first: whatever a holder of the lock that ended
 * has left is whole. A slot whose socket is in use no more, or for another, is free.
 */
export class NameTable {
  constructor(
    readonly memory: Memory,
    readonly at: Address,
    readonly count: number,
    /** Whether that use of a block is a socket that may have a name still. */
    readonly isInUse: (socket: Address, use: number) => boolean,
  ) {}

  static bytes(count: number): number {
    return count * NAME.size
  }

  /**
   * Binds a socket to a name: the number of its slot, from 1; 0 if another has the name, -1 if all
   * slots are in use. `tell` is told of the number before others can find the socket.
   */
  bind(name: Uint8Array, named: Named, tell: (slot: number) => void): number {
    const hash = hashOf(name)
    const slot = this.#find(name, hash) === NIL ? this.#free(hash) : 0
    if (slot > 0) {
      this.#fill(this.#at(slot), name, hash, named.use)
      tell(slot)
      this.memory.store(this.#at(slot) + NAME.offset.at, named.at)
    }
    return slot
  }

  /** The socket that is bound to a name, or undefined. */
  find(name: Uint8Array): Named | undefined {
    const { memory } = this
    const slot = this.#find(name, hashOf(name))
    if (slot === NIL) return undefined
    return { at: memory.read(slot + NAME.offset.at), use: memory.read(slot + NAME.offset.use) }
  }

  /** The name in a slot, if that socket is bound to it. */
  nameIn(slot: number, named: Named): Uint8Array | undefined {
    if (!this.#isOf(slot, named)) return undefined
    const place = this.#at(slot)
    const bytes = new Uint8Array(this.memory.read(place + NAME.offset.length))
    this.memory.copyOut(place + NAME.offset.bytes, bytes, 0, bytes.length)
    return bytes
  }

  /** Frees a slot, if that socket is bound to it. */
  forget(slot: number, named: Named): void {
    if (this.#isOf(slot, named)) this.memory.store(this.#at(slot) + NAME.offset.at, NIL)
  }

  /** Names in use. Exact when nobody binds or forgets meanwhile. */
  inUse(): number {
    let count = 0
    for (let slot = 1; slot <= this.count; slot++) if (this.#isTaken(this.#at(slot))) count++
    return count
  }

  #isOf(slot: number, { at, use }: Named): boolean {
    const { memory } = this
    const place = this.#at(slot)
    const isTheirs = memory.read(place + NAME.offset.use) === use
    return isTheirs && memory.read(place + NAME.offset.at) === at
  }

  #find(name: Uint8Array, hash: number): Address {
    for (let i = 0; i < this.count; i++) {
      const at = this.#at(this.#slot(hash, i))
      if (this.#isTaken(at) && this.#isNamed(at, name, hash)) return at
    }
    return NIL
  }

  #free(hash: number): number {
    for (let i = 0; i < this.count; i++) {
      const slot = this.#slot(hash, i)
      if (!this.#isTaken(this.#at(slot))) return slot
    }
    return -1
  }

  /** The number of a slot: the one that a hash says, or so many behind it. */
  #slot(hash: number, behind: number): number {
    return (((hash >>> 0) + behind) % this.count) + 1
  }

  #isTaken(place: Address): boolean {
    const at = this.memory.read(place + NAME.offset.at)
    return at !== NIL && this.isInUse(at, this.memory.read(place + NAME.offset.use))
  }

  #isNamed(at: Address, name: Uint8Array, hash: number): boolean {
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
    return this.at + (slot - 1) * NAME.size
  }
}

/** FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/: its offset basis and prime of 32 bits. */
function hashOf(name: Uint8Array): number {
  let hash = 0x811c9dc5
  for (const byte of name) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash
}
