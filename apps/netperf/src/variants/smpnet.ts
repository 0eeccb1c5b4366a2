import { defineStack, layOver, type StackConfig, type StackInput } from '@smpnet/stack'
import { captured } from '../kernel/captured-of.ts'
import type { KernelJob } from '../kernel/kernel-args.ts'
import { LiveKernel } from '../kernel/live-kernel.ts'
import type { Entrant, Job } from '../model/job.ts'
import { namedMachine } from '../machines/told-machine.ts'
import type { Billing, KernelAsked } from '../model/kernel-asked.ts'
import { workerModule, type NetperfVariant } from './variant.ts'

/** Our own stack: stream sockets in shared memory between kernel threads. */
export const smpnet: NetperfVariant = {
  name: 'smpnet',
  summary: 'our stream sockets between kernel threads in shared memory',
  compared: true,
  machines: ['live', 'sim'],
  carries: ({ kernel }) => kernel !== undefined,
  live: (job, entrant, told) => ({
    start: () => LiveKernel.start(kernelJob(job, entrant), kernelBoot(job), told),
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
  const { workload, machine: kind, cpus, profile, on, memoryBytes, kernel, capture } = job
  const size = { cpus, seed, memoryBytes }
  const config = kernelConfig(
    workload.isCounted ? { ...kernel, statistics: true } : kernel,
    kind === 'sim'
      ? { kind, profile: namedMachine(profile), on, ...size }
      : { kind, on: on?.length ? on : undefined, ...size },
    billing,
  )
  return capture === undefined ? config : defineStack(captured(config))
}

/**
 * A kernel that was asked for, on a machine. A workload that compares how switches are billed says
 * so last. Throws StackMisconfigured.
 */
export function kernelConfig(
  { base, policy, rules, locks = {}, statistics = false, explains = false }: KernelAsked,
  machine: StackInput['machine'],
  billing?: Billing,
): StackConfig {
  const billed = billing?.accounting ?? rules?.accounting
  const asked = layOver(base?.part ?? {}, {
    scheduler: {
      ...(policy !== undefined && { policy }),
      ...(billed === 'none' && { timecounter: undefined }),
      ...rules,
      ...billing,
    },
    locks,
    statistics: statistics || explains || locks.watch === true || locks.profile === true,
  })
  return defineStack({ ...asked, machine })
}
