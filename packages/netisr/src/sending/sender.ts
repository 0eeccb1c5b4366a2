import { type Address, type Interrupt, type Memory, SETTLE } from '@smpnet/memory'
import type { Parking, Waiter, Waiting } from '@smpnet/park'
import { isDraining } from '../protocols/effective.ts'
import type { Registered } from '../protocols/registry.ts'
import { ANY_DISPATCH, Choice } from '../routing/choice.ts'
import type { Router } from '../routing/router.ts'
import type { NetisrPlan } from '../shape/netisr-plan.ts'
import { DEFERRED, DIRECT, HYBRID } from '../terms/names.ts'
import { DONE, ELSEWHERE, type Outcome, WAIT } from '../workstream/outcome.ts'
import type { Workstream } from '../workstream/workstream.ts'
import { Nesting } from './nesting.ts'

/** What sending needs of a netisr. */
export interface SenderParts {
  readonly memory: Memory
  readonly plan: NetisrPlan
  readonly streams: readonly Workstream[]
  readonly router: Router
}

/**
 * Sends packets: chooses a workstream for each, and queues it there, or handles it here.
 *
 * A workstream is chosen without a lock, and may be the wrong one by the time its lock is held; it
 * says ELSEWHERE then, and the packet is sent anew. That takes as many turns as there are changes
 * of the dispatch or of the packet's bucket meanwhile.
 *
 * The plain forms are above, and use one choice again and again; the forms of threads that may wait
 * are below, with a choice of their own.
 */
export class Sender {
  readonly #choice: Choice
  readonly #nesting = new Nesting()

  constructor(readonly parts: SenderParts) {
    this.#choice = new Choice(parts.router.buckets)
  }

  /** Queues for the worker. For a section whose caller has settled before. */
  tryQueue(td: Waiter, known: Registered, source: number, packet: Address): Outcome {
    return this.#tryQueue(td, this.#choice.of(known, source, packet))
  }

  /** The same for an interrupt of a CPU whose lot is `lot`. */
  queueNow(
    lot: Parking,
    irq: Interrupt,
    known: Registered,
    source: number,
    packet: Address,
  ): Outcome {
    const choice = this.#choice.of(known, source, packet)
    for (;;) {
      const outcome = this.#streamOf(choice, irq.cpu, ANY_DISPATCH).queueNow(lot, choice)
      if (outcome !== ELSEWHERE) return outcome
    }
  }

  /** Handles or queues, as the dispatch says that counts now. */
  tryDispatch(td: Waiter, known: Registered, source: number, packet: Address): Outcome {
    const choice = this.#choice.of(known, source, packet)
    for (;;) {
      const dispatch = known.effective.now()
      if (dispatch === DIRECT) return this.#tryDirect(td, choice)
      if (this.parts.memory.isSimulated && dispatch !== DEFERRED) return WAIT
      const outcome = this.#trySend(td, choice, dispatch)
      if (outcome !== ELSEWHERE) return outcome
    }
  }

  /** Queues for the worker: QUEUED or DROPPED. */
  queue(td: Waiter, known: Registered, source: number, packet: Address): Waiting<Outcome> {
    return this.#queue(td, this.#ownChoice(known, source, packet), ANY_DISPATCH)
  }

  /** Handles or queues, as the dispatch says that counts now: DONE, QUEUED or DROPPED. */
  *dispatch(td: Waiter, known: Registered, source: number, packet: Address): Waiting<Outcome> {
    const choice = this.#ownChoice(known, source, packet)
    for (;;) {
      while (!this.parts.memory.settled()) yield SETTLE
      const dispatch = known.effective.now()
      let outcome: Outcome
      if (dispatch === DIRECT) outcome = yield* this.#direct(td, choice)
      else if (dispatch === HYBRID) outcome = yield* this.#hybrid(td, choice)
      else if (isDraining(dispatch)) outcome = yield* this.#pass(td, choice, dispatch)
      else outcome = yield* this.#queue(td, choice, dispatch)
      if (outcome !== ELSEWHERE) return outcome
    }
  }

  #ownChoice(known: Registered, source: number, packet: Address): Choice {
    return new Choice(this.parts.router.buckets).of(known, source, packet)
  }

  #streamOf(choice: Choice, here: number, dispatch: number, isHybrid = false): Workstream {
    return this.parts.streams[this.parts.router.choose(choice, here, dispatch, isHybrid).stream]!
  }

  #tryQueue(td: Waiter, choice: Choice): Outcome {
    for (;;) {
      const outcome = this.#streamOf(choice, td.cpu, ANY_DISPATCH).tryQueue(td.lot, choice)
      if (outcome !== ELSEWHERE) return outcome
    }
  }

  /** The handler may send, too, and then the choice is another packet's. */
  #tryDirect(td: Waiter, choice: Choice): Outcome {
    const { known, packet } = choice
    if (!this.#nesting.mayEnter(td)) return this.#tryQueue(td, choice)
    if (!this.#nesting.tryInput(known, td, packet)) return WAIT
    this.#countDirect(td.cpu, known.number)
    return DONE
  }

  /** By a dispatch that looks at the workstream; ELSEWHERE if it does not count any more. */
  #trySend(td: Waiter, choice: Choice, dispatch: number): Outcome {
    const isHybrid = dispatch === HYBRID
    const stream = this.#streamOf(choice, td.cpu, dispatch, isHybrid)
    if (isDraining(dispatch)) {
      const outcome = stream.tryPass(choice)
      if (outcome !== DONE) return outcome
      this.#goOnDraining(choice)
      return this.#tryDirect(td, choice)
    }
    if (!isHybrid || stream.id !== td.cpu) return stream.tryQueue(td.lot, choice)
    const outcome = stream.tryDispatch(choice)
    return outcome === DONE ? this.#tryHybrid(td, choice, stream) : outcome
  }

  /** After DONE of `stream`. */
  #tryHybrid(td: Waiter, { known, packet }: Choice, stream: Workstream): Outcome {
    let isDone = false
    try {
      isDone = known.handler.tryInput(td, packet)
    } finally {
      stream.endDispatchNow(td.lot, known.number, isDone)
    }
    return isDone ? DONE : WAIT
  }

  /** By a dispatch other than `ANY_DISPATCH`, ELSEWHERE if that does not count any more. */
  *#queue(td: Waiter, choice: Choice, dispatch: number): Waiting<Outcome> {
    while (!this.parts.memory.settled()) yield SETTLE
    for (;;) {
      const outcome = yield* this.#streamOf(choice, td.cpu, dispatch).queue(td.lot, choice)
      if (outcome !== ELSEWHERE || dispatch !== ANY_DISPATCH) return outcome
    }
  }

  *#direct(td: Waiter, choice: Choice): Waiting<Outcome> {
    const { known, packet } = choice
    if (!this.#nesting.mayEnter(td)) return yield* this.#queue(td, choice, ANY_DISPATCH)
    this.#countDirect(td.cpu, known.number)
    while (!this.parts.memory.settled()) yield SETTLE
    if (this.#nesting.tryInput(known, td, packet)) return DONE
    yield* this.#nesting.input(known, td, packet)
    return DONE
  }

  /** The thread stays on its CPU, since that is what decides (sched_pin). */
  *#hybrid(td: Waiter, choice: Choice): Waiting<Outcome> {
    const { known, packet } = choice
    td.pin()
    try {
      const stream = this.#streamOf(choice, td.cpu, HYBRID, true)
      if (stream.id !== td.cpu) return yield* stream.queue(td.lot, choice)
      const outcome = yield* stream.dispatch(choice)
      if (outcome !== DONE) return outcome
      let isDone = false
      try {
        while (!this.parts.memory.settled()) yield SETTLE
        if (!known.handler.tryInput(td, packet)) yield* known.handler.input(td, packet)
        isDone = true
      } finally {
        yield* stream.endDispatch(td.lot, known.number, isDone)
      }
      return DONE
    } finally {
      td.unpin()
    }
  }

  *#pass(td: Waiter, choice: Choice, dispatch: number): Waiting<Outcome> {
    const outcome = yield* this.#streamOf(choice, td.cpu, dispatch).pass(choice)
    if (outcome !== DONE) return outcome
    while (!this.parts.memory.settled()) yield SETTLE
    this.#goOnDraining(choice)
    return yield* this.#direct(td, choice)
  }

  /** By the dispatch that the choice was made by. */
  #goOnDraining({ known: { effective, number }, dispatch }: Choice): void {
    const { streams } = this.parts
    effective.goOn(dispatch, streams.length, (stream) => streams[stream]!.isDrained(number))
  }

  #countDirect(cpu: number, protocol: number): void {
    const at = this.parts.plan.direct(cpu, protocol)
    this.parts.memory.write(at, this.parts.memory.read(at) + 1)
  }
}
