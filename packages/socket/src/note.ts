import { type Address, layout, type Memory, NIL, TakeAllStack, word } from '@smpnet/memory'
import { SETTLE, SPIN, type Waiter, type Waiting } from '@smpnet/park'
import { NOTE } from './pair-layout.ts'

/** A poller as posters of notes see it. */
export const POLLER = layout('poller', {
  /** (x) The stack of posted notes, linked by their `next`. */
  notes: word('x', 'notes'),
  /** (x) 1 while its owner sleeps, or is about to: set by the owner, cleared by its waker. */
  asleep: word('x', 'asleep'),
  /** (x) 1 when a note may be lost: set by an undertaker, cleared by the owner, which looks. */
  lost: word('x', 'notes'),
})

/** The poller's stack of notes. */
export function notesOf(memory: Memory, poller: Address): TakeAllStack {
  return new TakeAllStack(memory, poller + POLLER.offset.notes, NOTE.offset.next)
}

/** Takes all notes from a poller, and says of each that it is posted no more. */
function clearAll(memory: Memory, poller: Address): void {
  const notes = notesOf(memory, poller)
  for (let at = notes.takeAll(); at !== NIL; ) {
    const next = notes.after(at)
    new Note(memory, at).clear()
    at = next
  }
}

/**
 * The note of one end, which says to its poller "look at me". It is in the poller's stack at most
 * once: `posted` is set by its poster and cleared by the poller before it looks. What
 * happens after the poller looked posts it again; what happens before is seen by looking.
 *
 * A poster that ends when it has set `posted` leaves the note in no stack, and nobody posts it any
 * more. Its undertaker marks the note as lost and tells the poller to look for such notes. Nobody
 * else posts a note that is lost: those at the other end have ended.
 *
 * Taking a note away from its poller is the delicate part, since the pair may be freed after it.
 * A poster sets `posted` and then reads `poller`; the remover clears `poller` and then waits for
 * `posted` to be clear. One of the two sees the other.
 */
export class Note {
  constructor(
    readonly memory: Memory,
    readonly at: Address,
  ) {}

  isPosted(): boolean {
    return this.memory.load(this.at + NOTE.offset.posted) !== 0
  }

  /** Posts the note, unless it is posted, and wakes a poller that sleeps. */
  *post(td: Waiter): Waiting {
    const { memory, at } = this
    while (!memory.settled()) yield SETTLE
    if (memory.compareExchange(at + NOTE.offset.posted, 0, memory.holder) !== 0) return
    const poller = memory.load(at + NOTE.offset.poller)
    while (!memory.settled()) yield SETTLE
    if (poller === NIL) return memory.store(at + NOTE.offset.posted, 0)
    notesOf(memory, poller).push(at)
    const asleep = poller + POLLER.offset.asleep
    while (!memory.settled()) yield SETTLE
    if (memory.load(asleep) !== 0 && memory.exchange(asleep, 0) !== 0) {
      yield* td.lot.unpark(asleep, 1)
    }
  }

  /** The same in a section that began settled: what the poller sleeps on that is to be woken. */
  postNow(): Address {
    const { memory, at } = this
    if (memory.compareExchange(at + NOTE.offset.posted, 0, memory.holder) !== 0) return NIL
    const poller = memory.load(at + NOTE.offset.poller)
    if (poller === NIL) {
      memory.store(at + NOTE.offset.posted, 0)
      return NIL
    }
    notesOf(memory, poller).push(at)
    const asleep = poller + POLLER.offset.asleep
    return memory.load(asleep) !== 0 && memory.exchange(asleep, 0) !== 0 ? asleep : NIL
  }

  /** What the poller of this end sleeps on, or NIL when it has none or does not sleep. */
  sleepingPoller(): Address {
    const poller = this.memory.load(this.at + NOTE.offset.poller)
    const asleep = poller + POLLER.offset.asleep
    return poller !== NIL && this.memory.load(asleep) !== 0 ? asleep : NIL
  }

  /** The poller that watches this end, or NIL. */
  poller(): Address {
    return this.memory.load(this.at + NOTE.offset.poller)
  }

  /** Whether a poller watches this end. */
  isAssigned(): boolean {
    return this.poller() !== NIL
  }

  /** Says which poller watches this end. */
  assign(poller: Address): void {
    this.memory.store(this.at + NOTE.offset.poller, poller)
  }

  /** Those that posted this note have ended: its poller is to look at this end, now and later. */
  *lose(td: Waiter): Waiting {
    const { memory, at } = this
    while (!memory.settled()) yield SETTLE
    memory.store(at + NOTE.offset.lost, 1)
    const poller = memory.load(at + NOTE.offset.poller)
    if (poller === NIL) return
    while (!memory.settled()) yield SETTLE
    memory.store(poller + POLLER.offset.lost, 1)
    const asleep = poller + POLLER.offset.asleep
    memory.store(asleep, 0)
    yield* td.lot.unpark(asleep, 1)
  }

  /** Whether those that posted this note have ended. */
  isLost(): boolean {
    return this.memory.load(this.at + NOTE.offset.lost) !== 0
  }

  /** Says that the poller is about to look at this end. */
  clear(): void {
    this.memory.store(this.at + NOTE.offset.posted, 0)
  }

  /** Takes the note from its poller for good; `drain` empties the poller's stack. */
  *withdraw(drain: () => void): Waiting {
    while (!this.memory.settled()) yield SETTLE
    this.assign(NIL)
    for (;;) {
      while (!this.memory.settled()) yield SETTLE
      const isLost = this.isLost()
      drain()
      if (isLost) this.clear()
      if (!this.isPosted()) return
      yield SPIN
    }
  }

  /**
   * The same for the note of a thread that has ended, and whose poller nobody empties any more.
   * `ended` is what that thread wrote into locks that it held: it may have begun to post the note
   * itself, as it does when it begins to watch an end.
   */
  *recover(ended?: number): Waiting {
    const poller = this.poller()
    if (poller === NIL) return
    yield* this.withdraw(() => {
      const isTheirs = this.memory.load(this.at + NOTE.offset.posted) === ended
      clearAll(this.memory, poller)
      if (isTheirs) this.clear()
    })
  }
}
