import type { Job } from '../../model/job.ts'
import type { MachineKind } from '../../model/row.ts'
import { udpRr } from '../../workloads/datagrams/udp-rr.ts'
import { udpStream } from '../../workloads/datagrams/udp-stream.ts'
import { jobOf, liveCpus, simulatedCpus } from '../job-of.ts'
import { type KernelChoice, kernelOf } from './kernels.ts'

/** What is measured of localhost traffic. */
export interface LocalhostPlan {
  readonly profiles: readonly string[]
  readonly cpus: readonly number[]
  readonly kernels: readonly KernelChoice[]
  readonly runs: number
  /** Virtual time of all runs together; a round trip among many CPUs takes long. */
  simMs(cpus: number): number
  readonly liveCpus: readonly number[]
  readonly liveKernels: readonly KernelChoice[]
  readonly liveMs: number
  readonly liveRuns: number
}

/** What a workload is called, and the rate that it is judged by. */
export interface Traffic {
  readonly workload: string
  readonly rate: string
  readonly what: string
}

/** Requests with responses, and a stream of datagrams, one way. */
export const TRAFFIC: readonly Traffic[] = [
  { workload: udpRr.name, rate: 'rate', what: 'round trips' },
  { workload: udpStream.name, rate: 'received', what: 'datagrams' },
]

/** A pair of sockets for each CPU, over loopback, in every kernel. */
export function localhostJobs(plan: LocalhostPlan, seed: number): Job[] {
  const { runs, liveRuns } = plan
  const live = liveCpus(plan.liveCpus).flatMap((cpus) => {
    const where = { machine: 'live', cpus, seed, durationMs: plan.liveMs, runs: liveRuns } as const
    return plan.liveKernels.flatMap((kernel) => bothWays(where, kernel))
  })
  const sim = plan.profiles.flatMap((profile) =>
    simulatedCpus(profile, plan.cpus).flatMap((cpus) => {
      const durationMs = plan.simMs(cpus)
      const where = { machine: 'sim', profile, cpus, seed, durationMs, runs } as const
      return plan.kernels.flatMap((kernel) => bothWays(where, kernel))
    }),
  )
  return [...live, ...sim]
}

interface Where {
  readonly machine: MachineKind
  readonly profile?: string
  readonly cpus: number
  readonly seed: number
  readonly durationMs: number
  readonly runs: number
}

function bothWays(where: Where, choice: KernelChoice): Job[] {
  const asked = { ...where, variants: ['smpnet'], kernel: kernelOf(choice) }
  return [jobOf({ ...asked, workload: udpRr }), jobOf({ ...asked, workload: udpStream })]
}
