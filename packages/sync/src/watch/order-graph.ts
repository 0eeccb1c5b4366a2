import {
  type Address,
  layout,
  type Memory,
  spinNow,
  unspin,
  word,
  words,
  WORD_BYTES,
} from '@smpnet/memory'

/**
 * What all threads know of the order in which locks are taken: names, and edges from a name to a
 * name that was taken after it, each with the two places where that was seen first. Both only grow,
 * so that a thread keeps a copy and reads what is new behind it.
 */
const GRAPH = layout('lock order', {
  /** (x) The spin lock under which a thread adds something. */
  lock: word('x', 'graph'),
  /** (x) How many names and edges there are. Written under `lock`, read by all. */
  names: word('x', 'graph'),
  edges: word('x', 'graph'),
  /** (x) Edges for which there was no room. Written under `lock`, read by all. */
  lost: word('x', 'graph'),
})

const NAME_BYTES = 32
const TEXT_BYTES = 184
const EDGE = layout('lock order edge', {
  /** (a) Once `edges` counts it: numbers of two names, and where they were taken. */
  before: word('a'),
  after: word('a'),
  text: words(TEXT_BYTES / WORD_BYTES, 'a'),
})

export interface OrderShape {
  /** Names of locks that it can tell apart. */
  readonly names: number
  /** Pairs of them of which one was taken inside the other. */
  readonly edges: number
}

export interface Edge {
  readonly before: number
  readonly after: number
  /** Where the first was taken, and where the second was, with ` then ` between them. */
  readonly places: string
}

export class OrderGraph {
  readonly names: string[] = []
  readonly edges: Edge[] = []
  readonly #bytes = new Uint8Array(TEXT_BYTES)

  constructor(
    readonly memory: Memory,
    readonly at: Address,
    readonly shape: OrderShape,
  ) {}

  static bytes({ names, edges }: OrderShape): number {
    return GRAPH.size + names * NAME_BYTES + edges * EDGE.size
  }

  /** The number of a name, which is added if it is new. Throws a RangeError for a name too many. */
  number(name: string): number {
    this.learn()
    const known = this.names.indexOf(name)
    if (known >= 0) return known
    return this.#locked(() => {
      this.learn()
      if (this.names.includes(name)) return this.names.indexOf(name)
      const number = this.names.length
      if (number === this.shape.names) {
        throw new RangeError(`witness tells ${number} names apart: ${name} is one more`)
      }
      this.#write(this.#nameAt(number), name, NAME_BYTES)
      this.memory.store(this.at + GRAPH.offset.names, number + 1)
      return number
    })
  }

  /** Adds an edge. False, and counted, when there is no room. */
  add(edge: Edge): boolean {
    return this.#locked(() => {
      const { memory } = this
      const number = memory.load(this.at + GRAPH.offset.edges)
      if (number === this.shape.edges) {
        memory.add(this.at + GRAPH.offset.lost, 1)
        return false
      }
      const at = this.#edgeAt(number)
      memory.write(at + EDGE.offset.before, edge.before)
      memory.write(at + EDGE.offset.after, edge.after)
      this.#write(at + EDGE.offset.text, edge.places, TEXT_BYTES)
      memory.store(this.at + GRAPH.offset.edges, number + 1)
      return true
    })
  }

  /** Reads what others have added. */
  learn(): void {
    const { memory } = this
    const names = memory.load(this.at + GRAPH.offset.names)
    while (this.names.length < names) {
      this.names.push(this.#read(this.#nameAt(this.names.length), NAME_BYTES))
    }
    const edges = memory.load(this.at + GRAPH.offset.edges)
    while (this.edges.length < edges) {
      const at = this.#edgeAt(this.edges.length)
      this.edges.push({
        before: memory.read(at + EDGE.offset.before),
        after: memory.read(at + EDGE.offset.after),
        places: this.#read(at + EDGE.offset.text, TEXT_BYTES),
      })
    }
  }

  /** The edges from `before` to `after`, one after another; undefined when there is no way. */
  path(before: number, after: number): Edge[] | undefined {
    const ways: Edge[][] = this.edges
      .filter((edge) => edge.before === before)
      .map((edge) => [edge])
    const seen = new Set([before])
    for (let way = ways.shift(); way !== undefined; way = ways.shift()) {
      const end = way.at(-1)!.after
      if (end === after) return way
      if (seen.has(end)) continue
      seen.add(end)
      for (const edge of this.edges) if (edge.before === end) ways.push([...way, edge])
    }
    return undefined
  }

  /** Edges that were not kept. */
  lost(): number {
    return this.memory.load(this.at + GRAPH.offset.lost)
  }

  #locked<T>(work: () => T): T {
    const { memory } = this
    const lock = this.at + GRAPH.offset.lock
    spinNow(memory, lock, 'the lock of the lock order')
    try {
      return work()
    } finally {
      unspin(memory, lock)
    }
  }

  #nameAt(number: number): Address {
    return this.at + GRAPH.size + number * NAME_BYTES
  }

  #edgeAt(number: number): Address {
    return this.at + GRAPH.size + this.shape.names * NAME_BYTES + number * EDGE.size
  }

  /** As much of a text as fits, a character a byte, ended by a zero. */
  #write(at: Address, text: string, size: number): void {
    const bytes = this.#bytes.fill(0)
    for (let i = 0; i < Math.min(text.length, size - 1); i++) bytes[i] = text.charCodeAt(i) & 0x7f
    this.memory.copyIn(at, bytes, 0, size)
  }

  #read(at: Address, size: number): string {
    this.memory.copyOut(at, this.#bytes, 0, size)
    const end = this.#bytes.indexOf(0)
    return String.fromCharCode(...this.#bytes.subarray(0, Math.min(end, size)))
  }
}
