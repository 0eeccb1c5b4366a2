import type { Address } from '@smpnet/memory'
import type { Observer } from '../thread/observer.ts'
import type { SwitchReason } from '../thread/switch-reason.ts'
import type { Thread } from '../thread/thread.ts'

type Telling<Event extends keyof Observer> = readonly Required<Pick<Observer, Event>>[]

/**
 * The observers of a scheduler, a list for each event. Of the three events that come most often it
 * also says whether any observer listens, so that without one they cost a look at a constant.
 */
export class Observers {
  readonly hearSteps: boolean
  readonly hearSwitches: boolean
  readonly hearWakes: boolean
  readonly hearPosts: boolean
  readonly hearFetches: boolean
  readonly #stepped: Telling<'stepped'>
  readonly #switched: Telling<'switched'>
  readonly #resumed: Telling<'resumed'>
  readonly #woken: Telling<'woken'>
  readonly #posted: Telling<'posted'>
  readonly #fetched: Telling<'fetched'>
  readonly #preempting: Telling<'preempting'>
  readonly #blocked: Telling<'blocked'>
  readonly #borrowed: Telling<'borrowed'>
  readonly #started: Telling<'started'>
  readonly #ended: Telling<'ended'>

  /** They are told in this order. */
  constructor(all: readonly Observer[]) {
    this.#stepped = listening(all, 'stepped')
    this.#switched = listening(all, 'switched')
    this.#resumed = listening(all, 'resumed')
    this.#woken = listening(all, 'woken')
    this.#posted = listening(all, 'posted')
    this.#fetched = listening(all, 'fetched')
    this.#preempting = listening(all, 'preempting')
    this.#blocked = listening(all, 'blocked')
    this.#borrowed = listening(all, 'borrowed')
    this.#started = listening(all, 'started')
    this.#ended = listening(all, 'ended')
    this.hearSteps = this.#stepped.length > 0
    this.hearSwitches = this.#switched.length + this.#resumed.length > 0
    this.hearWakes = this.#woken.length > 0
    this.hearPosts = this.#posted.length > 0
    this.hearFetches = this.#fetched.length > 0
  }

  stepped(td: Thread): void {
    for (const observer of this.#stepped) observer.stepped(td)
  }

  switched(to: Thread | undefined, from: Thread | undefined, why: SwitchReason): void {
    for (const observer of this.#switched) observer.switched(to, from, why)
  }

  resumed(td: Thread): void {
    for (const observer of this.#resumed) observer.resumed(td)
  }

  woken(td: Thread, by: Thread | undefined, isStart: boolean): void {
    for (const observer of this.#woken) observer.woken(td, by, isStart)
  }

  posted(entry: Address): void {
    for (const observer of this.#posted) observer.posted(entry)
  }

  fetched(entry: Address): void {
    for (const observer of this.#fetched) observer.fetched(entry)
  }

  preempting(current: Thread, by: Thread): void {
    for (const observer of this.#preempting) observer.preempting(current, by)
  }

  blocked(td: Thread, lock: Address, owner: Address): void {
    for (const observer of this.#blocked) observer.blocked(td, lock, owner)
  }

  borrowed(td: Thread): void {
    for (const observer of this.#borrowed) observer.borrowed(td)
  }

  started(td: Thread): void {
    for (const observer of this.#started) observer.started(td)
  }

  ended(td: Thread, isError: boolean): void {
    for (const observer of this.#ended) observer.ended(td, isError)
  }
}

function listening<Event extends keyof Observer>(
  all: readonly Observer[],
  event: Event,
): Telling<Event> {
  return all.filter((one) => one[event] !== undefined) as Required<Pick<Observer, Event>>[]
}
