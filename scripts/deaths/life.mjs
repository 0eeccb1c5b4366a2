import { LockAbandoned, LockTimeout } from '@smpnet/sync'
import { ADDED, LEFT, of, RIGHT, STRANGE, SUM, VIOLATIONS } from './words.mjs'

class Failed extends Error {}

/**
 * What one worker does with the locks of its world, as a survivor, which checks, or as a victim,
 * which is terminated anywhere in it. Survivors wait without a limit: a wake that is lost shows.
 */
export class Life {
  constructor(words, index, isSurvivor, random) {
    this.words = words
    this.index = index
    this.isSurvivor = isSurvivor
    this.random = random
  }

  below(count) {
    return Math.floor(this.random() * count)
  }

  work() {
    for (let left = this.below(60); left > 0; left--) Atomics.load(this.words, STRANGE)
  }

  fails() {
    this.work()
    throw new Failed('is begun again')
  }

  /** Victims give up now and then, since to leave a queue is a step in which one may die, too. */
  limit() {
    return !this.isSurvivor && this.random() < 0.5 ? { timeoutMs: this.below(5) } : {}
  }

  /** Runs what may end by its limit. */
  trying(run) {
    try {
      return run()
    } catch (error) {
      if (error instanceof LockTimeout || error instanceof Failed) return undefined
      throw error
    }
  }

  excluding(lock, side) {
    const guard = this.trying(() => side.lockSync({ recover: true, ...this.limit() }))
    if (guard === undefined) return
    this.#inside(lock, guard)
    guard.unlock()
  }

  async excludingTask(lock, side) {
    let guard
    try {
      guard = await side.lock({ recover: true, ...this.limit() })
    } catch (error) {
      if (error instanceof LockTimeout) return
      throw error
    }
    this.#inside(lock, guard)
    if (this.random() < 0.1) await undefined
    guard.unlock()
  }

  /** Inside with others that look: nobody may be changing anything. */
  looking(lock, side) {
    const guard = side.lockSync({ recover: true })
    const { words } = this
    if (words[LEFT] !== words[RIGHT] && !isAbandoned(lock)) Atomics.add(words, VIOLATIONS, 1)
    this.work()
    guard.unlock()
  }

  async lookingTask(lock, side) {
    const guard = await side.lock({ recover: true })
    const { words } = this
    if (words[LEFT] !== words[RIGHT] && !isAbandoned(lock)) Atomics.add(words, VIOLATIONS, 1)
    if (this.random() < 0.1) await undefined
    guard.unlock()
  }

  /** Inside with `count` of `most`: what survivors have at once is never more. */
  among(count, most) {
    if (this.isSurvivor && Atomics.add(this.words, SUM, count) + count > most) {
      Atomics.add(this.words, VIOLATIONS, 1)
    }
    this.work()
    if (this.isSurvivor) Atomics.sub(this.words, SUM, count)
  }

  notifying(mutex, condition) {
    const guard = mutex.lockSync({ recover: true })
    this.#inside(mutex, guard)
    const chance = this.random()
    if (chance < 0.4) condition.notifySync(mutex)
    else if (chance < 0.6) condition.notifyAllSync(mutex)
    else {
      try {
        condition.waitSync(mutex, { timeoutMs: this.below(5) })
      } catch (error) {
        if (!(error instanceof LockAbandoned)) throw error
      }
      this.#inside(mutex, guard)
    }
    guard.unlock()
  }

  versioning(mutex, seqc) {
    const { words } = this
    if (this.random() < 0.5) {
      const guard = mutex.lockSync({ recover: true })
      seqc.beginWrite()
      this.#inside(mutex, guard)
      seqc.endWrite()
      guard.unlock()
      return
    }
    try {
      const read = () => Atomics.load(words, LEFT) - Atomics.load(words, RIGHT)
      if (seqc.readSync(read) !== 0) Atomics.add(words, VIOLATIONS, 1)
    } catch (error) {
      if (!(error instanceof LockAbandoned)) throw error
    }
  }

  /** Notes an error that no step should have, and goes on. */
  strange(error) {
    if (Atomics.add(this.words, STRANGE, 1) > 2) return
    console.error(this.isSurvivor ? 'a survivor:' : 'a victim:', error)
  }

  #inside(lock, guard) {
    const { words } = this
    const mends = isAbandoned(lock)
    if (words[LEFT] !== words[RIGHT] && !mends) Atomics.add(words, VIOLATIONS, 1)
    words[RIGHT] = words[LEFT]
    words[LEFT] += 1
    this.work()
    words[RIGHT] += 1
    if (this.isSurvivor) {
      words[SUM] += 1
      words[of(this.index, ADDED)] += 1
    }
    if (mends) lock.recover(guard.td)
  }
}

function isAbandoned(lock) {
  return lock.isAbandoned?.() ?? false
}
