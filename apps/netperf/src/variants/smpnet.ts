import { LiveKernel } from '../kernel/live-kernel.ts'
import type { KernelJob } from '../kernel/kernel-memory.ts'
import type { Entrant, Job } from '../model/job.ts'
import { workerModule, type NetperfVariant } from './variant.ts'

/** Our own stack: stream sockets in shared memory between kernel threads. */
export const smpnet: NetperfVariant = {
  name: 'smpnet',
  summary: 'our stream sockets between kernel threads in shared memory',
  compared: true,
  machines: ['live', 'sim'],
  live: (job, entrant) => ({
    start: () => LiveKernel.start(kernelJob(job, entrant), kernelBoot(job)),
  }),
}

/** The module that sets up our kernel's CPUs for a job. */
export function kernelBoot(job: Job): URL {
  return job.boot ?? new URL(workerModule('kernel-boot'))
}

/** What of a job our kernel needs. */
export function kernelJob(job: Job, { settings }: Entrant): KernelJob {
  const { workload, cpus, seed, memoryBytes } = job
  const fixed = { workload: workload.name, settings, seed, cpus }
  return memoryBytes === undefined ? fixed : { ...fixed, memoryBytes }
}
