import { SETTLE, SPIN, type Waiting } from '@smpnet/memory'
import { AHEAD, BUSY, type Cpu, type Executive, IDLE, type Step } from '../cpu.ts'

/** What a CPU runs that runs one thing only, which never parks. */
export class Solo implements Executive {
  readonly #body: Waiting
  #isOver = false
  #spins = 0

  constructor(
    readonly cpu: Cpu,
    body: (cpu: Cpu) => Waiting,
  ) {
    this.#body = body(cpu)
  }

  run(): Step {
    if (this.#isOver) return IDLE
    const step = this.#body.next(0)
    if (step.done) {
      this.#isOver = true
      return IDLE
    }
    if (step.value === SETTLE) return AHEAD
    if (step.value !== SPIN) {
      throw new TypeError(`what runs alone yields SPIN or SETTLE: ${step.value} came`)
    }
    this.cpu.memory.pause(this.#spins++ & 7)
    return BUSY
  }

  receive(): boolean {
    return false
  }

  tick(): void {}
}
