import { POLICY_NAMES, type StackStatistics, WAKEUP_NAMES } from '@smpnet/stack'
import { thorough } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { lockKinds } from '../src/locks/index.ts'
import type { Row } from '../src/model/row.ts'
import { type Ended, netperf, rowsOf } from './run-netperf.ts'

interface Document {
  readonly rows: readonly Row[]
  readonly statistics: readonly (Row & { readonly kernel: StackStatistics })[]
}

const SHORT = {
  sim: ['--machine', 'sim', '--duration', '0.2ms', '--runs', '1'],
  live: ['--variants', 'smpnet', '--duration', '40ms', '--runs', '2'],
}

function documentOf({ status, stdout }: Ended): Document {
  expect(status).toBe(0)
  return JSON.parse(stdout) as Document
}

async function counted(machine: 'sim' | 'live', workload: string, ...more: string[]) {
  const short =
    workload === 'list_walk'
      ? SHORT[machine].filter((arg) => !/variants|smpnet/.test(arg))
      : SHORT[machine]
  const ended = await netperf(['run', workload, ...short, '--json', ...more])
  return documentOf(ended).statistics
}

const all = POLICY_NAMES.flatMap((scheduler) => WAKEUP_NAMES.map((wakeup) => [scheduler, wakeup]))
/** Each wakeup policy with one scheduler, and each scheduler at least once. */
const few = WAKEUP_NAMES.map((wakeup, i) => [POLICY_NAMES[i % POLICY_NAMES.length]!, wakeup])
const pairs = thorough(all, few)

describe('every scheduler with every wakeup policy', () => {
  it.each(pairs)(
    '%s with %s gives the same bytes for the same seed',
    async (scheduler, wakeup) => {
      const kernel = ['--cpus', '4', '--scheduler', scheduler!, '--wakeup', wakeup!]
      const args = ['run', 'rr', ...SHORT.sim, ...kernel, '--statistics', '--json']
      const [one, two] = await Promise.all([netperf(args), netperf(args)])
      expect(two.stdout).toBe(one.stdout)
      const { rows, statistics } = documentOf(one)
      expect(rows[0]).toMatchObject({ variant: 'smpnet', settings: { scheduler, wakeup } })
      expect(rows[0]!.median).toBeGreaterThan(0)
      expect(statistics[0]).toMatchObject({ profile: 'xeon-e5-2650', seed: 1, cpus: 4 })
      const handoffs = statistics[0]!.kernel.cpus.map(({ reasons }) => reasons.handoff)
      const mayHandOver = wakeup === 'handoff' && scheduler !== 'priority'
      expect(mayHandOver ? 0 : Math.max(...handoffs)).toBe(0)
    },
  )

  it.each(['4bsd', 'ule'])('%s hands a CPU over to what its thread wakes', async (scheduler) => {
    const kernel = ['--cpus', '2', '--scheduler', scheduler, '--wakeup', 'handoff']
    const args = ['run', 'rr', '--machine', 'sim', ...kernel, '--statistics', '--json']
    const { statistics } = documentOf(await netperf(args))
    for (const { reasons } of statistics[0]!.kernel.cpus)
      expect(reasons.handoff).toBeGreaterThan(100)
  })

  it.each(pairs)('%s with %s runs every kind of lock', async (scheduler, wakeup) => {
    const kernel = ['--cpus', '3', '--scheduler', scheduler!, '--wakeup', wakeup!]
    const args = ['run', 'list_walk', ...SHORT.sim, '--writes', '50%', ...kernel, '--json']
    const rows = rowsOf(await netperf(args))
    expect(rows.filter(({ metric }) => metric === 'throughput')).toHaveLength(lockKinds.size)
    for (const { median } of rows) expect(median).toBeGreaterThan(0)
  })
})

describe.each(['sim', 'live'] as const)('on the %s machine', (machine) => {
  it('our kernel says why it switched, and what threads it had', async () => {
    const [of] = await counted(machine, 'rr', '--cpus', '2', '--scheduler', 'ule', '--statistics')
    expect(of).toMatchObject({ workload: 'rr', variant: 'smpnet', settings: { scheduler: 'ule' } })
    const { cpus } = of!.kernel
    expect(cpus).toHaveLength(2)
    const names = cpus.flatMap(({ threads }) => threads.map(({ name }) => name))
    expect(names.toSorted().filter((name) => name.startsWith('server'))).toContain('server 0')
    expect(names).not.toContain('statistics')
    for (const { reasons, switches, sysctl, wakeups } of cpus) {
      expect(switches).toBe(Object.values(reasons).reduce((sum, count) => sum + count, 0))
      expect(sysctl).toMatchObject({ 'kern.sched.name': 'ULE' })
      expect(sysctl['kern.sched.stats.pickcpu_lowest']).toBeTypeOf('number')
      expect(wakeups!.runDelay.count).toBeGreaterThan(0)
    }
  })

  it.for(['time', 'cycles'])('threads are billed in %s', async (accounting, context) => {
    if (machine === 'live' && accounting === 'cycles') {
      context.skip('JavaScript cannot read a cycle counter')
    }
    const args = ['--cpus', '1', '--accounting', accounting, '--statistics']
    const [of] = await counted(machine, 'rr', ...args)
    const [cpu] = of!.kernel.cpus
    const ran = cpu!.threads.reduce((sum, { runNs }) => sum + runNs, 0)
    expect(ran).toBeGreaterThan(0)
    expect(ran).toBeLessThanOrEqual(cpu!.busyNs! * 1.01)
  })

  it('locks are profiled by what they protect and how they are taken', async () => {
    const args = ['--cpus', '2', '--lock', 'rwlock,epoch', '--writes', '20%', '--lock-profile']
    const statistics = await counted(machine, 'list_walk', ...args)
    const namesOf = (at: number) => {
      const rows = statistics[at]!.kernel.cpus.flatMap(({ locks }) => locks)
      return [...new Set(rows.filter(({ count }) => count > 0).map(({ name }) => name))].toSorted()
    }
    expect(namesOf(0)).toEqual(['read (rwlock:address list)', 'write (rwlock:address list)'])
    expect(namesOf(1)).toEqual(['write (mutex:address list)'])
  })

  it('a witness sees no reversal in one lock', async () => {
    const [of] = await counted(machine, 'list_walk', '--cpus', '2', '--lock', 'mutex', '--witness')
    expect(of!.kernel.cpus.flatMap(({ reversals }) => reversals)).toEqual([])
  })
})

describe('what is not asked for', () => {
  it('is not in the document', async () => {
    const ended = await netperf(['run', 'rr', ...SHORT.sim, '--json'])
    expect(Object.keys(documentOf(ended))).toEqual(['command', 'rows'])
    expect(rowsOf(ended)[0]).not.toHaveProperty('settings')
  })
})

describe('as text', () => {
  it('statistics stand below the rows, each part under a head of its own', async () => {
    const kernel = ['--cpus', '2', '--scheduler', 'ule', '--preemption', 'kernel']
    const printed = ['--statistics', '--witness', '--lock-profile']
    const { stdout } = await netperf(['run', 'rr', ...SHORT.sim, ...kernel, ...printed])
    expect(stdout).toMatch(/rr rtt +sim +2 +smpnet, scheduler ule, preemption kernel /)
    expect(stdout).toContain('statistics, simulated: profile xeon-e5-2650, seed 1: rr on 2 CPUs')
    expect(stdout).toMatch(/switches because of +all CPUs +least of a CPU +most of a CPU/)
    expect(stdout).toMatch(/sleepq +\d+ +\d+ +\d+/)
    expect(stdout).toMatch(/switches straight into a held lock +0 +0 +0/)
    expect(stdout).toMatch(/from a wake to running, p99 +\d/)
    expect(stdout).toMatch(/idle while a thread was queued +\d/)
    expect(stdout).toContain('kern.sched.preempt_thresh: ')
    expect(stdout).toMatch(/interrupts between CPUs \(IPIs\) +\d+/)
    expect(stdout).toMatch(/idle exits +\d+/)
    expect(stdout).toContain('debug.lock.prof.stats:\nno lock was taken')
    expect(stdout).toContain('witness:\nno lock order reversal was seen')
  })

  it('lock profiles have the layout of FreeBSD', async () => {
    const args = [...SHORT.sim, '--lock', 'mutex', '--lock-profile']
    const { stdout } = await netperf(['run', 'list_walk', ...args])
    const heads = 'max wait_max total wait_total count avg wait_avg cnt_hold cnt_lock name'
    const lines = stdout.split('\n').map((line) => line.trim().replaceAll(/ +/g, ' '))
    expect(lines).toContain(heads)
    expect(stdout).not.toContain('switches because of')
  })
})
