/** So many events may wait for their order; half of them are put into it when there are more. */
const MOST_PENDING = 2048

/** How many threads are queued has changed; or, `queued` being 0, whether a CPU is idle. */
interface Happening {
  readonly atNs: number
  readonly queued: number
  readonly cpu: number
  readonly isIdle: boolean
}

/**
 * For how long each CPU was idle while at least one thread was queued anywhere.
 *
 * What happens at one instant of a simulated machine may cost its CPU a microsecond, in which
 * others act: what they do is told later and happened before. So events wait here until as many
 * others have come that none from before can come any more, and are taken in the order of their
 * times.
 */
export class IdleTimeline {
  #pending: Happening[] = []
  #queued = 0
  /** For how long a thread was queued, until the last event that was taken. */
  #sumNs = 0
  #lastNs = 0
  /** What that sum was when each CPU fell idle; undefined of one that runs. */
  readonly #idleFromNs = new Map<number, number | undefined>()
  readonly #idleNs = new Map<number, number>()

  /** How many threads are queued has changed by `queued`. */
  changes(queued: number, atNs: number): void {
    this.#add({ atNs, queued, cpu: -1, isIdle: false })
  }

  /** A CPU is idle, or runs, from now on. */
  turns(cpu: number, isIdle: boolean, atNs: number): void {
    this.#add({ atNs, queued: 0, cpu, isIdle })
  }

  /** The time of one CPU up to `nowNs`, or to the latest event of any: an idle clock may stand. */
  of(cpu: number, nowNs: number): number {
    this.#take(this.#pending.length)
    this.#goTo(nowNs)
    const fromNs = this.#idleFromNs.get(cpu)
    const idleNs = this.#idleNs.get(cpu) ?? 0
    return fromNs === undefined ? idleNs : idleNs + this.#sumNs - fromNs
  }

  #add(happening: Happening): void {
    this.#pending.push(happening)
    if (this.#pending.length > MOST_PENDING) this.#take(MOST_PENDING / 2)
  }

  #take(count: number): void {
    const inOrder = this.#pending.sort((one, other) => one.atNs - other.atNs)
    this.#pending = inOrder.slice(count)
    for (let i = 0; i < count; i++) this.#happens(inOrder[i]!)
  }

  #happens({ atNs, queued, cpu, isIdle }: Happening): void {
    this.#goTo(atNs)
    this.#queued += queued
    if (queued !== 0) return
    const fromNs = this.#idleFromNs.get(cpu)
    const idleNs = this.#idleNs.get(cpu) ?? 0
    if (fromNs !== undefined) this.#idleNs.set(cpu, idleNs + this.#sumNs - fromNs)
    this.#idleFromNs.set(cpu, isIdle ? this.#sumNs : undefined)
  }

  #goTo(atNs: number): void {
    if (atNs <= this.#lastNs) return
    if (this.#queued > 0) this.#sumNs += atNs - this.#lastNs
    this.#lastNs = atNs
  }
}
