import { type Address, alignUp, CACHE_LINE_BYTES, WORD_BYTES } from './address.ts'
import type { Memory } from './memory.ts'

/**
 * A layout says where the fields of a shared structure are. Code on hot paths uses its offsets,
 * `memory.load(at + MUTEX.offset.word)`; tests, errors and tools use `inspect` and `View`.
 *
 * Every field says which code may touch it, by the letters of FreeBSD's locking keys:
 *   (a) constant after it was made, (m) under the mutex that its comment names, (o) only its owner
 *   CPU or thread, (x) atomic operations by any CPU.
 *
 * Fields are placed in the order written. Fields of one cache-line group share lines with each
 * other and with nothing else: name groups by their writers, and false sharing cannot happen.
 */
export type Access = 'a' | 'm' | 'o' | 'x'

export interface Field {
  readonly access: Access
  readonly bytes: number
  /** The group of cache lines that it belongs to; '' until a group is named. */
  readonly line: string
}

export interface Layout<Name extends string = string> {
  readonly name: string
  /** Bytes that one instance takes, its alignment included: instances can follow one another. */
  readonly size: number
  /** A cache line if any group is named, else a word. */
  readonly align: number
  /** Bytes from an instance's address to each field. */
  readonly offset: Readonly<Record<Name, number>>
  readonly fields: Readonly<Record<Name, Field>>
}

/** A 32-bit word. */
export function word(access: Access, line = ''): Field {
  return { access, bytes: WORD_BYTES, line }
}

/** `count` words in a row; the offset is the first one's. */
export function words(count: number, access: Access, line = ''): Field {
  return { access, bytes: count * WORD_BYTES, line }
}

/** Places fields one after another, each group of lines on lines of its own. */
export function layout<const Name extends string>(
  name: string,
  fields: Record<Name, Field>,
): Layout<Name> {
  const offset = {} as Record<Name, number>
  const lines = new Set(Object.values<Field>(fields).map((field) => field.line))
  const grouped = lines.size > 1 || !lines.has('')
  let end = 0
  for (const line of lines) {
    if (grouped) end = alignUp(end, CACHE_LINE_BYTES)
    for (const key of Object.keys(fields) as Name[]) {
      if (fields[key].line !== line) continue
      offset[key] = end
      end += checkBytes(name, key, fields[key])
    }
  }
  const align = grouped ? CACHE_LINE_BYTES : WORD_BYTES
  return { name, size: alignUp(end, align), align, offset, fields }
}

/** What an instance holds, by field, for messages and for tests. Words only show their first. */
export function inspect<Name extends string>(
  of: Layout<Name>,
  memory: Memory,
  at: Address,
): Record<Name, number> {
  const view = new View(of, memory, at)
  const values = {} as Record<Name, number>
  for (const name of Object.keys(of.offset) as Name[]) values[name] = view.get(name)
  return values
}

/** One instance by field names: atomic operations for (x) fields and plain ones for others. */
export class View<Name extends string> {
  constructor(
    readonly layout: Layout<Name>,
    readonly memory: Memory,
    readonly at: Address,
  ) {}

  get(name: Name): number {
    const at = this.addressOf(name)
    return this.#atomic(name) ? this.memory.load(at) : this.memory.read(at)
  }

  set(name: Name, value: number): void {
    const at = this.addressOf(name)
    if (this.#atomic(name)) this.memory.store(at, value)
    else this.memory.write(at, value)
  }

  addressOf(name: Name): Address {
    const offset = this.layout.offset[name]
    if (offset !== undefined) return this.at + offset
    const names = Object.keys(this.layout.offset).join(', ')
    throw new TypeError(`layout ${this.layout.name} has the fields ${names}: ${name} came`)
  }

  #atomic(name: Name): boolean {
    return this.layout.fields[name].access === 'x'
  }
}

function checkBytes(layoutName: string, name: string, field: Field): number {
  if (Number.isInteger(field.bytes / WORD_BYTES) && field.bytes > 0) return field.bytes
  throw new RangeError(
    `field ${layoutName}.${name} is a whole number of words, at least one: ` +
      `${field.bytes} bytes came`,
  )
}
