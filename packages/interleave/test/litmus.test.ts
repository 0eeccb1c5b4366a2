import { describe, expect, it } from 'vitest'
import type { LitmusProgram } from '../litmus/all.ts'
import { Explorer } from '../src/engine/explorer.ts'
import { load } from '../src/node/load.ts'
import { BruteForce } from '../src/strategies/brute-force.ts'
import { Exhaustive } from '../src/strategies/exhaustive.ts'
import type { Strategy } from '../src/strategies/strategy.ts'
import { traceClass } from '../src/strategies/trace-class.ts'

/** A naive search gives up here; the table then says how much it had done. */
const MAX_NAIVE = 3_000
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
  const stopped = explorer.explore(strategy, budget, ({ machine, ending, failure }) => {
    if (failure !== undefined) kinds.add(failure.kind)
    const isRedundant = ending === 'redundant' || ending === 'abandoned'
    if (!isRedundant || failure !== undefined) classes.add(traceClass(machine))
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
}

function measure(name: string, program: LitmusProgram): Row {
  const counts = explore(program, new Exhaustive(), 1_000_000)
  const naive = explore(program, new BruteForce(true), MAX_NAIVE)
  const derived = naive.isWhole ? explore(program, new BruteForce(false), MAX_NAIVE) : undefined
  const number = (naive.executions + naive.redundant).toLocaleString('en')
  const least = program.minimum ?? (derived?.isWhole ? derived.classes : counts.classes)
  return { ...counts, name, program, naive: naive.isWhole ? number : `> ${number}`, least }
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
are ones in which a loop went round idly, so that another shows how it goes on. The least number is
the published one, or that of the different executions among all that a naive search makes, or, if
that gives up, among ours. The naive search tries every order of every step, up to ${LIMIT}.

| program | expected | found | executions | cut short | least | naive | source |
| --- | --- | --- | ---: | ---: | ---: | ---: | --- |
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
      row.naive,
      row.program.source,
    ]
    return `| ${cells.join(' | ')} |\n`
  })
  return HEAD + lines.join('')
}
