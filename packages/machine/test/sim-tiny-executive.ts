import type { Address } from '@smpnet/memory'
import { PARK, SETTLE, SPIN, Waiter, type Waiting, WOKEN } from '@smpnet/park'
import { AHEAD, BUSY, type Cpu, type Executive, IDLE, type Step } from '../src/cpu.ts'

/** What a thread of the tiny executive runs. */
export type TinyBody = (td: Waiter, cpu: Cpu) => Waiting<unknown>

interface TinyThread {
  readonly td: Waiter
  readonly body: Waiting<unknown>
  parked: boolean
  wakes: number
}

/** The least that can run on a CPU: threads in turn, no priorities, no preemption. */
export class TinyExecutive implements Executive {
  ticks = 0
  readonly #threads = new Map<Address, TinyThread>()
  readonly #ready: TinyThread[] = []

  constructor(
    readonly cpu: Cpu,
    ...bodies: readonly TinyBody[]
  ) {
    for (const body of bodies) this.spawn(body)
  }

  spawn(body: TinyBody): Waiter {
    const td = new Waiter(this.cpu.lot, this.cpu.lot.claimEntry(this.cpu.id))
    const thread = { td, body: body(td, this.cpu), parked: false, wakes: 0 }
    this.#threads.set(td.at, thread)
    this.#ready.push(thread)
    return td
  }

  run(): Step {
    const thread = this.#ready[0]
    if (thread === undefined) return IDLE
    const step = thread.body.next(WOKEN)
    if (step.done) this.#ready.shift()
    else if (step.value === SETTLE) return AHEAD
    else if (step.value === SPIN) this.#spin()
    else if (step.value === PARK) this.#park(thread)
    else this.#rotate()
    return this.#ready.length > 0 ? BUSY : IDLE
  }

  receive(entry: number): boolean {
    const thread = this.#threads.get(entry)!
    if (!thread.parked) {
      thread.wakes++
      return false
    }
    thread.parked = false
    this.#ready.push(thread)
    return false
  }

  tick(): void {
    this.ticks++
  }

  #spin(): void {
    if (this.#ready.length > 1) this.#rotate()
    else this.cpu.memory.pause(0)
  }

  #rotate(): void {
    this.#ready.push(this.#ready.shift()!)
  }

  #park(thread: TinyThread): void {
    this.#ready.shift()
    if (thread.wakes > 0) {
      thread.wakes--
      this.#ready.push(thread)
    } else thread.parked = true
  }
}
