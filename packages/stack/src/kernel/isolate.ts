import type { Cpu } from '@smpnet/machine'
import { SimRandom } from '@smpnet/machine/sim'
import {
  Bsd,
  clockTicker,
  type TickSource,
  PriorityPolicy,
  Schedstats,
  type Scheduler,
  type SchedulerOptions,
  type SchedulingPolicy,
  Ule,
  wakeupPolicies,
} from '@smpnet/scheduler'
import { backoffOf, LockProfile, Witness } from '@smpnet/sync'
import { type HostCounters, KernelClock } from '../clock/kernel-clock.ts'
import type { SchedulerConfig } from '../config/stack-config.ts'
import type { CaptureRings } from '../net/links/capture/tap.ts'
import { Net } from '../net/net.ts'
import type { KernelArgs } from './kernel-args.ts'
import { LockMaker } from '../locks/lock-maker.ts'
import { timecounterOf, WITNESS_SHAPE } from './placing.ts'
import type { CpuStatistics } from './statistics.ts'

/**
 * What the CPUs of one isolate have together, made from the configuration when the first of them
 * boots. All CPUs of a simulated machine share an isolate, and so one ULE with all its queues; each
 * CPU of a live machine has an isolate, and a ULE, of its own. Nothing of this could be in the
 * configuration itself: a worker would get a copy of it, or none, since policies hold functions.
 *
 * A machine's isolate is known by the arguments that its CPUs boot with: one object for all CPUs of
 * an isolate, and another one for each machine.
 */
export class Isolate {
  static readonly #known = new WeakMap<object, Isolate>()

  /** The CPUs that have booted, in the order of their numbers. */
  readonly schedulers: Scheduler[] = []
  readonly #policyOf: (cpu: Cpu) => SchedulingPolicy
  readonly #profiles = new Map<number, LockProfile>()
  readonly #schedstats: Schedstats | undefined
  #witness: Witness | undefined
  #net: Net | undefined

  private constructor(
    readonly args: KernelArgs,
    readonly counters: HostCounters | undefined,
  ) {
    this.#policyOf = policies(args.config.scheduler)
    this.#schedstats = args.config.statistics ? new Schedstats() : undefined
  }

  /** That of a machine; the same one for each of its CPUs. */
  static of(args: KernelArgs, counters?: HostCounters): Isolate {
    const known = Isolate.#known.get(args)
    if (known !== undefined) return known
    const made = new Isolate(args, counters)
    Isolate.#known.set(args, made)
    return made
  }

  /** How a CPU schedules. Asked once for each, in the order of their numbers. */
  scheduling(cpu: Cpu): SchedulerOptions & { readonly policy: SchedulingPolicy } {
    const { preemption, wakeup } = this.args.config.scheduler
    const ticker = this.#ticker(cpu)
    const schedstats = this.#schedstats
    return {
      policy: this.#policyOf(cpu),
      preemption,
      wakeup: wakeupPolicies.get(wakeup)!,
      ...(ticker && { ticker }),
      ...(schedstats && { schedstats }),
    }
  }

  /** What makes the locks that the threads of a CPU take. */
  locks(cpu: Cpu): LockMaker {
    const { scheduler, locks, machine } = this.args.config
    const profile = locks.profile ? new LockProfile(() => cpu.now() / 1e3) : undefined
    if (profile !== undefined) this.#profiles.set(cpu.id, profile)
    this.#witness ??= this.#makeWitness(cpu)
    const isCounted = scheduler.wakeup === 'deferred-to-unlock'
    const backoff = backoffOf(locks.backoff, machine.cpus)
    return new LockMaker(isCounted, this.#witness, profile, backoff)
  }

  /** The network, with this CPU among those that use it; undefined for a program without one. */
  network(cpu: Cpu, scheduler: Scheduler, locks: LockMaker): Net | undefined {
    const { config, system } = this.args
    if (system.net === undefined) return undefined
    const random = new SimRandom((config.machine.seed + cpu.id) % 2 ** 32)
    this.#net ??= new Net(cpu.memory, system.net, config, locks, random)
    this.#net.attach(cpu, scheduler, locks)
    return this.#net
  }

  /** What its links capture; undefined where nothing is captured. */
  get captures(): CaptureRings | undefined {
    return this.#net?.links.captures
  }

  /** What the network has counted; undefined without one. */
  networkCounters(): Readonly<Record<string, number>> | undefined {
    return this.#net?.counters.totals()
  }

  /** What this isolate's CPUs have counted up to now. */
  statistics(): CpuStatistics[] {
    return this.schedulers.map((scheduler) => {
      const { policy, cpu } = scheduler
      const locks = this.#profiles.get(cpu.id)?.rows() ?? []
      return {
        ...scheduler.statistics(),
        sysctl: policy.sysctl(),
        isShared: policy.isShared,
        locks,
        reversals: cpu === this.schedulers[0]!.cpu ? [...(this.#witness?.reports ?? [])] : [],
      }
    })
  }

  #ticker(cpu: Cpu): TickSource | undefined {
    const { config, system } = this.args
    const { accounting } = config.scheduler
    if (accounting === 'none') return undefined
    if (system.clock === undefined) return clockTicker(cpu)
    const clock = new KernelClock(cpu, system.clock, timecounterOf(config)!, this.counters)
    if (cpu.id === 0) clock.tick()
    return clock.ticker(accounting)
  }

  #makeWitness(cpu: Cpu): Witness | undefined {
    const { witness } = this.args.system
    return witness === undefined ? undefined : Witness.over(cpu.memory, witness, WITNESS_SHAPE)
  }
}

/** Makes what the CPUs of an isolate share of a scheduler, and returns what each has. */
function policies(scheduler: SchedulerConfig): (cpu: Cpu) => SchedulingPolicy {
  if (scheduler.policy === 'priority') return () => new PriorityPolicy()
  const { policy, knobs } = scheduler
  const shared = policy === 'ule' ? new Ule(knobs) : new Bsd(knobs)
  return (cpu) => shared.on(cpu)
}
