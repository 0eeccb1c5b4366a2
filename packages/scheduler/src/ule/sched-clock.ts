import type { Cpu } from '@smpnet/machine'
import type { RunQueueLine } from '../policy/run-queue-line.ts'
import { sharesTime } from '../thread/priority.ts'
import type { Thread } from '../thread/thread.ts'
import type { ThreadQueues } from './thread-queues.ts'
import type { UleKnobs } from './ule-knobs.ts'
import { uleTdSched } from './ule-td-sched.ts'

/** The sampling clock of one CPU under ULE: sched_clock, tdq_slice and tdq_switchcnt. */
export class SchedClock {
  /** Counts up to a sample, in `stathz` per tick. */
  #phase = 0
  /** Switches since the last sample, begun with the load then, and before it: tdq_switchcnt. */
  #switches = 0
  #switchesBefore = 0

  constructor(
    readonly cpu: Pick<Cpu, 'now'>,
    readonly knobs: UleKnobs,
    readonly queues: ThreadQueues,
    readonly line: RunQueueLine,
  ) {}

  /** The CPU switches to another thread. */
  switched(): void {
    this.#switches++
  }

  /** Whether the CPU has switched often of late: then it will have work again soon. */
  get isBusy(): boolean {
    return this.#switches + this.#switchesBefore > this.knobs.idleSpinThresh
  }

  /** A tick has passed while `current` ran. True when its turn is over. */
  tick(current: Thread | undefined): boolean {
    const { hz, stathz } = this.knobs
    this.#phase += stathz
    if (this.#phase < hz) return false
    this.#phase -= hz
    this.#switchesBefore = this.#switches
    this.#switches = this.line.load
    this.queues.tick()
    return current !== undefined && this.#sample(current)
  }

  /** A sample of the thread that runs. True when its turn is over. */
  #sample(td: Thread): boolean {
    const { knobs } = this
    const ts = uleTdSched(td)
    if (sharesTime(td.basePriority)) {
      ts.runs(this.cpu.now(), 1e9 / knobs.stathz)
      ts.reckon(knobs.interact)
    }
    if (++ts.sliceTicks < this.#sliceTicks()) return false
    ts.sliceTicks = 0
    return this.queues.length > 0
  }

  /** The more threads share this CPU, the shorter their turns: tdq_slice. */
  #sliceTicks(): number {
    const { slice, sliceMinDivisor } = this.knobs
    const others = this.queues.length
    if (others >= sliceMinDivisor) return Math.max(1, Math.floor(slice / sliceMinDivisor))
    return others <= 1 ? slice : Math.floor(slice / others)
  }
}
