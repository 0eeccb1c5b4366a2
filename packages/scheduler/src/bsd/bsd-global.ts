import type { Cpu } from '@smpnet/machine'
import { RunQueueLine } from '../policy/run-queue-line.ts'
import { RunQueue } from '../policy/run-queue.ts'
import { ThreadTable } from '../thread/thread-table.ts'
import type { BsdKnobs } from './bsd-knobs.ts'
import { bsdTdSched } from './bsd-td-sched.ts'

/** How often usage decays, and how often the load average is taken, in seconds. */
const DECAY_NS = 1e9
const SECONDS_PER_AVERAGE = 5
/** What a load of the minute before still counts after that time: cexp of kern_synch.c. */
const AVERAGE_KEEPS = Math.exp(-SECONDS_PER_AVERAGE / 60)

/** A CPU as the other CPUs see it. */
export interface BsdCpu {
  /** The priority of what runs there; MAX_PRIORITY when it is idle. */
  readonly current: number
  readonly isIdle: boolean
}

/** What the CPUs of one 4BSD have in common: one lock, and one queue under it. */
export class BsdGlobal {
  readonly cpus: BsdCpu[] = []
  readonly table = new ThreadTable()
  readonly queue = new RunQueue()
  readonly counts = { wakeupsRequested: 0, wakeupsDelivered: 0, migrations: 0, kicks: 0 }
  /** How many threads were runnable of late: ldavg of one minute. */
  loadAverage: number
  /** Threads that are queued or run. */
  runnable = 0
  #line: RunQueueLine | undefined
  #isDecaying = false
  #seconds = 0

  constructor(readonly knobs: BsdKnobs) {
    this.loadAverage = knobs.loadAverage
  }

  /** `sched_lock` and what is under it; placed when the first CPU comes. */
  line(cpu: Cpu): RunQueueLine {
    return (this.#line ??= new RunQueueLine(cpu, 'global run queue'))
  }

  /** Lets usage decay every second, as long as anything is runnable. `cpu` does it next. */
  startDecay(cpu: Cpu, requeue: (reckon: () => void) => void): void {
    if (this.#isDecaying) return
    this.#isDecaying = true
    cpu.alarm(DECAY_NS, () => {
      this.#isDecaying = false
      this.#average()
      requeue(() => this.#decay())
      if (this.runnable > 0) this.startDecay(cpu, requeue)
    })
  }

  #average(): void {
    if (++this.#seconds % SECONDS_PER_AVERAGE !== 0) return
    this.loadAverage = this.loadAverage * AVERAGE_KEEPS + this.runnable * (1 - AVERAGE_KEEPS)
  }

  /** schedcpu: every thread's usage, and the place in its queue that follows from that. */
  #decay(): void {
    for (const td of this.table.all()) {
      const ts = bsdTdSched(td)
      const { queue } = ts
      ts.decays(this.loadAverage)
      if (queue === undefined) ts.reckon()
      else queue.requeue(td, () => ts.reckon())
    }
  }

  sysctl(): Readonly<Record<string, number | string>> {
    const { knobs, counts } = this
    return {
      'kern.sched.name': '4BSD',
      'kern.sched.slice': knobs.slice,
      'kern.sched.quantum': Math.round((knobs.slice * 1e6) / knobs.stathz),
      'kern.sched.runq_fuzz': knobs.runqFuzz,
      'kern.sched.ipiwakeup.enabled': Number(knobs.ipiWakeup),
      'kern.sched.ipiwakeup.requested': counts.wakeupsRequested,
      'kern.sched.ipiwakeup.delivered': counts.wakeupsDelivered,
      'kern.sched.stats.remotepreempt': counts.kicks,
      'kern.sched.stats.migration': counts.migrations,
    }
  }
}
