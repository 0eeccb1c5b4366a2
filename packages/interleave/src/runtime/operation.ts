/**
 * What a step does. The compiler writes these numbers into the code it makes, and the engine
 * switches on them, so their order is part of the contract between the two.
 */
export const OP = {
  load: 0,
  store: 1,
  add: 2,
  sub: 3,
  and: 4,
  or: 5,
  xor: 6,
  exchange: 7,
  compareExchange: 8,
  /** A plain element read. */
  read: 9,
  /** A plain element write. */
  write: 10,
  wait: 11,
  notify: 12,
  /** The second half of a wait: the thread comes back, notified or timed out. */
  wake: 13,
  /** A loop came round with nothing changed: it may only go on when another thread writes. */
  spin: 14,
  join: 15,
  spawn: 16,
  /** An operation of a history begins. */
  invoke: 17,
  /** An operation of a history returns. */
  respond: 18,
  /** The agent has nothing to run until one of its promises is settled by another thread. */
  idle: 19,
  waitAsync: 20,
  /** The timeout of a waitAsync strikes: it ends the wait, or finds that a notify has ended it. */
  settle: 21,
  /** An item of an allocator is given out, given back or used. */
  account: 22,
  /** A thread ends, wherever it is, and makes no further step. */
  die: 23,
  /** What an agent does with a port or a channel; `first` says what it touches. */
  act: 24,
  /** A message arrives at an agent that listens. */
  arrive: 25,
} as const

/** The second value of a wait that is a timer, which strikes whatever becomes of other timeouts. */
export const TIMER: unique symbol = Symbol('timer')

export type OpKind = (typeof OP)[keyof typeof OP]

/** Names as a reader of JavaScript knows them, by number. */
export const OP_NAMES: readonly string[] = Object.keys(OP)

/** A typed array or DataView over shared memory. */
export type SharedView = ArrayBufferView<SharedArrayBuffer> & { [index: number]: number | bigint }

/**
 * One access that a thread is about to make. Each thread owns one of these and the runtime fills
 * it in place, because a step must not allocate.
 */
export class Operation {
  kind: OpKind = OP.load
  /** The place in the source; see `places.ts`. */
  place = 0
  view: SharedView | undefined
  /** An index of a typed array, or a byte offset of a DataView. */
  index = 0
  /** The DataView method, when the view is a DataView. */
  method: string | undefined
  littleEndian = false
  /** The value to store, the one expected, the count to wake or the thing to join. */
  first: unknown
  second: unknown
  /** A wait's timeout. */
  timeoutMs = Infinity
  /** Whether a load or exchange is made only when it finds `first`; see `awaited.ts`. */
  isAwaited = false

  /** Fills in an access to `view`. */
  access(kind: OpKind, place: number, view: SharedView, index: number): this {
    this.kind = kind
    this.place = place
    this.view = view
    this.index = index
    this.method = undefined
    this.isAwaited = false
    return this
  }

  copy(other: Operation): void {
    this.kind = other.kind
    this.place = other.place
    this.view = other.view
    this.index = other.index
    this.method = other.method
    this.littleEndian = other.littleEndian
    this.first = other.first
    this.second = other.second
    this.timeoutMs = other.timeoutMs
    this.isAwaited = other.isAwaited
  }

  /** Fills in a step that touches no memory. */
  event(kind: OpKind, place: number, first: unknown): this {
    this.kind = kind
    this.place = place
    this.view = undefined
    this.index = 0
    this.first = first
    this.isAwaited = false
    return this
  }
}

/** Whether the kind is one of JavaScript's sequentially consistent accesses. */
export function isAtomic(kind: OpKind): boolean {
  return kind <= OP.compareExchange || kind === OP.wait || kind === OP.waitAsync
}
