import {
  type Fields,
  type FieldType,
  placeFields,
  type PlacedField,
  type RecordOf,
} from './fields.ts'

/** The record at a place, as an object whose fields are read and written where they are. */
export interface Cursor {
  /** Where the record is. */
  at: number
}

type Numbers = { [index: number]: number | bigint }

const VIEWS: Readonly<Record<FieldType, (buffer: SharedArrayBuffer) => Numbers>> = {
  i8: (buffer) => new Int8Array(buffer),
  u8: (buffer) => new Uint8Array(buffer),
  i16: (buffer) => new Int16Array(buffer),
  u16: (buffer) => new Uint16Array(buffer),
  i32: (buffer) => new Int32Array(buffer),
  u32: (buffer) => new Uint32Array(buffer),
  f32: (buffer) => new Float32Array(buffer),
  f64: (buffer) => new Float64Array(buffer),
  i64: (buffer) => new BigInt64Array(buffer),
  u64: (buffer) => new BigUint64Array(buffer),
}
const SHIFTS: Readonly<Record<FieldType, number>> = {
  i8: 0,
  u8: 0,
  i16: 1,
  u16: 1,
  i32: 2,
  u32: 2,
  f32: 2,
  f64: 3,
  i64: 3,
  u64: 3,
}

/** A cursor over records of these fields in a buffer. Where it stands is not one of its fields. */
export class Cursors<F extends Fields> {
  readonly fields: readonly PlacedField[]
  readonly #place: Cursor = { at: 0 }
  readonly #record: RecordOf<F>

  constructor(buffer: SharedArrayBuffer, fields: F) {
    this.fields = placeFields(fields).placed
    const place = this.#place
    const record = {}
    for (const { name, type, offset } of this.fields) {
      const [view, shift] = [VIEWS[type](buffer), SHIFTS[type]]
      Object.defineProperty(record, name, {
        enumerable: true,
        get: () => view[(place.at + offset) >> shift],
        set: (value: number | bigint) => {
          view[(place.at + offset) >> shift] = value
        },
      })
    }
    this.#record = Object.seal(record) as RecordOf<F>
  }

  /** The record at `at`: the same object each time. */
  on(at: number): RecordOf<F> {
    this.#place.at = at
    return this.#record
  }

  /** Writes all fields at `at`. Throws a TypeError for a value that a field cannot have. */
  write(at: number, record: RecordOf<F>): void {
    const to = this.on(at) as Record<string, number | bigint>
    for (const { name } of this.fields) to[name] = (record as Record<string, number>)[name]!
  }

  /** A copy of the record at `at`. */
  read(at: number): RecordOf<F> {
    return { ...this.on(at) }
  }
}
