import type { ChangeLog } from './state.ts'

/** Entries remembered before the log starts anew; what was marked before then counts as changed. */
const MAX_ENTRIES = 512

/** Something happened of which it cannot be told whether it has been undone. */
const UNKNOWN = { kind: 'unknown' } as const

type Entry =
  | typeof UNKNOWN
  /** A property had this value before. */
  | { readonly kind: 'property'; target: object; key: PropertyKey; before: unknown }
  /** A loop came round; `start` is the mark at which it began. */
  | { readonly kind: 'round'; loop: object; start: number; hasChanged: boolean }
  /** A generator went on. */
  | { readonly kind: 'drive'; steps: object }

/** What a thread changed besides shared memory; see `ChangeLog`. */
export class Changes implements ChangeLog {
  #log: Entry[] = []
  /** Entries that were forgotten; marks from before that are never undone. */
  #forgotten = 0
  /** Generators that are being driven, outermost first. */
  readonly driven: object[] = []

  mark(): number {
    return this.#forgotten + this.#log.length
  }

  isUndoneSince(mark: number, loop: object): boolean {
    if (mark < this.#forgotten) return false
    const seen = new Map<object, Set<PropertyKey>>()
    for (let i = mark - this.#forgotten; i < this.#log.length; i++) {
      const entry = this.#log[i]!
      if (entry.kind === 'unknown') return false
      if (entry.kind === 'round') {
        // A loop that began later is part of the round; one around it is not.
        if (entry.hasChanged && entry.loop !== loop && entry.start < mark) return false
      } else if (entry.kind === 'drive') {
        if (!this.driven.includes(entry.steps)) return false
      } else if (!isUndone(entry, seen)) return false
    }
    return true
  }

  note(): void {
    this.#push(UNKNOWN)
  }

  noteProperty(target: object, key: PropertyKey, before: unknown): void {
    this.#push({ kind: 'property', target, key, before })
  }

  noteRound(loop: object, start: number, hasChanged: boolean): void {
    this.#push({ kind: 'round', loop, start, hasChanged })
  }

  /**
   * A generator that was left at `exit` goes on. Its driver must be where it was then, which is
   * only sure if the driver went round a loop that had begun before.
   */
  noteDrive(steps: object, exit: number): void {
    if (exit >= 0 && !this.#wentRoundSince(exit)) this.note()
    this.#push({ kind: 'drive', steps })
  }

  #wentRoundSince(exit: number): boolean {
    if (exit < this.#forgotten) return false
    for (let i = exit - this.#forgotten; i < this.#log.length; i++) {
      const entry = this.#log[i]!
      if (entry.kind === 'round' && entry.start <= exit) return true
    }
    return false
  }

  #push(entry: Entry): void {
    if (this.#log.length === MAX_ENTRIES) {
      this.#forgotten += MAX_ENTRIES
      this.#log = []
    }
    this.#log.push(entry)
  }
}

/** Whether the property holds again what it held before its first change. */
function isUndone(
  { target, key, before }: { target: object; key: PropertyKey; before: unknown },
  seen: Map<object, Set<PropertyKey>>,
): boolean {
  const keys = seen.get(target) ?? new Set()
  if (keys.has(key)) return true
  seen.set(target, keys.add(key))
  return Object.is((target as Record<PropertyKey, unknown>)[key], before)
}
