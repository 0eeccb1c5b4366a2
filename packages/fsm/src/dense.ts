/**
 * A table as bytes, for the step that runs at every packet: which row applies is one load from a
 * matrix of state x event, and a look at the row's guards where it has any.
 *
 *     header   4 bytes: states, events, rows, 0
 *     cells    one byte for each state and event: 0, or 1 + the number of its first row
 *     rows     8 bytes each, from a multiple of 4 on: next state, guards that count, guards that
 *              must hold, whether the cell's next row follows; and the actions as a set of bits
 *
 * The bytes may be in an array, or in words that several CPUs share, such as a Memory's.
 */
import { applies, guardsOf, nameOf, type Row } from './row.ts'
import type { Names } from './names.ts'

/** Of a step: no row is for that event in that state, as the guards are. */
export const ILLEGAL = -1

const HEADER_BYTES = 4
const ROW_BYTES = 8

/** Where the parts of a dense table are that has so many states, events and rows. */
function rowsAt(states: number, events: number): number {
  return HEADER_BYTES + ((states * events + 3) & ~3)
}

/** The bytes of a table. Rows of one cell are placed one after another. */
export function encode(rows: readonly Row[], names: Names): Uint8Array {
  const { states, events } = names
  const first = rowsAt(states.length, events.length)
  const bytes = new Uint8Array(first + rows.length * ROW_BYTES)
  bytes.set([states.length, events.length, rows.length])
  let at = 0
  for (const [cell, { state, event }] of cellsOf(states, events).entries()) {
    const here = rows.filter((row) => row.state === state && row.event === event)
    if (here.length > 0) bytes[HEADER_BYTES + cell] = at + 1
    for (const [i, row] of here.entries()) {
      bytes.set(encodeRow(row, names, i + 1 < here.length), first + at++ * ROW_BYTES)
    }
  }
  return bytes
}

/** Every cell of the matrix, in the order of its bytes. */
export function cellsOf(states: readonly string[], events: readonly string[]) {
  return states.flatMap((state) => events.map((event) => ({ state, event })))
}

function encodeRow(row: Row, { states, guards, actions }: Names, isFollowed: boolean): number[] {
  const counting = guardsOf(row)
  const mask = sum(counting.map((guard) => 1 << guards.indexOf(nameOf(guard))))
  const held = guards.map((_, i) => 1 << i)
  const wanted = sum(held.filter((bit, i) => mask & bit && applies(row, only(row, guards[i]!))))
  const set = sum((row.actions ?? []).map((action) => 1 << actions.indexOf(action)))
  const bytes = [set & 255, (set >> 8) & 255, (set >> 16) & 255, (set >> 24) & 255]
  return [states.indexOf(row.next), mask, wanted, Number(isFollowed), ...bytes]
}

/** The guards that hold where a row applies, and of the others `name` alone. */
function only(row: Row, name: string): ReadonlySet<string> {
  return new Set([...guardsOf(row).filter((guard) => !guard.startsWith('!')), name])
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total | number, 0)
}

/** Words at addresses that are multiples of 4: what a Memory is, as far as a table needs it. */
export interface Words {
  read(at: number): number
  write(at: number, value: number): void
}

/** A dense table, wherever it is. The numbers of states, events and guards are the table's. */
export class DenseTable {
  readonly #events: number
  readonly #rows: number

  /** Opens the table that was stored at `at`. */
  constructor(
    readonly words: Words,
    readonly at: number,
  ) {
    const header = words.read(at)
    this.#events = (header >> 8) & 255
    this.#rows = at + rowsAt(header & 255, this.#events)
  }

  /** Stores a table's `bytes` at `at`, a multiple of 4, where there is room for them. */
  static store(words: Words, at: number, bytes: Uint8Array): DenseTable {
    for (let i = 0; i < bytes.length; i += 4) {
      const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(i, i + 4)
      words.write(at + i, a | (b << 8) | (c << 16) | (d << 24))
    }
    return new DenseTable(words, at)
  }

  /** The number of the row that applies, or ILLEGAL; `guards` are the bits of those that hold. */
  step(state: number, event: number, guards = 0): number {
    const { words } = this
    const cell = this.at + HEADER_BYTES + state * this.#events + event
    let row = ((words.read(cell & ~3) >> ((cell & 3) << 3)) & 255) - 1
    if (row < 0) return ILLEGAL
    for (; ; row++) {
      const first = words.read(this.#rows + row * ROW_BYTES)
      if ((guards & (first >> 8) & 255) === ((first >> 16) & 255)) return row
      if (first >>> 24 === 0) return ILLEGAL
    }
  }

  /** The state that a row leads to. */
  next(row: number): number {
    return this.words.read(this.#rows + row * ROW_BYTES) & 255
  }

  /** The bits of a row's actions. */
  actions(row: number): number {
    return this.words.read(this.#rows + row * ROW_BYTES + 4)
  }
}

/** Words of this thread's own. */
export class OwnWords implements Words {
  readonly #words: Int32Array

  constructor(bytes: number) {
    this.#words = new Int32Array(bytes >> 2)
  }

  read(at: number): number {
    return this.#words[at >> 2]!
  }

  write(at: number, value: number): void {
    this.#words[at >> 2] = value
  }
}
