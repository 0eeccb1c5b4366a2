import type { Checker } from '@smpnet/park/model'
import type { HandoffEntry } from '../handoff/handoff-table.ts'
import { HandoffWorld, type HandoffWorldOptions } from './handoff-world.ts'

/** What a model checker gives the program that it runs; `@smpnet/interleave` does. */
export interface ModelThreads {
  thread(name: string, body: () => void, options?: { readonly mortal?: boolean }): void
  after(check: () => void): void
  onDeath(bury: (dead: { readonly number: number }) => void): void
  acceptsStuck(isAccepted: () => boolean): void
}

/** What a program may have besides: a planted fault, or another size. */
export interface ModelChanges extends Partial<Omit<HandoffWorldOptions, 'entry'>> {
  /** A planted fault: the dead are not buried. */
  readonly isUnburied?: boolean
}

/**
 * Two senders and one descriptor, so that OACTIVE is set and cleared: every packet goes out, each
 * once. Where one is stranded the thread of the interrupt waits for ever.
 */
export function strandedProgram(checker: Checker, entry: HandoffEntry, changes?: ModelChanges) {
  return ({ thread, after }: ModelThreads): void => {
    const packets = changes?.packets ?? [1, 1]
    const world = new HandoffWorld(checker, { entry, packets, slots: 1, ...changes })
    packets.forEach((_, sender) => thread(`sender ${sender + 1}`, () => world.send(sender)))
    thread('interrupt', () => world.interrupts())
    after(() => expectOnce(world, packets))
  }
}

/** Two senders with room for both: no start of the driver is for nothing. */
export function idleStartProgram(checker: Checker, entry: HandoffEntry) {
  return ({ thread, after }: ModelThreads): void => {
    const world = new HandoffWorld(checker, { entry, packets: [1, 1], slots: 2 })
    for (const sender of [0, 1]) thread(`sender ${sender + 1}`, () => world.send(sender))
    after(() => {
      const idle = world.idleStarts()
      if (idle > 0) throw new Error(`${idle} of the starts gave the device nothing`)
    })
  }
}

/**
 * The first sender may die anywhere, and is buried: nothing is left in a queue, and nothing goes
 * out twice. What it was moving when it died may be gone, and the interrupt's thread wait for
 * that.
 */
export function deathProgram(checker: Checker, entry: HandoffEntry, changes?: ModelChanges) {
  return ({ thread, after, onDeath, acceptsStuck }: ModelThreads): void => {
    const packets = changes?.packets ?? [1, 1]
    const world = new HandoffWorld(checker, { entry, packets, slots: 1, ...changes })
    packets.forEach((_, sender) => {
      thread(`sender ${sender + 1}`, () => world.send(sender), { mortal: sender === 0 })
    })
    thread('interrupt', () => world.interrupts(1), { mortal: false })
    onDeath(({ number }) => {
      if (changes?.isUnburied !== true) world.bury(number)
    })
    acceptsStuck(() => world.isEmpty())
    after(() => {
      const twice = world.gone(0).find((times) => times > 1)
      if (twice !== undefined) throw new Error(`a packet of the dead went out ${twice} times`)
    })
  }
}

/** What has gone out is freed by the interrupt's thread, or later: never twice. */
function expectOnce(world: HandoffWorld, packets: readonly number[]): void {
  packets.forEach((_, sender) => {
    const wrong = world.gone(sender).find((times) => times > 1)
    if (wrong !== undefined) throw new Error(`a packet went out ${wrong} times`)
  })
}
