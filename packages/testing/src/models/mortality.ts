/** Operations of a memory that change it, after each of which its thread may die. */
const CHANGES = [
  'store',
  'exchange',
  'compareExchange',
  'add',
  'or',
  'and',
  'write',
  'write8',
  'write16be',
  'write32be',
  'copyIn',
  'fill',
  'move',
] as const
/** Operations that only look: the dead do not look either. */
const LOOKS = ['load', 'read', 'read8', 'read16be', 'read32be', 'copyOut', 'sum', 'pause'] as const

/** What ends a thread of a test, in the place of its worker's termination. */
const DEATH = new Error('this thread of a test has ended')

/**
 * A thread of a test that ends after a number of its changes of shared memory. It is run in the
 * isolate of the test: what it uses of the memory is an object of its own, which ends its code by
 * an error, and lets it touch nothing any more, not by its `finally` either.
 */
export class Mortality {
  #left: number
  #isDead = false

  /** `changes` is after how many it ends. */
  constructor(readonly changes: number) {
    this.#left = changes
  }

  get isDead(): boolean {
    return this.#isDead
  }

  /** Makes `memory`, an object of its thread's own, mortal, and returns it. */
  of<M extends object>(memory: M): M {
    const methods = memory as Record<string, ((...args: unknown[]) => unknown) | undefined>
    for (const name of CHANGES) this.#wrap(methods, name, (done) => this.#ages(done))
    for (const name of LOOKS) this.#wrap(methods, name, () => {})
    return memory
  }

  /** Runs the life of the thread to its end, or its death, and says whether it came to its end. */
  lives(life: () => void): boolean {
    try {
      life()
    } catch (error) {
      if (error !== DEATH) throw error
    }
    return !this.#isDead
  }

  #wrap(
    methods: Record<string, ((...args: unknown[]) => unknown) | undefined>,
    name: string,
    after: (hasChanged: boolean) => void,
  ): void {
    const real = methods[name]!.bind(methods)
    methods[name] = (...args) => {
      if (this.#isDead) throw DEATH
      const result = real(...args)
      after(name !== 'compareExchange' || result === args[1])
      return result
    }
  }

  #ages(hasChanged: boolean): void {
    if (!hasChanged || --this.#left > 0) return
    this.#isDead = true
    throw DEATH
  }
}

/**
 * Runs `scenario` with a thread that dies after its first change, then after its second, and so on
 * until it lives to its end, and says how many deaths it died. A failure names the point.
 */
export function atEveryDeath(scenario: (mortality: Mortality) => void): number {
  for (let changes = 1; ; changes++) {
    const mortality = new Mortality(changes)
    try {
      scenario(mortality)
    } catch (error) {
      throw new Error(`after its change ${changes}: ${(error as Error).message}`, { cause: error })
    }
    if (!mortality.isDead) return changes - 1
  }
}
