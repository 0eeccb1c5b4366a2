import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { LitmusProgram } from '../litmus/all.ts'
import { Explorer } from '../src/explorer/explorer.ts'
import { load } from '../src/node/load.ts'
import { BruteForce } from '../src/strategies/brute-force.ts'
import { Exhaustive } from '../src/strategies/exhaustive.ts'
import type { Strategy } from '../src/strategies/strategy.ts'
import { Distinct } from './support/distinct.ts'
import { thorough } from './support/thorough.ts'
import { traceClass } from '../src/strategies/trace-class.ts'

/** A naive search gives up here; the table then says how much it had done. */
const MAX_NAIVE = 3_000
/** Independent counting gives up here. */
const MAX_COUNTED = 10_000
/** How far the exhaustive search may be from the least number of executions. */
const MAX_RATIO = 1.2

interface Counts {
  readonly kinds: ReadonlySet<string>
  readonly executions: number
  readonly redundant: number
  /** Executions that differ in more than the order of independent steps. */
  readonly classes: number
  readonly isWhole: boolean
}

function explore(program: LitmusProgram, strategy: Strategy, executions: number): Counts {
  const kinds = new Set<string>()
  const classes = new Set<string>()
  const explorer = new Explorer(program.setup, () => true)
  const budget = { executions, stepsPerExecution: 1_000, isOver: () => false }
  const stopped = explorer.explore(strategy, budget, ({ execution, ending, failure }) => {
    if (failure !== undefined) kinds.add(failure.kind)
    const isWhole = ending !== 'redundant' || failure !== undefined
    if (isWhole && ending !== 'abandoned') classes.add(traceClass(execution))
    return false
  })
  const { executions: made, redundant } = explorer.totals
  return {
    kinds,
    executions: made,
    redundant,
    classes: classes.size,
    isWhole: stopped === undefined,
  }
}

interface Row extends Counts {
  readonly name: string
  readonly program: LitmusProgram
  readonly naive: string
  readonly least: number
  /** Where that number is from. */
  readonly leastIs: 'known' | 'counted' | 'ours'
}

/** What the searches that know less than ours came to, as it stands in the table. */
type Compared = Pick<Row, 'naive' | 'least' | 'leastIs'>

/**
 * The rows of the committed table. `npm test` compares ours with them; `npm run test:models` counts
 * anew, and so does any run that finds no row of a program.
 */
const committed = new Map(
  readFileSync(new URL('../litmus/table.md', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line): [string, Compared] => {
      const [, name = '', , , , , least = '', leastIs, naive = ''] = line.split(/ ?\| ?/)
      const number = Number(least.replaceAll(',', ''))
      return [name, { naive, least: number, leastIs: leastIs as Row['leastIs'] }]
    }),
)

function compared(program: LitmusProgram, ours: Counts): Compared {
  const naive = explore(program, new BruteForce(true), MAX_NAIVE)
  const counted = explore(program, new Distinct(), MAX_COUNTED)
  const number = (naive.executions + naive.redundant).toLocaleString('en')
  const leastIs =
    program.minimum !== undefined ? 'known' : counted.isWhole ? 'counted' : ('ours' as const)
  const least = program.minimum ?? (counted.isWhole ? counted.classes : ours.classes)
  return { naive: naive.isWhole ? number : `> ${number}`, least, leastIs }
}

function measure(name: string, program: LitmusProgram): Row {
  const counts = explore(program, new Exhaustive(), 1_000_000)
  const known = thorough(undefined, committed.get(name)) ?? compared(program, counts)
  // Of these, the number is of our own executions: it is not taken from the table.
  const least = program.minimum ?? (known.leastIs === 'ours' ? counts.classes : known.least)
  return { ...counts, ...known, least, name, program }
}

const { litmus } = (await load(new URL('../litmus/all.ts', import.meta.url))) as {
  litmus: Record<string, LitmusProgram>
}
const rows = Object.entries(litmus).map(([name, program]) => measure(name, program))

describe('the litmus set', () => {
  it.each(rows)('$name: $program.verdict', ({ program, kinds, isWhole }) => {
    expect(isWhole).toBe(true)
    expect([...(kinds.size === 0 ? ['holds'] : kinds)]).toContain(program.verdict)
  })

  it.each(rows)(
    '$name needs no more than 1.2 times the least number of executions',
    ({ executions, least }) => {
      expect(executions).toBeGreaterThanOrEqual(least)
      expect(executions / least).toBeLessThanOrEqual(MAX_RATIO)
    },
  )

  it('comes out as the committed table says', async () => {
    await expect(table(rows)).toMatchFileSnapshot('../litmus/table.md')
  })
})

const LIMIT = MAX_NAIVE.toLocaleString('en')
const HEAD = `# The litmus set

Written by \`npx vitest run packages/interleave/test/litmus.test.ts -u\`, and compared by the same
test without \`-u\`. Executions differ in more than the order of independent steps; those cut short
are ones in which a loop went round idly, so that another shows how it goes on. The naive search
tries every order of every step, up to ${LIMIT}.

The least number is *known* when it is published or follows by hand; the program says so. It is
*counted* when a search that knows nothing of races, and merely turns back where it has been before
up to the order of independent steps, found so many. It is *ours* when that search gave up, after
${MAX_COUNTED.toLocaleString('en')} beginnings: then it is the number of different executions among
those that we made, which shows that none was made twice, but not by itself that none is missing.

| program | expected | found | executions | cut short | least | it is | naive | source |
| --- | --- | --- | ---: | ---: | ---: | --- | ---: | --- |
`

function table(all: readonly Row[]): string {
  const lines = all.map((row) => {
    const found = [...row.kinds].sort().join(', ') || 'holds'
    const cells = [
      row.name,
      row.program.verdict,
      found,
      row.executions.toLocaleString('en'),
      row.redundant.toLocaleString('en'),
      row.least.toLocaleString('en'),
      row.leastIs,
      row.naive,
      row.program.source,
    ]
    return `| ${cells.join(' | ')} |\n`
  })
  return HEAD + lines.join('')
}
