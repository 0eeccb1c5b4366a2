import { describe, expect, it } from 'vitest'
import { experiments } from '../../src/catalog/experiments.ts'
import { Results } from '../../src/model/results.ts'
import type { Row } from '../../src/model/row.ts'
import { measured } from './measured.ts'

/** Claims of an experiment about made-up rows: figures around the ones given. */
function claims(name: string, ...rows: [row: Partial<Row>, figure: number][]): string {
  const all = rows.map(([row, figure]) =>
    measured(
      { unit: 'ns', ...row },
      [0.99, 1, 1, 1, 1.01].map((share) => share * figure),
    ),
  )
  const findings = experiments.get(name)?.findings(new Results(all)) ?? []
  return findings.map(({ claim }) => claim).join('\n')
}

describe('the findings of switch-clock', () => {
  const at = (variant: string, cpus: number): Partial<Row> => {
    return { workload: 'switch', metric: 'switch', variant, cpus }
  }

  it('say which share of a switch is the clock', () => {
    const text = claims('switch-clock', [at('none', 1), 1000], [at('HPET', 1), 4000])
    expect(text).toContain('1 CPU: a switch takes 1.00 µs')
    expect(text).toMatch(/the share of the clock is HPET 75\.0 %/)
  })

  it('name counters that many CPUs cannot read at once, and no others', () => {
    const text = claims(
      'switch-clock',
      [at('none', 1), 1000],
      [at('none', 64), 1200],
      [at('i8254', 1), 4000],
      [at('i8254', 64), 80_000],
      [at('TSC', 1), 1010],
      [at('TSC', 64), 1210],
    )
    expect(text).toMatch(/without a clock grows by 1\.20×.*; with i8254 by 20\.0× it grows/)
  })
})

describe('the findings of cycles', () => {
  const at = (variant: string, accounting: string): Partial<Row> => {
    return { workload: 'switch', metric: 'switch', variant, settings: { accounting } }
  }

  it('say where cycles save more than a twentieth, and what they cost', () => {
    const text = claims(
      'cycles',
      [at('HPET', 'time'), 3000],
      [at('HPET', 'cycles'), 2000],
      [at('TSC', 'time'), 2020],
      [at('TSC', 'cycles'), 2000],
      [at('none', 'cycles'), 1900],
    )
    expect(text).toMatch(
      /beside one billed in cycles, HPET 1\.50×; less than a twentieth with TSC/,
    )
    expect(text).toMatch(/takes 2\.00 µs .*whatever the timecounter, and 1\.90 µs/)
  })

  it('see when cycles depend on the timecounter after all', () => {
    const text = claims(
      'cycles',
      [at('HPET', 'cycles'), 3000],
      [at('TSC', 'cycles'), 2000],
      [at('none', 'cycles'), 1900],
    )
    expect(text).toContain('which depends on the timecounter')
  })
})

describe('the findings of fast-clocks', () => {
  const at = (variant: string, metric: string, clock: string): Partial<Row> => {
    return { workload: 'timestamps', metric, variant, settings: { clock } }
  }

  it('say how many times as much a precise time stamp takes', () => {
    const rows = [at('HPET', 'read', 'precise'), at('HPET', 'read', 'fast')]
    const text = claims('fast-clocks', [rows[0]!, 900], [rows[1]!, 150])
    expect(text).toMatch(/a fast time stamp takes 150 ns .* HPET 6\.00×/)
  })

  it.each([
    [990_000, 'within a tick of 1.00 ms'],
    [1_500_000, 'more than a tick of 1.00 ms, by as much as the ticking thread was late'],
  ])('hold an age of %d ns against a tick', (age, verdict) => {
    expect(claims('fast-clocks', [at('HPET', 'age', 'fast'), age])).toContain(verdict)
  })

  it('set FastClock beside the clocks of the host', () => {
    const live = { workload: 'clocks', machine: 'live', metric: 'read' } as const
    const text = claims(
      'fast-clocks',
      [{ ...live, variant: 'FastClock.now' }, 5],
      [{ ...live, variant: 'Date.now' }, 35],
    )
    expect(text).toMatch(/FastClock\.now takes 5\.00 ns .*Date\.now 35\.0 ns [^;]*7\.00×/)
  })
})

describe('the findings of hpet', () => {
  const read = (variant: string): Partial<Row> => {
    return { workload: 'timestamps', metric: 'read', variant }
  }
  const kept = (wraps: number, watch: string): Partial<Row> => {
    const settings = { wraps, watch }
    return { workload: 'uptime', metric: 'kept', unit: '1/s', variant: 'HPET', settings }
  }

  it('set the HPET beside the other counters', () => {
    const text = claims('hpet', [read('HPET'), 900], [read('TSC'), 180], [read('i8254'), 3600])
    expect(text).toMatch(/takes 900 ns .*with HPET; .*TSC 0\.200× and i8254 4\.00×/)
  })

  it.each([
    [1, 'nothing when a second counter watches'],
    [0.2, 'as much when a second counter watches'],
  ])('say what is lost at a wrap, and whether a watch that keeps %d mends it', (watched, end) => {
    const text = claims(
      'hpet',
      [read('HPET'), 900],
      [kept(0.9, 'none'), 1],
      [kept(2.5, 'none'), 0.2],
      [kept(2.5, 'TSC'), watched],
    )
    expect(text).toContain('wrap every 300 s. Windups up to 0.9 wraps apart keep all of the time')
    expect(text).toContain(`later ones lose 80 % at 2.5 wraps, and ${end}`)
  })

  it('say when it is chosen', () => {
    const text = claims('hpet', [read('HPET'), 900])
    const order = 'TSC-low(-100) HPET(950) ACPI-fast(900) dummy(-1000000)'
    expect(text).toContain(`fails the test across CPUs, of ${order}, HPET is chosen`)
    expect(text).toContain('passes the test across CPUs, of TSC-low(1000)')
  })
})
