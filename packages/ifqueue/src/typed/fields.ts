import { came } from '@smpnet/memory'

/** What a field of a record can be. Numbers have the byte order of the host, as all of a queue. */
export type FieldType = 'i8' | 'u8' | 'i16' | 'u16' | 'i32' | 'u32' | 'f32' | 'f64' | 'i64' | 'u64'

/** The fields of a record, in their order, by name. It can be cloned, and is part of the handle. */
export type Fields = Readonly<Record<string, FieldType>>

/** A record as an object: a bigint for each of 64 bits, and a number for each other field. */
export type RecordOf<F extends Fields> = {
  -readonly [K in keyof F]: F[K] extends 'i64' | 'u64' ? bigint : number
}

/** Where a field is in its record. */
export interface PlacedField {
  readonly name: string
  readonly type: FieldType
  readonly offset: number
}

const BYTES: Readonly<Record<FieldType, number>> = {
  i8: 1,
  u8: 1,
  i16: 2,
  u16: 2,
  i32: 4,
  u32: 4,
  f32: 4,
  f64: 8,
  i64: 8,
  u64: 8,
}

/**
 * Places fields one after another, each at a multiple of its size. Throws a TypeError for what is
 * no record of fields.
 */
export function placeFields(fields: Fields): { placed: PlacedField[]; bytes: number } {
  if (typeof fields !== 'object' || fields === null || Object.keys(fields).length === 0) {
    throw new TypeError(
      `the fields of a record are an object, such as { id: 'u32' }: ${came(fields)} came`,
    )
  }
  let bytes = 0
  const placed = Object.entries(fields).map(([name, type]) => {
    const isKnown = typeof type === 'string' && Object.hasOwn(BYTES, type)
    const size = isKnown ? BYTES[type] : undefined
    if (size === undefined || name === '__proto__') throw noField(name, type)
    const offset = Math.ceil(bytes / size) * size
    bytes = offset + size
    return { name, type, offset }
  })
  return { placed, bytes }
}

function noField(name: string, type: unknown): TypeError {
  return new TypeError(
    `a field of a record is one of ${Object.keys(BYTES).join(', ')}: ` +
      `${came(type)} came for ${name}`,
  )
}
