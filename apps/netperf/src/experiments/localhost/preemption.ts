import type { Effort, Experiment } from '../../model/experiment.ts'
import { CONTROL, kernelsIn, WHOLE_GRID } from './kernels.ts'
import { localhostJobs, type LocalhostPlan } from './localhost-jobs.ts'
import { localhostPictures, localhostTables } from './localhost-views.ts'
import { preemptionFindings } from './preemption-findings.ts'

const WAKEUPS = { wakeup: ['preempt', 'no-preempt'] } as const
const ONE_THREAD = { scheduler: ['4bsd'], netisr: ['one thread'] } as const
const SHORT = kernelsIn({ ...WHOLE_GRID, ...WAKEUPS, ...ONE_THREAD })
const PROFILES = ['xeon-e5-2650', 'xeon-8176']

const PLANS: Readonly<Record<Effort, LocalhostPlan>> = {
  full: {
    profiles: PROFILES,
    cpus: [1, 2, 4, 8, 16, 32, 64],
    kernels: [...kernelsIn({ ...WHOLE_GRID, ...WAKEUPS }), ...CONTROL],
    runs: 5,
    simMs: () => 15,
    liveCpus: [1, 2],
    liveKernels: SHORT,
    liveMs: 1000,
    liveRuns: 10,
  },
  quick: {
    profiles: PROFILES.slice(0, 1),
    cpus: [1, 4],
    kernels: [...SHORT, ...CONTROL.slice(0, 2)],
    runs: 5,
    simMs: () => 1.5,
    liveCpus: [1],
    liveKernels: SHORT.filter(({ actions, table }) => {
      return (actions === 'under-lock') === (table === 'output')
    }),
    liveMs: 90,
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
