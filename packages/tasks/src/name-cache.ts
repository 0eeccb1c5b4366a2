/** Names that a reader remembers; those of the objects that one program sends are few. */
const PLACES = 64

/**
 * The names that were read last, found by their bytes, so that a name which comes again and again
 * is one string and is made once. Two names may want one place: the later has it.
 */
export class NameCache {
  readonly #names: (string | undefined)[] = Array.from({ length: PLACES }, () => undefined)

  /** The name of these bytes, if it is remembered. */
  find(bytes: Uint8Array, at: number, length: number): string | undefined {
    const name = this.#names[placeOf(bytes, at, length)]
    if (name === undefined || name.length !== length) return undefined
    for (let i = 0; i < length; i++) if (name.charCodeAt(i) !== bytes[at + i]) return undefined
    return name
  }

  /** Remembers the name of these bytes, if each of its characters is one of them. */
  add(name: string, bytes: Uint8Array, at: number, length: number): void {
    if (name.length === length) this.#names[placeOf(bytes, at, length)] = name
  }
}

function placeOf(bytes: Uint8Array, at: number, length: number): number {
  if (length === 0) return 0
  return (length + 7 * bytes[at]! + 31 * bytes[at + length - 1]!) & (PLACES - 1)
}
