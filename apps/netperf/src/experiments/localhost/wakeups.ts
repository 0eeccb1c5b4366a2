import type { Effort, Experiment } from '../../model/experiment.ts'
import { CONTROL, type KernelChoice, kernelsIn, WHOLE_GRID } from './kernels.ts'
import { localhostJobs, type LocalhostPlan } from './localhost-jobs.ts'
import { localhostPictures, localhostTables } from './localhost-views.ts'
import { wakeupFindings } from './wakeup-findings.ts'

const PROFILES = ['xeon-8176', 'epyc-7742']
const [FIRST, SECOND] = [PROFILES.slice(0, 1), PROFILES.slice(1)]
/** The locks of FreeBSD 5.3 and none, under 4BSD with one netisr thread. */
const ENDS = kernelsIn({ ...WHOLE_GRID, scheduler: ['4bsd'], netisr: ['one thread'] }).filter(
  ({ actions, table }) => (actions === 'under-lock') === (table === 'output'),
)

const ALL = kernelsIn(WHOLE_GRID)
const isThreadEach4Bsd = ({ netisr, scheduler }: KernelChoice) =>
  netisr === 'one per CPU' && scheduler === '4bsd'
const isOneThread = ({ netisr }: KernelChoice) => netisr === 'one thread'
const LIVE = { liveCpus: [1, 2], liveKernels: ENDS, liveRuns: 10 } as const

const PLANS: Readonly<Record<Effort, LocalhostPlan>> = {
  thorough: {
    sim: [{ profiles: PROFILES, cpus: [1, 4, 16, 64], kernels: [...ALL, ...CONTROL] }],
    runs: 5,
    rrMs: 15,
    streamMs: () => 15,
    ...LIVE,
    liveMs: 1000,
  },
  full: {
    sim: [
      { profiles: FIRST, cpus: [1, 4], kernels: [...ALL.filter(isOneThread), ...CONTROL] },
      { profiles: FIRST, cpus: [4], kernels: ALL.filter(isThreadEach4Bsd) },
      { profiles: FIRST, cpus: [16], kernels: ENDS },
      { profiles: SECOND, cpus: [1, 4], kernels: ENDS },
    ],
    runs: 5,
    rrMs: 6,
    streamMs: (cpus) => Math.max(0.5, 6 / cpus),
    ...LIVE,
    liveMs: 400,
  },
  quick: {
    sim: [{ profiles: FIRST, cpus: [1, 4], kernels: [...ENDS, ...CONTROL.slice(0, 2)] }],
    runs: 5,
    rrMs: 1.5,
    streamMs: (cpus) => 1.5 / cpus,
    liveCpus: [1],
    liveKernels: ENDS.filter(({ wakeup }) => wakeup.endsWith('preempt')),
    liveMs: 45,
    liveRuns: 3,
  },
}

/** Row 2 of the Netperf project's page: wakeups that do not preempt, and who is to see it. */
export const wakeups: Experiment = {
  name: 'wakeups',
  summary: 'Which wakeup of netisr is best on one CPU and on many, and who is to see to it?',
  question:
    'Wakeups that do not preempt mend localhost traffic on one CPU. Do they hurt many, and is ' +
    'there a wakeup that is best on both: one that the scheduler defers until its waker has ' +
    'released its locks, one that hands the CPU over, or a stack that sees to it itself, and ' +
    'hands packets on after its locks? Requests and responses, and a stream, by datagrams over ' +
    'loopback, a pair of sockets for each CPU, under each of the four policies, 4BSD and ULE, ' +
    'one netisr thread and one for each CPU, and each set of locks held over the hand-off.',
  jobs: (effort, seed) => localhostJobs(PLANS[effort], seed),
  tables: localhostTables(['rate', 'rtt', 'delay-p99']),
  pictures: localhostPictures(['rate', 'rtt', 'delay-p99', 'idle-queued', 'switches']),
  findings: wakeupFindings,
}
