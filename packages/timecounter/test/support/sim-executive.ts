import { AHEAD, BUSY, type Cpu, type Executive, IDLE, type Step } from '@smpnet/machine'
import { SETTLE, type Waiting, WOKEN } from '@smpnet/park'

/** Runs generators on a simulated CPU, one after another. None of them may park. */
export class SimExecutive implements Executive {
  readonly #queue: Waiting<unknown>[] = []

  constructor(readonly cpu: Cpu) {}

  start(waiting: Waiting<unknown>): void {
    this.#queue.push(waiting)
  }

  run(): Step {
    const first = this.#queue[0]
    if (first === undefined) return IDLE
    const step = first.next(WOKEN)
    if (step.done) this.#queue.shift()
    return !step.done && step.value === SETTLE ? AHEAD : BUSY
  }

  receive(): boolean {
    return false
  }

  tick(): void {}
}
