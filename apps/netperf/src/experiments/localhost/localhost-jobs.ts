import type { Job } from '../../model/job.ts'
import type { MachineKind } from '../../model/row.ts'
import { udpRr } from '../../workloads/datagrams/udp-rr.ts'
import { udpStream } from '../../workloads/datagrams/udp-stream.ts'
import { jobOf, liveCpus, simulatedCpus } from '../job-of.ts'
import { type KernelChoice, kernelOf } from './kernels.ts'

/** Kernels that are compared on machines of these profiles and so many CPUs. */
export interface KernelsOn {
  readonly profiles: readonly string[]
  readonly cpus: readonly number[]
  readonly kernels: readonly KernelChoice[]
}

/** What is measured of localhost traffic. */
export interface LocalhostPlan {
  readonly sim: readonly KernelsOn[]
  readonly runs: number
  /** Virtual time of all runs together, of requests and responses. */
  readonly rrMs: number
  /** The same of a stream, in which every CPU has always more to do. */
  streamMs(cpus: number): number
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
  const sim = plan.sim.flatMap(({ profiles, cpus: counts, kernels }) =>
    profiles.flatMap((profile) =>
      simulatedCpus(profile, counts).flatMap((cpus) => {
        const where = { machine: 'sim', profile, cpus, seed, durationMs: plan.rrMs, runs } as const
        return kernels.flatMap((kernel) => bothWays(where, kernel, plan.streamMs(cpus)))
      }),
    ),
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

function bothWays(where: Where, choice: KernelChoice, streamMs = where.durationMs): Job[] {
  const asked = { ...where, variants: ['smpnet'], kernel: kernelOf(choice) }
  return [
    jobOf({ ...asked, workload: udpRr }),
    jobOf({ ...asked, workload: udpStream, durationMs: streamMs }),
  ]
}
