import type { ChangeLog } from './state.ts'

/** Changes remembered before the log gives up and says that something changed. */
const MAX_CHANGES = 256

interface Change {
  readonly target: object
  readonly key: PropertyKey
  readonly before: unknown
}

/** What a thread changed in ordinary objects; see `ChangeLog`. */
export class Changes implements ChangeLog {
  #log: (Change | undefined)[] = []
  /** Numbers of changes that were forgotten; marks from before that are never undone. */
  #forgotten = 0

  mark(): number {
    return this.#forgotten + this.#log.length
  }

  isUndoneSince(mark: number): boolean {
    if (mark < this.#forgotten) return false
    const seen = new Map<object, Set<PropertyKey>>()
    for (let i = mark - this.#forgotten; i < this.#log.length; i++) {
      const change = this.#log[i]
      if (change === undefined) return false
      const keys = seen.get(change.target) ?? new Set()
      if (keys.has(change.key)) continue
      seen.set(change.target, keys.add(change.key))
      const now = (change.target as Record<PropertyKey, unknown>)[change.key]
      if (!Object.is(now, change.before)) return false
    }
    return true
  }

  note(): void {
    this.#push(undefined)
  }

  noteProperty(target: object, key: PropertyKey, before: unknown): void {
    this.#push({ target, key, before })
  }

  #push(change: Change | undefined): void {
    if (this.#log.length === MAX_CHANGES) {
      this.#forgotten += MAX_CHANGES
      this.#log = []
    }
    this.#log.push(change)
  }
}
