import { thorough } from '@smpnet/testing/models'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { SimRandom } from '@smpnet/machine/sim'
import { difference } from '../src/inference/difference.ts'
import { tOutside, tQuantile } from '../src/inference/student.ts'
import { compareRows } from '../src/inference/verdict.ts'
import type { Row } from '../src/model/row.ts'
import { measured } from './experiments/measured.ts'
import { netperf, rowsOf } from './run-netperf.ts'

const folder = mkdtempSync(join(tmpdir(), 'netperf-compare-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Noise that is seeded, nearly normal, and as alike to its neighbour as is said. */
function noisy(random: SimRandom, runs: number, spread: number, alike = 0): number[] {
  let before = 0
  return Array.from({ length: runs }, () => {
    const sum = Array.from({ length: 12 }, () => random.below(1e6) / 1e6)
    const fresh = sum.reduce((all, each) => all + each, -6)
    before = alike * before + Math.sqrt(1 - alike * alike) * fresh
    return 1e6 * Math.exp(spread * before)
  })
}

function rows(figures: readonly (readonly number[])[], more: Partial<Row> = {}): Row[] {
  return figures.map((each, index) => {
    const labels = { cpus: index + 1, machine: 'live', profile: undefined, ...more } as const
    return measured(labels as Partial<Row>, each).row
  })
}

describe("Student's t", () => {
  // Abramowitz and Stegun, table 26.10.
  it.each([
    [0.05, 1, 12.706],
    [0.05, 4, 2.776],
    [0.01, 9, 3.25],
    [0.001, 30, 3.646],
  ])('exceeds the quantile of %d with %d degrees of freedom: %d', (outside, freedom, value) => {
    expect(tQuantile(outside, freedom)).toBeCloseTo(value, 3)
    expect(tOutside(value, freedom)).toBeCloseTo(outside, 4)
  })
})

describe('a comparison with itself', () => {
  it.each([
    ['steady figures', 10, 0.01, 0],
    ['noisy figures', 10, 0.3, 0],
    ['few figures', 3, 0.05, 0],
    ['figures that are like those before', 30, 0.1, 0.5],
  ])('finds no difference in at least 95 of 100, of %s', (_what, runs, spread, alike) => {
    const random = new SimRandom(11)
    let without = 0
    for (let time = 0; time < 400; time++) {
      const eight = () => rows(Array.from({ length: 8 }, () => noisy(random, runs, spread, alike)))
      const verdicts = compareRows(eight(), eight()).map(({ verdict }) => verdict)
      if (verdicts.every((verdict) => verdict === 'no difference')) without++
    }
    expect(without / 400).toBeGreaterThanOrEqual(0.95)
  })

  it('would find one without the correction for many rows, or for likeness', () => {
    const random = new SimRandom(11)
    let [missed, misled] = [0, 0]
    for (let time = 0; time < 400; time++) {
      const intervals = Array.from({ length: 8 }, () =>
        difference(noisy(random, 10, 0.1), noisy(random, 10, 0.1), 0.05, 'independent'),
      )
      if (intervals.some((each) => each!.low > 1 || each!.high < 1)) missed++
      const alike = () => [noisy(random, 30, 0.1, 0.8)]
      if (compareRows(rows(alike()), rows(alike()))[0]!.verdict !== 'no difference') misled++
    }
    expect(missed / 400).toBeGreaterThan(0.2)
    expect(misled / 400).toBeLessThan(0.15)
  })

  it.runIf(thorough(true, false))(
    'finds none in 95 of 100 simulated, with other seeds',
    async () => {
      const args = ['run', 'list_walk', '--machine', 'sim', '--cpus', '4', '--lock', 'epoch']
      const time = ['--writes', '5%', '--runs', '200', '--duration', '100ms', '--seed', '5']
      const all = rowsOf(await netperf([...args, ...time, '--json']))
      const random = new SimRandom(2)
      const part = (runs: readonly number[]) =>
        all.map((row) => {
          const figures = runs.map((run) => row.figures[run] as number)
          return measured({ ...row, seed: runs[0]!, runs: 5, unsettled: 0, figures }, figures).row
        })
      const verdicts = Array.from({ length: 100 }, () => {
        const runs = new Set<number>()
        while (runs.size < 10) runs.add(random.below(200))
        const [one, other] = [[...runs].slice(0, 5), [...runs].slice(5)]
        return compareRows(part(one), part(other)).map(({ verdict }) => verdict)
      })
      const without = verdicts.filter((own) => own.every((verdict) => verdict === 'no difference'))
      expect(without.length).toBeGreaterThanOrEqual(95)
    },
    600_000,
  )
})

describe('a comparison with a build that is 5 % slower', () => {
  const walk = async (length: number, seed: number, name: string) => {
    const args = ['run', 'list_walk', '--machine', 'sim', '--cpus', '2', '--lock', 'rmlock']
    const of = ['--writes', '0', '--length', String(length), '--seed', String(seed), '--json']
    const { stdout } = await netperf([...args, ...of])
    const file = join(folder, name)
    writeFileSync(file, stdout)
    return file
  }

  it.each(thorough([1, 7, 100], [7]))('finds it, simulated, seed %d', async (seed) => {
    const [one, other] = [await walk(100, seed, 'a.json'), await walk(106, seed, 'b.json')]
    const text = await netperf(['compare', one, other])
    expect(text.status).toBe(0)
    expect(text.stdout).toMatch(/list_walk throughput .* -\d\.\d %.* slower\n/)
    const { stdout } = await netperf(['compare', one, other, '--json'])
    const document = JSON.parse(stdout) as { compared: { verdict: string }[]; summary: string }
    expect(document.compared.map(({ verdict }) => verdict)).toContain('slower')
    const same = await netperf(['compare', one, one])
    expect(same.stdout).toContain('no difference. All intervals')
  })

  it('says of one run each that it cannot tell', () => {
    const [one, other] = [rows([[100]]), rows([[105]])]
    expect(compareRows(one, other)[0]).toMatchObject({ verdict: 'cannot tell' })
  })

  it('compares live figures beside their baseline, which the same moments have disturbed', () => {
    const load = noisy(new SimRandom(3), 20, 0.5)
    const own = (speed: number, after: number) => {
      const figures = load.map((each, run) => each * speed * (1 + ((run + after) % 3) / 100))
      const ratios = figures.map((figure, run) => figure / load[run]!)
      return rows([figures], { variant: 'smpnet', ratios })
    }
    expect(compareRows(own(1, 0), own(0.95, 1))[0]?.verdict).toBe('slower')
    expect(compareRows(own(1, 0), own(1, 1))[0]?.verdict).toBe('no difference')
  })
})

describe('a comparison of live runs', () => {
  /** Four documents of a build, made in turn with another's: a host's pace differs by the run. */
  const documents = (random: SimRandom, speed: number) =>
    Array.from({ length: 4 }, () => {
      const pace = noisy(random, 1, 0.015)[0]!
      return rows([noisy(random, 10, 0.008).map((each) => (each * pace * speed) / 1e6)])
    }).flat()

  it('does not take the pace of a host for a difference, of one run each', () => {
    const random = new SimRandom(7)
    const run = (pace: number) => rows([noisy(random, 10, 0.002).map((each) => each * pace)])
    expect(compareRows(run(1), run(0.975))[0]?.verdict).toBe('no difference')
    expect(compareRows(run(1), run(0.9))[0]?.verdict).toBe('slower')
  })

  it('knows how much runs differ from several of each: itself, in at least 95 of 100', () => {
    const random = new SimRandom(13)
    let without = 0
    for (let time = 0; time < 400; time++) {
      const [found] = compareRows(documents(random, 1), documents(random, 1))
      if (found?.verdict === 'no difference') without++
    }
    expect(without / 400).toBeGreaterThanOrEqual(0.94)
  })

  it('and 5 % less in at least 8 of 10', () => {
    const random = new SimRandom(17)
    let found = 0
    for (let time = 0; time < 100; time++) {
      const [one, other] = [documents(random, 1), documents(random, 0.95)]
      if (compareRows(one, other)[0]?.verdict === 'slower') found++
    }
    expect(found).toBeGreaterThanOrEqual(80)
  })

  it('takes several documents of a side by their names', async () => {
    const random = new SimRandom(19)
    const save = (name: string, speed: number) =>
      documents(random, speed).map((row, index) => {
        const file = join(folder, `${name}${index}.json`)
        writeFileSync(file, JSON.stringify({ rows: [row] }))
        return file
      })
    const [one, other] = [save('one', 1).join(), save('other', 0.8).join()]
    const { stdout } = await netperf(['compare', one, other])
    expect(stdout).toMatch(/A: .*one0\.json,.*one3\.json\nB: .*other0/)
    expect(stdout).toContain('B beside A, of 1 rows: slower in 1')
  })
})

describe('what is no comparison', () => {
  const good = join(folder, 'good.json')
  const rowOf = (more: Partial<Row>) => JSON.stringify({ rows: [measured(more, [1, 2, 3]).row] })
  writeFileSync(good, rowOf({}))

  it.each([
    ['part.json', JSON.stringify({ interrupted: true, ...JSON.parse(rowOf({})) }), 'interrupted'],
    ['other.json', rowOf({ workload: 'rr' }), 'expected files with rows of the same kind'],
    ['empty.json', '{"rows":[]}', 'a document in which nothing was measured'],
    ['text.json', 'live: Intel', 'what is no JSON'],
    ['none.json', '{}', 'a document without rows'],
    ['odd.json', '{"rows":[{"workload":1}]}', 'row 1 without a string as its "workload"'],
  ])('%s is refused in a sentence', async (name, content, sentence) => {
    const file = join(folder, name)
    writeFileSync(file, content)
    const { status, stderr } = await netperf(['compare', good, file])
    expect([status, stderr]).toEqual([2, expect.stringContaining(sentence)])
  })

  const simulated = join(folder, 'simulated.json')
  writeFileSync(simulated, rowOf({ machine: 'sim', profile: 'xeon-8176', seed: 1 }))

  it.each([
    [['compare', `${simulated},${simulated}`, simulated], 'other seeds each, got the same twice'],
    [['compare', good], 'expected two files to compare, got one'],
    [['compare', good, join(folder, 'nowhere.json')], 'got ENOENT'],
  ])('%j is refused', async (args, sentence) => {
    const { status, stderr } = await netperf(args)
    expect([status, stderr]).toEqual([2, expect.stringContaining(sentence)])
  })
})

describe('netperf run with lists', () => {
  const SHORT = ['--machine', 'sim', '--duration', '100us', '--runs', '2']

  it('measures every combination, and each row says which it is', async () => {
    const lists = [
      '--cpus',
      '1,2',
      '--scheduler',
      '4bsd,ule',
      '--size',
      '64,1k',
      '--place',
      'same,far',
    ]
    const rows = rowsOf(await netperf(['run', 'rr', ...SHORT, ...lists, '--json']))
    const told = rows.map(({ cpus, metric, settings }) => JSON.stringify([cpus, metric, settings]))
    expect(new Set(told).size).toBe(2 * 2 * 2 * 2 * 2)
    expect(rows.every(({ figures }) => figures.length === 2)).toBe(true)
    expect(rows[0]?.settings).toEqual({ scheduler: '4bsd', size: '64', place: 'same' })
  })

  it('places pairs as they are asked to, where no scheduler moves them', async () => {
    const args = [
      'run',
      'rr',
      ...SHORT,
      '--cpus',
      '16',
      '--pairs',
      '1',
      '--place',
      'same,next,far',
    ]
    const [same, next, far] = rowsOf(await netperf([...args, '--json'])).filter(
      ({ metric }) => metric === 'rtt',
    )
    expect(same!.median).not.toBe(next!.median)
    expect(far!.median).toBeGreaterThan(next!.median)
  })

  it('has live combinations take turns', async () => {
    const args = ['run', 'rr', '--variants', 'smpnet,message-port', '--size', '1,64']
    const { status, stdout } = await netperf([
      ...args,
      '--duration',
      '60ms',
      '--runs',
      '3',
      '--json',
    ])
    expect(status).toBe(0)
    const rows = rowsOf({ status, stdout, stderr: '' })
    expect(rows.map(({ variant, settings }) => `${variant} ${settings?.['size']}`)).toEqual([
      'smpnet 1',
      'message-port 1',
      'smpnet 1',
      'message-port 1',
      'smpnet 64',
      'message-port 64',
      'smpnet 64',
      'message-port 64',
    ])
  })

  it('refuses more than a table can have, and a capture of several', async () => {
    const many = Array.from({ length: 32 }, (_, index) => index + 1).join(',')
    const over = await netperf(['run', 'rr', ...SHORT, '--cpus', many, '--size', many])
    expect(over.stderr).toContain('expected at most 256 combinations, got 1024 (32 of --cpus')
    const capture = ['--cpus', '1,2', '--capture', join(folder, 'x.pcapng')]
    const two = await netperf(['run', 'udp_rr', ...SHORT, ...capture])
    expect(two.stderr).toContain('expected --capture of one run, got 2 combinations')
  })

  it('prints comma-separated values with all runs', async () => {
    const { stdout } = await netperf(['run', 'list_walk', ...SHORT, '--lock', 'spin', '--csv'])
    const [head, ...lines] = stdout.trimEnd().split('\r\n')
    expect(head).toBe(
      'workload,machine,profile,seed,variant,cpus,writes,metric,unit,median,p99,min,max,runs,' +
        'interrupted,figures',
    )
    expect(lines).toHaveLength(3)
    expect(lines[0]).toMatch(/^list_walk,sim,xeon-e5-2650,1,spin,2,0\.01,read,ns,.*,2,no,\S+ \S+$/)
  })
})

describe('netperf show', () => {
  it('prints a run again as it was printed, and draws it', async () => {
    const args = ['run', 'rr', '--machine', 'sim', '--duration', '100us', '--cpus', '1,2,4']
    const file = join(folder, 'rr.json')
    const [first, saved] = [await netperf(args), await netperf([...args, '--json'])]
    writeFileSync(file, saved.stdout)
    expect((await netperf(['show', file])).stdout).toBe(first.stdout)
    const out = join(folder, 'drawn')
    const both = await netperf(['show', file, file, '--out', out])
    expect(both.status).toBe(0)
    expect(readFileSync(join(out, 'show.html'), 'utf8')).toContain('rr rtt')
  })
})
