import type { Boot, Cpu, Executive } from '@smpnet/machine'
import { Priority, Scheduler, type SchedulerTrace, type SchedulingPolicy } from '@smpnet/scheduler'
import type { Waiting } from '@smpnet/park'
import { Gate } from './gate.ts'
import { Isolate } from './isolate.ts'
import type { KernelArgs } from './kernel-args.ts'
import type { Program } from './program.ts'
import type { CpuStatistics } from './statistics.ts'

/** What of a boot is not data: it is given by the module that boots. */
export interface BootHooks<S, A> {
  /** Is told what the scheduler of a CPU does. */
  trace?(cpu: Cpu, args: KernelArgs<S, A>, policy: SchedulingPolicy): SchedulerTrace
}

/** What a live CPU reports when it was asked for its statistics. */
export interface StatisticsReport {
  readonly statistics: CpuStatistics
}

/** The name of the thread that answers; it is not listed among the threads of its CPU. */
export const ANSWERING = 'statistics'

/**
 * What sets up one CPU of a kernel that runs a program, on either machine: a scheduler as the
 * configuration says, and the program's threads. The default export of a live machine's module:
 *
 *     export default bootOf(program)
 */
export function bootOf<S, A>(
  program: Program<S, A>,
  hooks: BootHooks<S, A> = {},
): Boot<KernelArgs<S, A>> {
  return (cpu: Cpu, args: KernelArgs<S, A>): Executive => {
    const isolate = Isolate.of(args, program.counters)
    const options = isolate.scheduling(cpu)
    const trace = hooks.trace?.(cpu, args, options.policy)
    const scheduler = new Scheduler(cpu, { ...options, ...(trace && { trace }) })
    isolate.schedulers.push(scheduler)
    const { seed } = args.config.machine
    const locks = isolate.locks(cpu)
    const net = isolate.network(cpu, scheduler, locks)
    program.start(args.settings, args.shared, { cpu, scheduler, seed, locks, net })
    if (args.system.inquiry !== undefined) startAnswering(cpu, scheduler, isolate)
    return scheduler
  }
}

/** Nobody but a CPU's own isolate can look at its threads: one of them does, when it is asked. */
function startAnswering(cpu: Cpu, scheduler: Scheduler, isolate: Isolate): void {
  const gate = new Gate(cpu.memory, isolate.args.system.inquiry!)
  scheduler.spawn(
    function* (td): Waiting {
      for (let round = 1; ; round++) {
        yield* gate.wait(td, round)
        const [own] = isolate.statistics()
        const threads = own!.threads.filter(({ name }) => name !== ANSWERING)
        cpu.report({ statistics: { ...own!, threads } } satisfies StatisticsReport)
      }
    },
    { name: ANSWERING, priority: Priority.kernel, pinned: true },
  )
}
