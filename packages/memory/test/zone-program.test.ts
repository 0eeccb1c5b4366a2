import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Address,
  Arena,
  Interrupt,
  LiveMemory,
  type Memory,
  NIL,
  type Place,
  PricedMemory,
  type Waiting,
  Zone,
} from '../src/index.ts'
import { Bill } from './memories.ts'

const ITEMS = 24
const CPUS = 3
const ENSURED = 7
const shape = {
  name: 'mbufs',
  items: ITEMS,
  itemBytes: 64,
  cpus: CPUS,
  magazineItems: 2,
  ensured: ENSURED,
}

/** What a thread does next; `moves` says on which CPU it is when it goes on after a wait. */
interface Step {
  readonly thread: number
  readonly what: 'alloc' | 'free' | 'ensure' | 'interrupt' | 'resume'
  readonly which: number
  readonly moves: number
}

const steps = fc.array(
  fc.record<Step>({
    thread: fc.nat(3),
    what: fc.constantFrom('alloc', 'free', 'ensure', 'interrupt', 'resume'),
    which: fc.nat(63),
    moves: fc.nat(CPUS - 1),
  }),
  { maxLength: 150 },
)

/** Threads that use a zone, each of which may be moved whenever it waits, and what they hold. */
class Program {
  readonly inUse = new Set<Address>()
  readonly threads = [0, 1, 2, 0].map((cpu) => ({
    cpu,
    doing: undefined as Waiting<void> | undefined,
  }))
  /** Items that threads have, and that they may still come to have by what they are doing. */
  #claims = 0

  constructor(
    readonly zone: Zone,
    /** How the zone sees where a thread is. */
    readonly seen: (thread: Place) => Place,
  ) {}

  step({ thread: number, what, which, moves }: Step): void {
    const thread = this.threads[number]!
    if (thread.doing !== undefined) thread.cpu = moves
    else if (what === 'interrupt') this.interrupt(new Interrupt(moves), which)
    else thread.doing = this.#begin(thread, what, which)
    if (thread.doing?.next(0).done) thread.doing = undefined
  }

  /** Lets all threads come to an end. */
  finish(): void {
    for (const thread of this.threads) {
      if (thread.doing !== undefined) toEnd(thread.doing)
    }
  }

  *#begin(thread: Place, what: Step['what'], which: number): Waiting {
    const place = this.seen(thread)
    if (what === 'alloc' && this.#claims < ITEMS) {
      this.#claims++
      this.#got(yield* this.zone.alloc(place))
    } else if (what === 'ensure' && this.#claims <= ITEMS - ENSURED) {
      const count = 1 + (which % ENSURED)
      const used = which % (count + 1)
      this.#claims += count
      check(yield* this.zone.ensure(place, count), 'there is enough to ensure')
      for (let i = 0; i < used; i++) this.#got(this.zone.tryAlloc({ cpu: thread.cpu }))
      this.#claims -= count - used
    } else if (what === 'free' && this.inUse.size > 0) {
      yield* this.zone.free(place, this.#give(which))
      this.#claims--
    }
  }

  /** The handler of an interrupt frees an item, or allocates one. */
  interrupt(irq: Interrupt, which: number): void {
    if (which % 2 === 0 && this.#claims < ITEMS) {
      this.#claims++
      this.#got(this.zone.allocNow(irq))
    } else if (this.inUse.size > 0) {
      this.zone.freeNow(irq, this.#give(which))
      this.#claims--
    }
  }

  #got(item: Address): void {
    check(item !== NIL, 'what there is enough of can be allocated')
    check(!this.inUse.has(item), 'an item in use is not given out')
    this.inUse.add(item)
  }

  #give(which: number): Address {
    const item = [...this.inUse][which % this.inUse.size]!
    this.inUse.delete(item)
    return item
  }
}

function check(isKept: boolean, promise: string): void {
  if (!isKept) throw new Error(`broken: ${promise}`)
}

/** Lets a thread wait until it is done. */
function toEnd<T>(waiting: Waiting<T>): T {
  for (;;) {
    const step = waiting.next(0)
    if (step.done) return step.value
  }
}

/** Simulated time in which a CPU has often run ahead, so that threads wait and others go on. */
class Ahead extends Bill {
  #turn = 0
  override settled(): boolean {
    return this.#turn++ % 3 !== 0
  }
}

/** Runs a program to its end, frees all, and says how many items can be allocated then. */
function runs(memory: Memory, program: readonly Step[], seen: (thread: Place) => Place): number {
  const zone = Zone.create(Arena.create(memory), shape)
  const using = new Program(zone, seen)
  for (const step of program) using.step(step)
  using.finish()
  const { allocated, freed, failed } = zone.statistics()
  check(allocated - freed === using.inUse.size && failed === 0, 'statistics tell what happened')
  for (const item of using.inUse) toEnd(zone.free({ cpu: 1 }, item))
  const all = Array.from({ length: ITEMS }, () => toEnd(zone.alloc({ cpu: 2 })))
  return new Set(all.filter((item) => item !== NIL)).size
}

const live = (): Memory => LiveMemory.create(1 << 14)
const simulated = (): Memory => new PricedMemory(1 << 14, new Ahead())

describe('whatever threads and interrupts do', () => {
  it.each([
    ['live', live],
    ['simulated', simulated],
  ])(
    'a zone of %s memory gives out each item once, as many as it has and has ensured',
    (_, create) => {
      fc.check(
        fc.property(steps, (program) => {
          expect(runs(create(), program, (thread) => thread)).toBe(ITEMS)
        }),
        { numRuns: 300 },
      )
    },
  )

  it('is caught when a thread is asked once where it is, and not again after a wait', () => {
    const keeps = (thread: Place): Place => ({ cpu: thread.cpu })
    const broken = fc.property(steps, (program) => runs(simulated(), program, keeps) === ITEMS)
    const { failed, errorInstance } = fc.check(broken, { seed: 1, numRuns: 300 })
    expect(failed).toBe(true)
    expect(errorInstance).toMatchObject({
      message: 'broken: what there is enough of can be allocated',
    })
  })
})
