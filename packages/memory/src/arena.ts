import { type Address, alignUp, CACHE_LINE_BYTES } from './address.ts'
import { layout, word } from './layout.ts'
import { BadHandle } from './bad-handle.ts'
import type { Memory } from './memory.ts'
import { came } from './came.ts'
import { expectMethods } from './expect.ts'

/** The first line of every memory that an arena manages. Nothing in it is written often. */
const ROOT = layout('root', {
  /** (a) Says that this is such a memory, and in which version its parts are laid out. */
  magic: word('a', 'root'),
  /** (x) Where the next placement begins. */
  end: word('x', 'root'),
})

const MAGIC = 0x736d7001

/** What an arena has given out, and for what. */
export interface PlacedPart {
  readonly what: string
  readonly at: Address
  readonly bytes: number
}

/** Asked for more than the memory has left. */
export class OutOfMemory extends RangeError {
  override name = 'OutOfMemory'
  constructor(
    readonly what: string,
    readonly wantedBytes: number,
    readonly leftBytes: number,
    readonly sizeBytes: number,
  ) {
    super(
      `${what} needs ${wantedBytes} bytes, and of the memory's ${sizeBytes} bytes ` +
        `${leftBytes} are left`,
    )
  }
}

/**
 * Gives out parts of a memory, once and for good: where locks, tables, zones and rings are put
 * when something is set up. What comes and goes afterwards comes from a zone placed here.
 * Any thread may place, at any time; no locks are taken.
 */
export class Arena {
  readonly #placed: PlacedPart[] = []

  private constructor(readonly memory: Memory) {}

  /** Takes over a new memory, whose bytes are all zero. Throws a TypeError for what is none. */
  static create(memory: Memory): Arena {
    expectMemory(memory)
    memory.write(ROOT.offset.magic, MAGIC)
    memory.store(ROOT.offset.end, ROOT.size)
    return new Arena(memory)
  }

  /** Opens a memory that `create` took over in any thread. Throws BadHandle for any other. */
  static open(memory: Memory): Arena {
    expectMemory(memory)
    const found = memory.read(ROOT.offset.magic)
    if (found === MAGIC) return new Arena(memory)
    throw new BadHandle(
      `a memory made by this version begins with 0x${MAGIC.toString(16)}: ` +
        `0x${(found >>> 0).toString(16)} came`,
    )
  }

  /**
   * The address of `bytes` zero bytes for `what`, on whole cache lines of their own.
   * Throws OutOfMemory, naming `what`, when they are not there, and a RangeError for no bytes.
   */
  place(what: string, bytes: number): Address {
    if (typeof what !== 'string') throw new TypeError(`a place has a name: ${came(what)} came`)
    if (!(typeof bytes === 'number' && bytes >= 1)) {
      throw new RangeError(`${what} has at least 1 byte: ${came(bytes)} came`)
    }
    const { memory } = this
    const wanted = alignUp(bytes, CACHE_LINE_BYTES)
    for (;;) {
      const end = memory.load(ROOT.offset.end)
      const left = memory.size - end
      if (wanted > left) throw new OutOfMemory(what, wanted, left, memory.size)
      if (memory.compareExchange(ROOT.offset.end, end, end + wanted) === end) {
        this.#placed.push({ what, at: end, bytes: wanted })
        return end
      }
    }
  }

  /** What this object has placed, in order; others over the memory have lists of their own. */
  get placed(): readonly PlacedPart[] {
    return this.#placed
  }

  /** Bytes that can still be placed. */
  left(): number {
    return this.memory.size - this.memory.load(ROOT.offset.end)
  }
}

function expectMemory(memory: unknown): void {
  expectMethods('the memory of an arena', memory, ['load', 'store', 'read', 'write'])
}
