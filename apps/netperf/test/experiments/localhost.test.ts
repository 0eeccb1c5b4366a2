import { describe, expect, it } from 'vitest'
import {
  CONTROL,
  ERA,
  heldOver,
  type KernelChoice,
  kernelOf,
  labelsOf,
} from '../../src/experiments/localhost/kernels.ts'
import { preemptionFindings } from '../../src/experiments/localhost/preemption-findings.ts'
import { wakeupFindings } from '../../src/experiments/localhost/wakeup-findings.ts'
import { Results } from '../../src/model/results.ts'
import { measured } from './measured.ts'

const NO_LOCK = { ...ERA, actions: 'after-unlock', table: 'lookup' } as const
const BLOCK = { ...ERA, table: 'lookup' } as const
const LATER = { wakeup: 'no-preempt' } as const

/** Five runs around a figure, of a metric of one kernel. */
function row(
  choice: KernelChoice,
  metric: string,
  cpus: number,
  figure: number,
  workload = 'udp_rr',
) {
  const unit = metric === 'rate' ? '1/s' : /delay|idle|rtt/.test(metric) ? 'ns' : 'each'
  const figures = [0.99, 1, 1, 1, 1.01].map((share) => share * figure)
  return measured({ workload, metric, unit, cpus, settings: labelsOf(choice) }, figures)
}

function preempted(...rows: ReturnType<typeof row>[]): string {
  return preemptionFindings(new Results(rows))
    .map(({ claim }) => claim)
    .join('\n')
}

function woken(...rows: ReturnType<typeof row>[]): string {
  return wakeupFindings(new Results(rows))
    .map(({ claim }) => claim)
    .join('\n')
}

describe('a kernel of these experiments', () => {
  it.each([
    ['under-lock', 'output', 'table and block'],
    ['under-lock', 'lookup', 'block'],
    ['after-unlock', 'output', 'table'],
    ['after-unlock', 'lookup', 'no lock'],
  ] as const)('%s and the table held over %s: %s', (actions, table, held) => {
    expect(heldOver({ actions, table })).toBe(held)
  })

  it('differs from FreeBSD 5.3 in what its labels say, and in nothing else', () => {
    const { base, statistics } = kernelOf({ ...ERA, netisr: 'one per CPU', wakeup: 'handoff' })
    expect(statistics).toBe(true)
    expect(base?.part).toMatchObject({
      scheduler: { policy: '4bsd', wakeup: 'handoff', preemption: 'kernel' },
      netisr: { dispatch: 'deferred', threads: 'all', policy: 'flow', bind: true, limit: 50 },
      actions: 'under-lock',
      locks: { pcbHash: 'mutex', pcbHashHeld: 'output', addressList: 'mutex' },
    })
  })
})

describe('the findings of preemption', () => {
  const into = (choice: KernelChoice, cpus: number, figure: number) =>
    row(choice, 'into-lock', cpus, figure)

  it('say with which policy and locks netisr runs into its waker', () => {
    const text = preempted(into(ERA, 1, 1), into({ ...ERA, ...LATER }, 1, 0), into(BLOCK, 1, 0))
    expect(text).toMatch(/holds with preempt \(table and block held\), up to 1\.00/)
    expect(text).toContain(
      'in a hundred with no-preempt (table and block held) and preempt (block held).',
    )
    expect(text).toContain('So it takes both')
    expect(text).toMatch(/freebsd-5\.3 has .* so that it does and freebsd-7 has .* does not/)
  })

  it('notice it where no lock is held, or where wakeups do not preempt', () => {
    expect(preempted(into(ERA, 1, 1), into(NO_LOCK, 1, 0.5))).toContain(
      'that runs at once: see preempt (no lock held).',
    )
    const later = { ...ERA, ...LATER }
    expect(preempted(into(later, 1, 0.5))).toContain('see no-preempt (table and block held).')
    expect(preempted(into(later, 2, 0.5))).toMatch(/More CPUs: .* those by another CPU preempt/)
  })

  it('say so when it happens nowhere, and name no trace then', () => {
    const text = preempted(into(ERA, 1, 0.001), into(BLOCK, 1, 0))
    expect(text).toContain('no wakeup switches straight into a lock')
    expect(text).not.toContain('netperf trace')
  })

  it('name the trace that shows it', () => {
    expect(preempted(into(ERA, 1, 1))).toContain(
      '`netperf trace udp_rr --machine sim --profile xeon-8176 --seed 1 --cpus 1 --preset freebsd',
    )
  })

  it.each([
    [1.4, 0.8, 'mends 1 CPU and hurts 8 CPUs'],
    [0.9, 1.3, 'mends 8 CPUs and hurts 1 CPU'],
    [1.0, 1.01, 'mends nothing and hurts nowhere'],
  ])('hold %d on one CPU and %d on eight against preemption', (one, eight, verdict) => {
    const later = { ...ERA, ...LATER }
    const rates = [row(ERA, 'rate', 1, 1e5), row(later, 'rate', 1, one * 1e5)]
    const many = [row(ERA, 'rate', 8, 4e5), row(later, 'rate', 8, eight * 4e5)]
    expect(preempted(...rates, ...many)).toContain(`which ${verdict}.`)
  })

  it('claim nothing of one CPU that the runs leave open', () => {
    const settings = labelsOf({ ...ERA, ...LATER })
    const far = measured({ workload: 'udp_rr', metric: 'rate', settings }, [1, 2, 0.5, 1, 3])
    const text = preempted(row(ERA, 'rate', 1, 1), far)
    expect(text).toContain('which mends nothing and hurts nowhere')
  })

  it('check the control, where a thread for each CPU makes no difference', () => {
    const [one, all] = CONTROL
    const rates = [row(one!, 'rate', 8, 1e5), row(all!, 'rate', 8, 1.001 * 1e5)]
    expect(preempted(...rates)).toContain('in none of 1 comparisons, as it should be')
  })

  it('forgive the control as many comparisons as chance alone makes differ', () => {
    const counts = Array.from({ length: 21 }, (_, index) => index + 2)
    const rates = (differing: number) =>
      counts.flatMap((cpus, index) => {
        const [one, all] = CONTROL
        const times = index < differing ? 1.1 : 1
        return [row(one!, 'rate', cpus, 1e5), row(all!, 'rate', cpus, times * 1e5)]
      })
    expect(preempted(...rates(2))).toContain('in 2 of 21 comparisons, as it should be: chance')
    expect(preempted(...rates(9))).toContain('in 9 of 21 comparisons, where it should make none')
  })

  it('speak of nothing that was not measured', () => {
    expect(preemptionFindings(new Results([]))).toEqual([])
  })
})

describe('the findings of wakeups', () => {
  const later = { ...ERA, ...LATER }

  it('set each policy beside the one that preempts', () => {
    const text = woken(
      row(ERA, 'rate', 1, 1e5),
      row(later, 'rate', 1, 1.4e5),
      row({ ...ERA, wakeup: 'handoff' }, 'rate', 1, 0.9e5),
    )
    expect(text).toMatch(/on 1 CPU beside the .* of preempt, no-preempt 1\.40× .* handoff 0\.9/)
  })

  it.each([
    [3000, 'many CPUs wait longer without it'],
    [1000, 'which is no certain difference on many CPUs'],
    [500, 'many CPUs wait less without it'],
  ])('say whether a delay of %d ns instead of 1000 is longer', (ns, verdict) => {
    const delays = [ERA, later].flatMap((choice) => [row(choice, 'delay-p99', 1, 100)])
    const many = [row(ERA, 'delay-p99', 64, 1000), row(later, 'delay-p99', 64, ns)]
    const rates = [1, 64].map((cpus) => row(ERA, 'rate', cpus, 1e5))
    expect(woken(...rates, ...delays, ...many)).toContain(verdict)
  })

  it('find the kernel that is nowhere far from the best, whichever it is', () => {
    const everywhere = (choice: KernelChoice, one: number, many: number) =>
      ['udp_rr', 'udp_stream'].flatMap((workload) => {
        const metric = workload === 'udp_rr' ? 'rate' : 'received'
        return [row(choice, metric, 1, one, workload), row(choice, metric, 64, many, workload)]
      })
    const ends = [...everywhere(later, 100, 50), ...everywhere(ERA, 50, 100)]
    expect(woken(...ends, ...everywhere(NO_LOCK, 90, 95))).toContain(
      'is 4BSD, preempt, no lock held, one thread: at least 90.0 %',
    )
    expect(woken(...ends, ...everywhere(NO_LOCK, 40, 95))).toMatch(
      /is 4BSD, (?:no-)?preempt, table and block held, one thread: at least 50\.0 %/,
    )
  })
})
