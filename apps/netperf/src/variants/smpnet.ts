import { defineStack, type StackConfig } from '@smpnet/stack'
import type { KernelJob } from '../kernel/kernel-args.ts'
import { LiveKernel } from '../kernel/live-kernel.ts'
import type { Entrant, Job } from '../model/job.ts'
import { workerModule, type NetperfVariant } from './variant.ts'

/** Our own stack: stream sockets in shared memory between kernel threads. */
export const smpnet: NetperfVariant = {
  name: 'smpnet',
  summary: 'our stream sockets between kernel threads in shared memory',
  compared: true,
  machines: ['live', 'sim'],
  carries: ({ kernel }) => kernel !== undefined,
  live: (job, entrant, onStatistics) => ({
    start: () => LiveKernel.start(kernelJob(job, entrant), kernelBoot(job), onStatistics),
  }),
}

/** The module that sets up our kernel's CPUs for a job. */
export function kernelBoot(job: Job): URL {
  return job.boot ?? new URL(workerModule('kernel-boot'))
}

/**
 * What of a job our kernel needs; simulated runs have seeds of their own. Throws StackMisconfigured
 * for a kernel that cannot be.
 */
export function kernelJob(job: Job, entrant: Entrant, seed = job.seed): KernelJob {
  const { settings } = entrant
  return { config: stackOf(job, entrant, seed), workload: job.workload.name, settings }
}

function stackOf(job: Job, { billing }: Entrant, seed: number): StackConfig {
  const { machine: kind, cpus, profile, memoryBytes, kernel } = job
  const { policy = 'priority', rules, locks = {}, statistics = false } = kernel
  const size = { cpus, seed, memoryBytes }
  return defineStack({
    machine: kind === 'sim' ? { kind, profile, ...size } : { kind, ...size },
    scheduler: { policy, ...rules, ...billing },
    locks,
    statistics: statistics || locks.watch === true || locks.profile === true,
  })
}
