import type { Cpu } from '@smpnet/machine'
import { ThreadTable } from '../thread-table.ts'
import { Balancing } from './balancing.ts'
import { Placement } from './placement.ts'
import { topologySpec } from './topology-spec.ts'
import type { UleCpu } from './ule-cpu-view.ts'
import type { UleKnobs } from './ule-knobs.ts'

/** What the CPUs of one ULE have in common. */
export class UleShared {
  readonly cpus: UleCpu[] = []
  readonly table = new ThreadTable()
  readonly placement: Placement
  readonly balancing: Balancing
  /** Threads put on another CPU, which was idle. */
  remoteWakes = 0
  /** Interrupts sent to preempt another CPU. */
  remotePreemptions = 0
  #isBalancing = false
  #random = 1

  constructor(readonly knobs: UleKnobs) {
    this.placement = new Placement(this.cpus, knobs)
    this.balancing = new Balancing(this.cpus, knobs)
  }

  /**
   * Balances now and then, as long as anything is runnable: FreeBSD's boot CPU does it in its clock
   * interrupt, for ever; here a machine that is idle comes to rest. `cpu` does it next.
   */
  startBalancing(cpu: Cpu): void {
    if (this.#isBalancing || !this.knobs.balance || !cpu.threadsMove) return
    this.#isBalancing = true
    const { balanceInterval, stathz } = this.knobs
    const half = Math.max(1, Math.floor(balanceInterval / 2))
    const ticks = half + (this.#nextRandom() % balanceInterval)
    cpu.alarm((ticks * 1e9) / stathz, () => {
      this.#isBalancing = false
      this.balancing.balance()
      if (this.cpus.some(({ words }) => words.load > 0)) this.startBalancing(cpu)
    })
  }

  /** The generator of sched_random, so that a simulation needs no chance from outside. */
  #nextRandom(): number {
    this.#random = (Math.imul(this.#random, 69069) + 5) | 0
    return this.#random >>> 16
  }

  sysctl(): Readonly<Record<string, number | string>> {
    const { knobs, placement, balancing } = this
    const counts = Object.entries(placement.counts).map(([name, count]) => [
      `kern.sched.stats.pickcpu_${name}`,
      count,
    ])
    return {
      'kern.sched.name': 'ULE',
      'kern.sched.slice': knobs.slice,
      'kern.sched.quantum': Math.round((knobs.slice * 1e6) / knobs.stathz),
      'kern.sched.interact': knobs.interact,
      'kern.sched.affinity': knobs.affinity,
      'kern.sched.balance': Number(knobs.balance),
      'kern.sched.balance_interval': knobs.balanceInterval,
      'kern.sched.steal_idle': Number(knobs.stealIdle),
      'kern.sched.steal_thresh': knobs.stealThresh,
      'kern.sched.trysteal_limit': knobs.trystealLimit,
      'kern.sched.always_steal': Number(knobs.alwaysSteal),
      'kern.sched.idlespins': knobs.idleSpins,
      'kern.sched.idlespinthresh': knobs.idleSpinThresh,
      'kern.sched.topology_spec': topologySpec(this.cpus),
      ...Object.fromEntries(counts),
      'kern.sched.stats.remotewakeidle': this.remoteWakes,
      'kern.sched.stats.remotepreempt': this.remotePreemptions,
      'kern.sched.stats.stolen': balancing.steals,
      'kern.sched.stats.balanced': balancing.balanced,
    }
  }
}
