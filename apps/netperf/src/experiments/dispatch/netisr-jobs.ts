import { profiles } from '@smpnet/machine/sim'
import type { DispatchName } from '@smpnet/netisr'
import type { Effort } from '../../model/experiment.ts'
import type { Job } from '../../model/job.ts'
import { udpRr } from '../../workloads/datagrams/udp-rr.ts'
import { dispatch } from '../../workloads/dispatch/dispatch.ts'
import type { DispatchOptions } from '../../workloads/dispatch/dispatch-options.ts'
import { jobOf, simulatedCpus } from '../job-of.ts'

/** The parts of the experiment, as rows say it in `part`. */
export type Part =
  | 'capacity'
  | 'half load'
  | 'to others'
  | 'threads'
  | 'overload'
  | 'handed over'
  | 'registry'

/** The card's receive queues, as rows say it in `card`. */
export const ONE_QUEUE = 'one queue'
export const EACH_QUEUE = 'queue per CPU'

export const KINDS: readonly DispatchName[] = ['direct', 'hybrid', 'deferred']
/** The machine of FreeBSD's forwarding figures, and one with more CPUs. */
export const PROFILES = ['xeon-e5-2650', 'xeon-8176'] as const
/** Offered load in capacities of one CPU. */
export const LOADS = [0.5, 1, 2, 4, 8] as const
const MANY_FLOWS = 10_000
/** Of Intel's drivers for cards of 1 and 10 Gb/s: at most 8000 interrupts of a queue per second. */
const INTERVAL_US = 125
/** How an overload is taken, as rows say it in `taken`. */
const TAKEN = [
  ['interrupt', { receiver: 'interrupt' }],
  ['moderated', { receiver: 'interrupt', interval: INTERVAL_US }],
  ['polled', { receiver: 'polled' }],
] as const
/** What a driver takes for a packet, of which the default is that of the workload. */
const RECEIVE_NS = 100
const NS_PER_S = 1e9

interface Plan {
  readonly cpus: readonly number[]
  readonly flows: readonly number[]
  readonly loads: readonly number[]
  readonly runs: number
  /** Virtual time of all runs together. */
  readonly ms: number
  /** The same of one CPU, whose runs are short. */
  readonly oneCpuMs: number
  /** That of the control, of all CPUs together: a certain figure takes many packets. */
  readonly controlCpuMs: number
}

/** The largest machines are in it, too. */
const FULL: Plan = {
  cpus: [1, 2, 4, 8, 16, 32, 64],
  flows: [1, 10, MANY_FLOWS],
  loads: LOADS,
  runs: 5,
  ms: 5,
  oneCpuMs: 25,
  controlCpuMs: 640,
}
const PLANS: Readonly<Record<Effort, Plan>> = {
  thorough: FULL,
  full: FULL,
  quick: {
    cpus: [1, 8],
    flows: [1, MANY_FLOWS],
    loads: [1, 8],
    runs: 5,
    ms: 0.5,
    oneCpuMs: 2.5,
    controlCpuMs: 16,
  },
}

export function netisrJobs(effort: Effort, seed: number): Job[] {
  const plan = PLANS[effort]
  return PROFILES.flatMap((profile) => {
    const on = new Asking(plan, profile, seed)
    const counts = simulatedCpus(profile, plan.cpus)
    return [
      ...counts.flatMap((cpus) => [
        ...on.capacity(cpus),
        ...on.halfLoad(cpus),
        ...on.toOthers(cpus),
        ...on.threads(cpus),
      ]),
      ...on.overload(),
      ...on.handedOver(),
      ...on.registry(),
    ]
  })
}

/** Asks for the jobs of one machine. */
class Asking {
  readonly #capacity: number

  constructor(
    readonly plan: Plan,
    readonly profile: string,
    readonly seed: number,
  ) {
    const workNs = profiles.get(profile)!.workNs['forward-packet']!.value
    // Of one CPU that receives and handles, without what hands packets over.
    this.#capacity = NS_PER_S / (RECEIVE_NS + workNs)
  }

  /** How much is handled when there is always more. */
  capacity(cpus: number): Job[] {
    return this.plan.flows.flatMap((flows) =>
      this.#cards(cpus).flatMap(([card, queues]) =>
        KINDS.map((kind) =>
          this.#job('capacity', cpus, { dispatch: kind, flows, queues }, { card }),
        ),
      ),
    )
  }

  /** How soon, when half of what the receiving CPUs could handle comes, by itself. */
  halfLoad(cpus: number): Job[] {
    return this.#cards(cpus).flatMap(([card, queues]) => {
      const offered = Math.round((this.#capacity * queues) / 2)
      return KINDS.map((kind) => {
        const own = { dispatch: kind, flows: MANY_FLOWS, queues, offered }
        return this.#job('half load', cpus, own, { card })
      })
    })
  }

  /** A quarter of what CPUs can handle, sent by threads of all to where each flow is read. */
  toOthers(cpus: number): Job[] {
    const offered = Math.round((this.#capacity * cpus) / 4)
    return KINDS.map((kind) => {
      const sent = { policy: 'cpu', receiver: 'thread', flows: MANY_FLOWS, offered } as const
      return this.#job('to others', cpus, { dispatch: kind, ...sent }, {})
    })
  }

  /** The control: workers of netisr that have nothing to do. */
  threads(cpus: number): Job[] {
    return [1, cpus].map((threads) => {
      const labels = { workers: threads === 1 ? 'one' : 'one per CPU' }
      const own = { dispatch: 'direct', threads, flows: MANY_FLOWS } as const
      const ms = Math.max(this.plan.ms, this.plan.controlCpuMs / cpus)
      return this.#job('threads', cpus, own, labels, ms)
    })
  }

  /** More than one CPU can handle, taken before netisr without end, or beside it. */
  overload(): Job[] {
    return this.plan.loads.flatMap((load) =>
      TAKEN.map(([taken, how]) => {
        const offered = Math.round(this.#capacity * load)
        const labels = { load, taken }
        return this.#job('overload', 1, { dispatch: 'deferred', offered, ...how }, labels)
      }),
    )
  }

  /** A hop to a worker that preempts for each packet, and to one that has its turn. */
  handedOver(): Job[] {
    return (['thread', 'polled'] as const).map((receiver) =>
      this.#job('handed over', 1, { dispatch: 'deferred', receiver }, {}),
    )
  }

  registry(): Job[] {
    const locks = ['none', 'rmlock-trackers', 'rmlock', 'rwlock'].map((registryLock) =>
      this.#job('registry', 1, { dispatch: 'deferred', receiver: 'thread', registryLock }, {}),
    )
    return [...locks, this.#pingPong()]
  }

  /** Round trips over loopback, each packet of which is queued for netisr's worker. */
  #pingPong(): Job {
    const { plan, profile, seed } = this
    const { oneCpuMs: durationMs, runs } = plan
    const where = { machine: 'sim', profile, cpus: 1, seed, durationMs, runs } as const
    const kernel = { base: { part: { netisr: { dispatch: 'deferred' } }, labels: {} } } as const
    return jobOf({ ...where, workload: udpRr, variants: ['smpnet'], kernel })
  }

  #cards(cpus: number): readonly (readonly [card: string, queues: number])[] {
    return [
      [ONE_QUEUE, 1],
      [EACH_QUEUE, cpus],
    ]
  }

  #job(
    part: Part,
    cpus: number,
    own: DispatchOptions,
    labels: Readonly<Record<string, string | number>>,
    durationMs = cpus === 1 ? this.plan.oneCpuMs : this.plan.ms,
  ): Job {
    const { plan, profile, seed } = this
    const where = { machine: 'sim', profile, cpus, seed, durationMs, runs: plan.runs } as const
    return jobOf({ ...where, workload: dispatch, own, labels: { part, ...labels } })
  }
}
