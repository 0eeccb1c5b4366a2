import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { wrapped } from '../../src/output/wrapped.ts'
import { figureTicks, tickText } from '../../src/views/figure-ticks.ts'
import { arrange, CPUS, PLACE, setting, VARIANT } from '../../src/model/view.ts'
import { percent } from '../../src/model/formatted.ts'
import { viewPicture } from '../../src/views/view-picture.ts'
import { cellsOf, viewTables } from '../../src/views/view-tables.ts'
import { measured } from './measured.ts'

const VIEW = {
  title: 'Walks <per second>',
  workload: 'list_walk',
  metric: 'throughput',
  series: VARIANT,
  along: CPUS,
  panels: [PLACE, setting('writes', percent)],
}

const ROWS = [
  measured({ cpus: 8, variant: 'mutex', settings: { writes: 0.01 } }, [2e6, 3e6, 4e6]),
  measured({ cpus: 1, variant: 'mutex', settings: { writes: 0.01 } }, [20e6]),
  measured({ cpus: 8, variant: 'seqc', settings: { writes: 0.01 } }, [90e6]),
  measured({ cpus: 8, variant: 'seqc', settings: { writes: 0 } }, [99e6]),
  measured({ cpus: 8, variant: 'seqc', metric: 'read', unit: 'ns' }, [5]),
  measured({ cpus: 8, variant: 'seqc', workload: 'forward' }, [7]),
]

/** The most that one picture compares: every kind of lock that can be walked under. */
const MOST_SERIES = 11

describe('a picture', () => {
  it('has a colour of its own for each of its series', () => {
    const rows = Array.from({ length: MOST_SERIES }, (_, index) => [
      measured({ cpus: 1, variant: `lock ${index}`, settings: { writes: 0 } }, [index + 1]),
      measured({ cpus: 2, variant: `lock ${index}`, settings: { writes: 0 } }, [index + 2]),
    ]).flat()
    const svg = viewPicture(VIEW, rows) as string
    const legend = [...svg.matchAll(/<circle cx="[^"]+" cy="[^"]+" r="4" fill="([^"]+)">/g)]
    expect(legend).toHaveLength(MOST_SERIES)
    expect(new Set(legend.map(([, colour]) => colour)).size).toBe(MOST_SERIES)
  })
})

describe('a view', () => {
  it('has a panel for each place and setting, series in order, and gaps where nothing is', () => {
    const panels = arrange(VIEW, ROWS)
    expect(panels.map(({ titles }) => titles)).toEqual([
      ['xeon-8176', '1 %'],
      ['xeon-8176', '0 %'],
    ])
    expect(panels[0]?.along).toEqual([1, 8])
    const medians = panels[0]?.series.map(({ name, points }) => [
      name,
      ...points.map((point) => point?.row.median),
    ])
    expect(medians).toEqual([
      ['mutex', 20e6, 3e6],
      ['seqc', undefined, 90e6],
    ])
  })

  it('may show the longest of a hundred in the place of the median', () => {
    const trips = [measured({ metric: 'rtt', unit: 'ns', p99: 900 }, [100, 110, 120])]
    const points = (isTail: boolean) =>
      arrange({ ...VIEW, metric: 'rtt', isTail }, trips)[0]?.series[0]?.points
    expect(points(false)).toMatchObject([{ row: { median: 110, min: 100, max: 120 } }])
    expect(points(true)).toMatchObject([{ row: { median: 900, min: 900, max: 900 } }])
  })

  it('prints a table for each panel', () => {
    const text = stripVTControlCharacters(viewTables(VIEW, ROWS))
    expect(text).toContain('Walks <per second>, xeon-8176, writes 1 %')
    expect(text).toMatch(/mutex +20\.0 M\/s +3\.00 M\/s\nseqc +– +90\.0 M\/s/)
  })

  it('draws every figure, and bars for where its median lies', () => {
    const svg = viewPicture(VIEW, ROWS) as string
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/)
    expect(svg).toContain('Walks &#60;per second&#62;')
    expect(svg.match(/<circle [^>]*r="2"/g)).toHaveLength(4)
    for (const text of ['writes 1 %', 'writes 0 %', 'mutex', 'seqc', '10 M/s']) {
      expect(svg).toContain(`>${text}<`)
    }
  })

  it('marks what is best, all that tie, and nothing where all do or one stands alone', () => {
    const of = (variant: string, cpus: number, figure: number) =>
      measured({ variant, cpus, settings: { writes: 0 } }, [figure])
    const rows = [
      of('a', 1, 9e6),
      // By less than a hundredth.
      of('b', 1, 9.05e6),
      of('c', 1, 8e6),
      of('a', 2, 7.02e6),
      of('b', 2, 7e6),
      of('c', 2, 7e6),
      of('a', 4, 5e6),
    ]
    const [panel] = arrange(VIEW, rows)
    expect(cellsOf(panel!).best).toEqual([
      [true, false, false],
      [true, false, false],
      [false, false, false],
    ])
  })

  it('hides no series under another, follows the reader’s colours and names its scale', () => {
    const of = (variant: string, figure: number) =>
      [1, 2].map((cpus) => measured({ variant, cpus, settings: { writes: 0 } }, [figure]))
    const svg = viewPicture(VIEW, [...of('rwlock', 9e6), ...of('sx', 9e6)]) as string
    expect(svg.match(/<circle [^>]*r="4"/g)?.length).toBeGreaterThanOrEqual(2)
    expect(svg).toContain('prefers-color-scheme: dark')
    expect(svg).toContain('logarithmic')
  })

  it('is drawn again for a telephone, each panel below the other with its name above it', () => {
    const svg = viewPicture(
      { ...VIEW, title: 'Walks of a list of ten, per second' },
      ROWS,
      'narrow',
    )!
    expect(Number(/ width="(\d+)/.exec(svg)?.[1])).toBe(358)
    const [one, other] = ['xeon-8176, writes 1 %', 'xeon-8176, writes 0 %'].map((name) => {
      expect(svg).toContain(`>${name}</text>`)
      return svg.indexOf(name)
    })
    expect(one).toBeLessThan(other!)
    expect(svg.match(/<circle [^>]*r="2"/g)).toHaveLength(4)
    // Its title has two lines, and none of them more characters than fit.
    const lines = [...svg.matchAll(/<text x="8" y="\d+">([^<]*)/g)].map(([, line]) => line!)
    expect(lines.join(' ')).toBe('Walks of a list of ten, per second, logarithmic')
    expect(lines).toHaveLength(2)
  })

  it('draws words as lines of dots', () => {
    const svg = viewPicture({ ...VIEW, along: VARIANT, series: CPUS, panels: [] }, ROWS) as string
    expect(svg.match(/<circle [^>]*r="4"/g)?.length).toBeGreaterThan(3)
    expect(svg).toContain('>mutex<')
  })

  it('is nothing when nothing of it was measured', () => {
    expect(arrange(VIEW, [])).toEqual([])
    expect(viewPicture(VIEW, ROWS.slice(4))).toBeUndefined()
    expect(viewTables(VIEW, [])).toBe('')
  })
})

describe('ticks', () => {
  it.each([
    [1e5, 2e8, [1e5, 1e6, 1e7, 1e8]],
    [3e6, 2e7, [5e6, 1e7, 2e7]],
    [3e6, 7e6, [3e6, 4e6, 5e6, 6e6, 7e6]],
    [41, 44, [41, 42, 43, 44]],
    [5, 5, [5]],
  ])('from %d to %d are at %j', (least, most, ticks) => {
    expect(figureTicks(least, most)).toEqual(ticks)
  })

  it('have no digits that say nothing', () => {
    expect([1e7, 2.5e6, 12_500].map((value) => tickText(value, '1/s'))).toEqual([
      '10 M/s',
      '2.5 M/s',
      '12.5 k/s',
    ])
    expect(tickText(100, 'ns')).toBe('100 ns')
  })
})

describe('wrapped text', () => {
  it('breaks before a word would pass the 96th column', () => {
    const text = wrapped('word '.repeat(40).trim(), '• ', '  ')
    const lines = text.split('\n')
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(96)
    expect(lines[0]?.startsWith('• word')).toBe(true)
    expect(lines[1]?.startsWith('  word')).toBe(true)
    expect(text.match(/word/g)).toHaveLength(40)
  })
})
