import { simulate } from '@smpnet/machine/sim'
import { work } from '@smpnet/memory'
import { Bsd, Scheduler, SWITCH_REASONS, TRACE_EVENTS, Ule } from '@smpnet/scheduler'
import { SETTLE } from '@smpnet/park'

/** Loads for the two schedulers on simulated machines, and what they come to: no chance in them. */
const NANOSECOND = work('nanosecond')
/** How long a hog computes before its turn can end. */
const GRAIN_NS = 250_000
const VIRTUAL_NS = 2e9

/** The machines, and the most CPUs that they are asked for. */
export const PROFILES = { 'xeon-e5-2650': 32, 'xeon-8176': 64, 'epyc-7742': 64 }
/**
 * Before anything is counted, a policy has to have learnt of its threads what it remembers: 4BSD
 * counts usage for a minute and more when many are runnable, ULE what they did in five seconds.
 */
const POLICIES = {
  '4BSD': { make: (loadAverage) => new Bsd({ loadAverage }), warmUpNs: 60e9 },
  ULE: { make: () => new Ule(), warmUpNs: 5e9 },
}
export const POLICY_NAMES = Object.keys(POLICIES)
export const CPUS = [1, 2, 4, 8, 16, 32, 64]

const hog = { name: 'hog', runNs: GRAIN_NS, sleepNs: 0 }
/** A fifth of a millisecond of work every two: its like at a terminal, or of a request. */
const brief = { name: 'brief', runNs: 200_000, sleepNs: 2_000_000 }

/** The threads of each load on so many CPUs, and whose share of the CPU is compared. */
export const LOADS = {
  batch: { threads: (cpus) => Array(2 * cpus + 1).fill(hog), compared: 'hog' },
  interactive: { threads: (cpus) => Array(4 * cpus).fill(brief), compared: 'brief' },
  mixed: {
    threads: (cpus) => [...Array(cpus).fill(hog), ...Array(2 * cpus).fill(brief)],
    compared: 'hog',
  },
}

const SWITCH = TRACE_EVENTS.indexOf('switch')
const WAKEUP = TRACE_EVENTS.indexOf('wakeup')
const WAITS = ['turnstile', 'sleepq', 'sleepqtimo'].map((name) => SWITCH_REASONS.indexOf(name))

/** Hears of all schedulers, and counts what their threads wait and how they move. */
class Observer {
  delaysNs = []
  switches = 0
  migrations = 0
  #running = []
  #readyNs = new Map()
  #lastCpu = new Map()

  /** Counts from `sinceNs` on. */
  constructor(sinceNs) {
    this.sinceNs = sinceNs
  }

  event(cpu, kind, one, other) {
    if (kind === WAKEUP) this.#readyNs.set(one, cpu.now())
    if (kind !== SWITCH) return
    const before = this.#running[cpu.id]
    if (before !== undefined && !WAITS.includes(other)) this.#readyNs.set(before, cpu.now())
    this.#running[cpu.id] = one === 0 ? undefined : one
    if (one !== 0) this.#dispatched(cpu, one)
  }

  #dispatched(cpu, td) {
    const last = this.#lastCpu.get(td)
    const readyNs = this.#readyNs.get(td)
    this.#lastCpu.set(td, cpu.id)
    this.#readyNs.delete(td)
    if (cpu.now() < this.sinceNs) return
    if (last !== undefined && last !== cpu.id) this.migrations++
    this.switches++
    // CPUs that have run ahead of each other disagree by less than the price of a wakeup.
    if (readyNs !== undefined) this.delaysNs.push(Math.max(0, cpu.now() - readyNs))
  }
}

function* live(td, { runNs, sleepNs }, sinceNs, ran) {
  for (;;) {
    td.pcpu.memory.charge(NANOSECOND, runNs)
    while (!td.pcpu.memory.settled()) yield SETTLE
    if (td.pcpu.now() >= sinceNs) ran(runNs)
    if (sleepNs > 0) yield* td.sleep(sleepNs)
  }
}

/**
 * Runs threads, spawned on the CPUs in turn, and returns what they ran and were seen to do in the
 * `virtualNs` after `sinceNs`.
 */
function run({ profile, policy, cpus, threads, loadAverage = 0, sinceNs = 0, virtualNs }) {
  const observer = new Observer(sinceNs)
  const ran = threads.map(() => 0)
  simulate({
    profile,
    cpus,
    seed: 1,
    memoryBytes: 1 << 20,
    untilNs: sinceNs + virtualNs,
    lot: { waiters: threads.length + 1 },
    // The clock is read by the observer, which is to cost nothing.
    workNs: { 'clock-read': 0 },
    setup: () => POLICIES[policy].make(loadAverage),
    boot: (cpu, shared) => {
      const trace = { event: (kind, one, other) => observer.event(cpu, kind, one, other) }
      const options = { policy: shared.on(cpu), preemption: 'full', trace }
      const scheduler = new Scheduler(cpu, options)
      threads.forEach((thread, i) => {
        if (i % cpus !== cpu.id) return
        const count = (ns) => (ran[i] += ns)
        scheduler.spawn((td) => live(td, thread, sinceNs, count), thread)
      })
      return scheduler
    },
  })
  return { observer, ran }
}

/** A line of the table: delays in µs, switches and migrations per CPU and second. */
export function measure({ profile, policy, load, cpus }) {
  const { threads: of, compared } = LOADS[load]
  const threads = of(cpus)
  const loadAverage = demandOf(threads)
  const until = { sinceNs: POLICIES[policy].warmUpNs, virtualNs: VIRTUAL_NS }
  const { observer, ran } = run({ profile, policy, cpus, threads, loadAverage, ...until })
  const delays = observer.delaysNs.sort((one, other) => one - other)
  const at = (part) => us(delays[Math.min(delays.length - 1, Math.floor(part * delays.length))])
  const perCpu = (count) => Math.round(count / cpus)
  const fair = jain(ran.filter((_, i) => threads[i].name === compared)).toFixed(3)
  const perSecond = (count) => perCpu(count / (VIRTUAL_NS / 1e9))
  const counts = [perSecond(observer.switches), perSecond(observer.migrations), fair]
  return [profile, load, policy, cpus, at(0.5), at(0.99), at(1), ...counts]
}

/** How many of the threads are runnable on average, if none waits for another. */
function demandOf(threads) {
  return threads.reduce((sum, { runNs, sleepNs }) => sum + runNs / (runNs + sleepNs), 0)
}

/** 1 when all got the same, 1 / n when one got all (Jain, Chiu and Hawe, 1984). */
function jain(shares) {
  const total = shares.reduce((sum, share) => sum + share, 0)
  return total ** 2 / (shares.length * shares.reduce((sum, share) => sum + share ** 2, 0))
}

function us(ns = 0) {
  return ns < 10_000 ? (ns / 1000).toFixed(2) : String(Math.round(ns / 1000))
}

/** Hogs of two values of `nice` on one CPU: the part of it that the first gets, and should get. */
export const NICES = [
  [0, 10],
  [0, 20],
  [-20, 20],
]

/** The load average has to have settled before 4BSD tells them apart: it forgets in a minute. */
const SETTLING_NS = 300e9

export function niceShare(policy, [first, second]) {
  const threads = [first, second].map((nice) => ({ ...hog, nice, runNs: 1_000_000 }))
  const given = { profile: 'xeon-e5-2650', policy, cpus: 1, threads }
  const until = { sinceNs: SETTLING_NS, virtualNs: SETTLING_NS / 2 }
  const [one, other] = run({ ...given, ...until }).ran
  return one / (one + other)
}

/**
 * What the algorithms say, from their constants alone.
 *
 * 4BSD: both stay equally urgent, usage and nice together. With a load of 2, usage is between 4 and
 * 5 seconds' worth of samples, 127 of them a second; 8 samples count as much as one of nice.
 *
 * ULE: a thread that has had a turn is put into the calendar behind, by usage and nice: 64 queues
 * for 72 priorities, of which usage decides 32. In a turn the calendar goes on by 12 queues. So for
 * each turn of the second, the first has as many as bring it behind the second; having more, it is
 * put farther behind. Where no whole number of turns fits, it alternates between the two next to
 * it.
 */
export function predictedShare(policy, [first, second]) {
  const nice = second - first
  if (policy === '4BSD') return (1 + (8 * nice) / (127 * 4.5)) / 2
  const turnsOf = (share) => ((64 / 72) * (nice - 32 * (2 * share - 1))) / 12
  for (let turns = 1; ; turns++) {
    const share = turns / (turns + 1)
    if (turnsOf(share) > turns) continue
    // The share at which as many turns as the last whole number just fit, if that is the least.
    const between = (1 + (nice - (12 * 72 * (turns - 1)) / 64) / 32) / 2
    return turns === 1 ? share : Math.min(share, between)
  }
}
