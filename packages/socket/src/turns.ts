import {
  ABORTED,
  type Outcome,
  leftMs,
  onAbort,
  TIMED_OUT,
  type Until,
  type WaitClock,
  WOKEN,
} from '@smpnet/park'

/** The longest that a host's timer can be set for. */
const FAR_MS = 2 ** 31 - 1

/** A call that waits for its turn, and the one behind it. */
interface Turn {
  next: Turn | undefined
  /** Undefined when it waits no more. */
  begin: ((outcome: Outcome) => void) | undefined
}

/**
 * The order in which the calls of one event loop use one direction of an end. A half has one user
 * at a time; tasks of one loop cannot know of each other, as threads can, and so take turns here,
 * first come first served. Nothing of this is in shared memory: a call of another thread meanwhile
 * is refused by the half itself.
 */
export class Turns {
  #isTaken = false
  #first: Turn | undefined
  #last: Turn | undefined

  /** Takes the turn if no other call has it; to be left by `leave`. */
  tryTake(): boolean {
    if (this.#isTaken) return false
    this.#isTaken = true
    return true
  }

  /** Waits for the turn behind all that wait already: WOKEN when it has come, or why not. */
  wait(clock: WaitClock, until: Until): Promise<Outcome> {
    return new Promise((resolve) => {
      const turn: Turn = { next: undefined, begin: undefined }
      const forget = limit(clock, until, (outcome) => turn.begin?.(outcome))
      turn.begin = (outcome) => {
        turn.begin = undefined
        forget()
        resolve(outcome)
      }
      if (this.#last === undefined) this.#first = turn
      else this.#last.next = turn
      this.#last = turn
    })
  }

  /** Passes the turn on to the call that waits longest. */
  leave(): void {
    for (let turn = this.#first; turn !== undefined; turn = turn.next) {
      this.#first = turn.next
      if (turn.next === undefined) this.#last = undefined
      if (turn.begin !== undefined) return turn.begin(WOKEN)
    }
    this.#isTaken = false
  }
}

/** Calls back when a wait is to be given up; what it returns sees to it that it does not. */
function limit(clock: WaitClock, until: Until, end: (why: Outcome) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const look = (): void => {
    const left = leftMs(clock, until)
    if (left > 0) timer = setTimeout(look, Math.min(FAR_MS, Math.ceil(left)))
    else end(TIMED_OUT)
  }
  const { signal, deadlineMs } = until
  if (deadlineMs !== Number.POSITIVE_INFINITY) timer = setTimeout(look, 0)
  const forget = signal === undefined ? undefined : onAbort(signal, () => end(ABORTED))
  return () => {
    clearTimeout(timer)
    forget?.()
  }
}
