import {
  type Address,
  type Arena,
  CACHE_LINE_BYTES,
  expectHandle,
  type HandleKind,
  layout,
  type Memory,
  NIL,
  TakeAllStack,
  word,
  WORD_BYTES,
} from '@smpnet/memory'
import { type Parking, type Until, type Waiter, type Waiting, WOKEN } from '@smpnet/park'

/**
 * Where tasks wait for a CPU and results for the thread that sent them.
 *
 * One thread sends: it has all the places, and puts a place that it has filled into a ring. Any CPU
 * takes from the ring, so that work which has not begun goes to the CPU that is free first, and no
 * CPU has a queue of its own that other CPUs would have to steal from. Results go back on a stack
 * from which the sender takes all at once. Each side says that it sleeps before it looks for the
 * last time, and looks for sleepers after it has put something there, so that no sleeper misses it.
 *
 * To wake a CPU takes the caller longer than a short task takes, and the CPU comes late. So no CPU
 * is called while the CPUs that look for a task as it is are enough; and CPUs are called singly: as
 * long as a called CPU is on its way no other is called, and when it has come and finds more tasks
 * than it takes, it calls the next CPU itself.
 */
const BOARD = layout('task board', {
  /** (o) The sender's: how many tasks were put into the ring. */
  tail: word('x', 'sender'),
  /** (x) How many were taken from it, by any CPU. */
  head: word('x', 'takers'),
  /** (x) CPUs that sleep, or are about to, and have not been called. */
  sleepers: word('x', 'sleepers'),
  /** (x) CPUs that look for a task without sleeping, and will see the next task. */
  looking: word('x', 'looking'),
  /** (x) 1 while a CPU that was called is on its way. */
  isCalled: word('x', 'sleepers'),
  /** (x) The stack of places with results, linked by their `mail`. */
  done: word('x', 'done'),
  /** (x) 1 while the sender sleeps, or is about to. */
  isWaiting: word('x', 'waiting'),
})

/** A place: what comes before the bytes of its arguments, and then of its result. */
const PLACE = layout('task', {
  /** (o) of the thread that has the place: the next place on the stack of results. */
  mail: word('o', 'task'),
  /** (x) One of the states below. */
  state: word('x', 'task'),
  /** (o) of the thread that has the place: which function, and how many bytes. */
  what: word('o', 'task'),
  bytes: word('o', 'task'),
  /** (o) of the CPU that runs it: 1 when the promise that the task has returned is settled. */
  settled: word('o', 'task'),
})

export const QUEUED = 0
export const RUNNING = 1
export const RETURNED = 2
export const THREW = 3
/** Called off before it began, or, while it runs, to be thrown away when it has ended. */
export const CANCELLED = 4

export interface BoardShape {
  /** Tasks that can be under way at once: a power of two. */
  readonly places: number
  /** Bytes of a task's arguments, and of its result. */
  readonly payloadBytes: number
}

export interface BoardHandle extends BoardShape {
  readonly at: Address
}

const HANDLE: HandleKind = {
  of: 'a task board',
  fields: { at: 'address', places: 'count', payloadBytes: 'count' },
}

export class TaskBoard {
  readonly #ring: Address
  readonly #done: TakeAllStack

  constructor(
    readonly memory: Memory,
    readonly handle: BoardHandle,
  ) {
    expectHandle(HANDLE, handle, memory)
    this.#ring = handle.at + BOARD.size
    this.#done = new TakeAllStack(memory, handle.at + BOARD.offset.done, PLACE.offset.mail)
  }

  /** Places a board. Throws OutOfMemory. */
  static place(arena: Arena, shape: BoardShape): BoardHandle {
    const ring = ringBytes(shape)
    const bytes = BOARD.size + ring + shape.places * placeBytes(shape)
    return { ...shape, at: arena.place('task board', bytes) }
  }

  /** The addresses of all places: the sender's, at first. */
  places(): Address[] {
    const { handle } = this
    const first = this.#ring + ringBytes(handle)
    return Array.from({ length: handle.places }, (_, i) => first + i * placeBytes(handle))
  }

  /** Puts a filled place into the ring. For the sender, which then calls a sleeper, if any. */
  put(place: Address): void {
    const { memory } = this
    const tailAt = this.#word('tail')
    const tail = memory.load(tailAt)
    memory.store(this.#slot(tail), place)
    memory.store(tailAt, (tail + 1) | 0)
  }

  /** Wakes a CPU that sleeps; false when that takes a wait: then `yield* call(lot)`. */
  tryCall(lot: Parking): boolean {
    const { memory } = this
    if (memory.load(this.#word('sleepers')) <= 0) return true
    const waiting = (memory.load(this.#word('tail')) - memory.load(this.#word('head'))) | 0
    if (waiting <= memory.load(this.#word('looking'))) return true
    if (memory.exchange(this.#word('isCalled'), 1) !== 0) return true
    const woken = lot.tryUnpark(this.#word('tail'), 1)
    if (woken >= 0) this.#hasCalled(woken)
    return woken >= 0
  }

  *call(lot: Parking): Waiting {
    this.#hasCalled(yield* lot.unpark(this.#word('tail'), 1))
  }

  /** Takes the task that waits longest, or NIL. */
  take(): Address {
    const { memory } = this
    const headAt = this.#word('head')
    for (;;) {
      const head = memory.load(headAt)
      if (head === memory.load(this.#word('tail'))) return NIL
      const place = memory.load(this.#slot(head))
      if (memory.compareExchange(headAt, head, (head + 1) | 0) === head) return place
    }
  }

  /**
   * Waits until there is a task, or another CPU has it. True if this CPU was called for it. The CPU
   * that slept last is called first: its caches are warm, where those of four CPUs in turn are not.
   */
  *waitForTask(td: Waiter, until?: Until): Waiting<boolean> {
    const { memory } = this
    const tailAt = this.#word('tail')
    const head = memory.load(this.#word('head'))
    const tail = memory.load(tailAt)
    if (head !== tail || this.#looks(td, tailAt, tail)) return false
    memory.add(this.#word('sleepers'), 1)
    const { lot } = td
    const queue = yield* lot.lockQueue(tailAt)
    const isEmpty = memory.load(tailAt) === tail
    if (isEmpty) lot.prepend(queue, td, tailAt, 0)
    lot.unlockQueue(queue)
    if (!isEmpty) {
      memory.add(this.#word('sleepers'), -1)
      return false
    }
    if ((yield* lot.sleep(td, until)) !== WOKEN) {
      memory.add(this.#word('sleepers'), -1)
      return false
    }
    memory.store(this.#word('isCalled'), 0)
    return true
  }

  /** For a CPU that was called and has taken a task: calls another CPU if there are more. */
  *passOn(lot: Parking): Waiting {
    if (!this.tryCall(lot)) yield* this.call(lot)
  }

  /** Waits until `settle` was called for a task that the caller runs, or has been already. */
  *waitForSettled(td: Waiter, place: Address): Waiting {
    const settled = place + PLACE.offset.settled
    while (this.memory.load(settled) === 0) yield* td.lot.park(td, settled, settled, 0)
    this.memory.store(settled, 0)
  }

  /** For the event loop of the CPU that runs a task: its promise is settled. Never parks. */
  *settle(place: Address, lot: Parking): Waiting {
    const settled = place + PLACE.offset.settled
    this.memory.store(settled, 1)
    yield* lot.unpark(settled, 1)
  }

  /** Gives a place back with its result, and wakes the sender if it sleeps. */
  *finish(place: Address, lot: Parking): Waiting {
    const isFirst = this.#done.push(place)
    if (!isFirst || this.memory.load(this.#word('isWaiting')) === 0) return
    const done = this.#word('done')
    if (lot.tryUnpark(done, 1) < 0) yield* lot.unpark(done, 1)
  }

  /** Takes all places with results: the first, with the next `after` it, or NIL. */
  takeDone(): Address {
    return this.#done.takeAll()
  }

  after(place: Address): Address {
    return this.#done.after(place)
  }

  /** Whether no result is there. */
  get isDoneEmpty(): boolean {
    return this.#done.isEmpty()
  }

  /** Waits until there is a result. For the sender. */
  *waitForDone(td: Waiter, until?: Until): Waiting {
    const done = this.#word('done')
    this.memory.store(this.#word('isWaiting'), 1)
    yield* td.lot.park(td, done, done, NIL, until)
    this.memory.store(this.#word('isWaiting'), 0)
  }

  /** Fills a place: the state, which function or how many bytes, and the bytes themselves. */
  fill(place: Address, state: number, what: number, bytes: Uint8Array, length: number): void {
    const { memory } = this
    memory.write(place + PLACE.offset.what, what)
    memory.write(place + PLACE.offset.bytes, length)
    memory.copyIn(place + PLACE.size, bytes, 0, length)
    memory.store(place + PLACE.offset.state, state)
  }

  /** Tells a running task that it was called off. */
  cancelRunning(place: Address): void {
    this.move(place, RUNNING, CANCELLED)
  }

  whatOf(place: Address): number {
    return this.memory.read(place + PLACE.offset.what)
  }

  stateOf(place: Address): number {
    return this.memory.load(place + PLACE.offset.state)
  }

  /** Changes the state if it is `from`; false if it is another by now. */
  move(place: Address, from: number, to: number): boolean {
    return this.memory.compareExchange(place + PLACE.offset.state, from, to) === from
  }

  /** Copies the bytes of a place out, and returns how many they are. */
  bytesOf(place: Address, to: Uint8Array): number {
    const length = this.memory.read(place + PLACE.offset.bytes)
    this.memory.copyOut(place + PLACE.size, to, 0, length)
    return length
  }

  /**
   * A CPU that has seen a task looks no more before it takes it, and so is counted for one task.
   */
  #looks(td: Waiter, tailAt: Address, tail: number): boolean {
    const { memory } = this
    memory.add(this.#word('looking'), 1)
    const hasChanged = td.spinWhile(tailAt, tail)
    memory.add(this.#word('looking'), -1)
    return hasChanged
  }

  /** A CPU is on its way, or none slept yet: then a CPU that was about to has seen the task. */
  #hasCalled(woken: number): void {
    if (woken === 0) this.memory.store(this.#word('isCalled'), 0)
    else this.memory.add(this.#word('sleepers'), -woken)
  }

  #word(name: keyof typeof BOARD.offset): Address {
    return this.handle.at + BOARD.offset[name]
  }

  #slot(count: number): Address {
    return this.#ring + (count & (this.handle.places - 1)) * WORD_BYTES
  }
}

function ringBytes({ places }: BoardShape): number {
  return Math.ceil((places * WORD_BYTES) / CACHE_LINE_BYTES) * CACHE_LINE_BYTES
}

function placeBytes({ payloadBytes }: BoardShape): number {
  return PLACE.size + Math.ceil(payloadBytes / CACHE_LINE_BYTES) * CACHE_LINE_BYTES
}
