import type { Effort, Experiment } from '../../model/experiment.ts'
import { CONTROL, type KernelChoice, kernelsIn, WHOLE_GRID } from './kernels.ts'
import { localhostJobs, type LocalhostPlan } from './localhost-jobs.ts'
import { localhostPictures, localhostTables } from './localhost-views.ts'
import { preemptionFindings } from './preemption-findings.ts'

const WAKEUPS = { wakeup: ['preempt', 'no-preempt'] } as const
const ONE_THREAD = { scheduler: ['4bsd'], netisr: ['one thread'] } as const
const SHORT = kernelsIn({ ...WHOLE_GRID, ...WAKEUPS, ...ONE_THREAD })
const PROFILES = ['xeon-e5-2650', 'xeon-8176']
const [FIRST, SECOND] = [PROFILES.slice(0, 1), PROFILES.slice(1)]

const ALL = kernelsIn({ ...WHOLE_GRID, ...WAKEUPS })
const isOneThread = ({ netisr }: KernelChoice) => netisr === 'one thread'
const LIVE = { liveCpus: [1, 2], liveKernels: SHORT, liveRuns: 10 } as const

const PLANS: Readonly<Record<Effort, LocalhostPlan>> = {
  thorough: {
    sim: [{ profiles: PROFILES, cpus: [1, 2, 4, 8, 16, 32, 64], kernels: [...ALL, ...CONTROL] }],
    runs: 5,
    rrMs: 15,
    streamMs: () => 15,
    ...LIVE,
    liveMs: 1000,
  },
  full: {
    sim: [
      { profiles: FIRST, cpus: [1, 2, 4], kernels: [...ALL.filter(isOneThread), ...CONTROL] },
      { profiles: FIRST, cpus: [4], kernels: ALL.filter((kernel) => !isOneThread(kernel)) },
      { profiles: FIRST, cpus: [16], kernels: SHORT },
      { profiles: SECOND, cpus: [1, 4], kernels: SHORT },
    ],
    runs: 5,
    rrMs: 6,
    streamMs: (cpus) => Math.max(0.5, 6 / cpus),
    ...LIVE,
    liveMs: 400,
  },
  quick: {
    sim: [{ profiles: FIRST, cpus: [1, 4], kernels: [...SHORT, ...CONTROL.slice(0, 2)] }],
    runs: 5,
    rrMs: 1.5,
    streamMs: (cpus) => 1.5 / cpus,
    liveCpus: [1],
    liveKernels: SHORT.filter(({ actions, table }) => {
      return (actions === 'under-lock') === (table === 'output')
    }),
    liveMs: 45,
    liveRuns: 3,
  },
}

/** Row 1 of the Netperf project's page: preemption by netisr on localhost traffic. */
export const preemption: Experiment = {
  name: 'preemption',
  summary: 'Does a wakeup that preempts run netisr into the locks of the sender that woke it?',
  question:
    'On localhost traffic a wakeup that preempts runs netisr before its sender has released the ' +
    'locks that netisr needs. Does it, in which kernels, and what does it cost on one CPU and on ' +
    'many? Requests and responses, and a stream, by datagrams over loopback: a pair of sockets ' +
    'for each CPU, with wakeups that preempt and that do not, under 4BSD and ULE, with one ' +
    'netisr thread and one for each CPU, and with each of the locks that a sender may hold ' +
    'over the hand-off: that of the table of control blocks, that of its own block, both, or ' +
    'none. All else is as in FreeBSD 5.3.',
  jobs: (effort, seed) => localhostJobs(PLANS[effort], seed),
  tables: localhostTables(['rate', 'rtt', 'into-lock']),
  pictures: localhostPictures(['rate', 'rtt', 'into-lock', 'switches', 'idle-queued']),
  findings: preemptionFindings,
}
