import { type Address, type Arena, layout, type Memory, NIL, word } from '@smpnet/memory'

/**
 * An entry of a list of addresses, like an interface's: a line each. The list lock protects all of
 * it, and kinds that let readers in beside a writer read it by `load`; hence (x).
 */
const ENTRY = layout('address entry', {
  /** (x) Written before the entry is linked. */
  address: word('x', 'entry'),
  /** (x) All its bits the other way, so that a reader can tell a half-written entry. */
  check: word('x', 'entry'),
  /** (x) The next entry, or NIL. */
  next: word('x', 'entry'),
})

const HEAD = layout('address list', {
  /** (x) The first entry. */
  first: word('x', 'head'),
})

/** Where a list is; it can be cloned. */
export interface AddressListHandle {
  readonly at: Address
  readonly length: number
  /** Entries for the writes of each CPU. */
  readonly spares: readonly (readonly Address[])[]
}

/** A linked list of addresses in shared memory. It has no lock of its own: callers hold one. */
export class AddressList {
  constructor(
    readonly memory: Memory,
    readonly at: Address,
  ) {}

  static bytes(length: number, cpus: number, sparesPerCpu: number): number {
    return HEAD.size + (length + cpus * sparesPerCpu) * ENTRY.size
  }

  /** Places a list of `length` entries, and spare ones for each CPU. */
  static place(
    arena: Arena,
    length: number,
    cpus: number,
    sparesPerCpu: number,
  ): AddressListHandle {
    const bytes = AddressList.bytes(length, cpus, sparesPerCpu)
    const at = arena.place('address list', bytes)
    const list = new AddressList(arena.memory, at)
    const entry = (index: number) => at + HEAD.size + index * ENTRY.size
    for (let index = length - 1, next = NIL; index >= 0; index--) {
      list.fill(entry(index), index, next)
      next = entry(index)
      arena.memory.store(at + HEAD.offset.first, next)
    }
    const spares = Array.from({ length: cpus }, (_, cpu) =>
      Array.from({ length: sparesPerCpu }, (_, spare) =>
        entry(length + cpu * sparesPerCpu + spare),
      ),
    )
    return { at, length, spares }
  }

  /** Writes an entry that is not in the list yet. */
  fill(entry: Address, address: number, next: Address): void {
    this.memory.store(entry + ENTRY.offset.address, address)
    this.memory.store(entry + ENTRY.offset.check, ~address)
    this.memory.store(entry + ENTRY.offset.next, next)
  }

  /**
   * Walks to the entry at `position`, from 0, as a lookup does. False when it saw an entry that is
   * half written, or the list ended before: then somebody changed it meanwhile.
   */
  walk(position: number): boolean {
    const { memory } = this
    let isWhole = true
    let entry = memory.load(this.at + HEAD.offset.first)
    for (let index = 0; index <= position; index++) {
      if (entry === NIL) return false
      const address = memory.load(entry + ENTRY.offset.address)
      if (memory.load(entry + ENTRY.offset.check) !== ~address) isWhole = false
      entry = memory.load(entry + ENTRY.offset.next)
    }
    return isWhole
  }

  /** Puts `fresh` in the place of the entry at `position`, and returns that one. For writers. */
  replace(position: number, fresh: Address, address: number): Address {
    const { memory } = this
    let link = this.at + HEAD.offset.first
    for (let index = 0; index < position; index++) {
      link = memory.load(link) + ENTRY.offset.next
    }
    const old = memory.load(link)
    this.fill(fresh, address, memory.load(old + ENTRY.offset.next))
    memory.store(link, fresh)
    return old
  }
}
