import { expect, it } from 'vitest'
import { CONTENDERS, STRATEGIES } from './support/contenders.ts'
import { forPrograms } from './support/differential.ts'
import { thorough } from './support/thorough.ts'

/** So many are in the table of `differential.md`, and fewer are compared where it is not made. */
const TABULATED = 10_000
const PROGRAMS = thorough(TABULATED, 100)
const SEED = 1

it('random programs come to the same by each strategy as by every order of steps', async () => {
  const counts = new Map<string, number[]>()
  const count = (name: string, runs: number): void => {
    const list = counts.get(name)
    if (list === undefined) counts.set(name, [runs])
    else list.push(runs)
  }
  const programs = new Set<string>()
  forPrograms(PROGRAMS, SEED, (program, all) => {
    programs.add(JSON.stringify(program))
    count('brute force', all.runs)
    for (const [name, compare] of Object.entries(CONTENDERS)) {
      count(name, compare(STRATEGIES, program, all))
    }
  })
  expect(programs.size).toBeGreaterThan(PROGRAMS / 2)
  if (PROGRAMS < TABULATED) return
  await expect(table(programs.size, counts)).toMatchFileSnapshot('differential.md')
})

/** Upper ends of the columns. */
const LIMITS = [1, 4, 16, 64, 256, 1_024, 4_096, Infinity]

const HEAD = `# Executions that random programs take

Written by \`npm run test:models -- packages/interleave/test/differential.test.ts -u\`, and
compared by the same test without \`-u\`. It makes random programs of two or three threads and a few
operations each and tries every order of every step of each (brute force). Each strategy then has to
find exactly the same final states and failures. The table says how many of the programs took how
many executions: brute force, exhaustive and bounded until they ended by themselves, the bounded one
over all its bounds; the samplers, random walk and PCT, until they had found everything, after which
they go on for as many executions again and find nothing else.
`

function table(different: number, counts: ReadonlyMap<string, readonly number[]>): string {
  const columns = LIMITS.map((limit) => (limit === Infinity ? 'more' : `≤ ${figure(limit)}`))
  const lines = [...counts].map(([name, runs]) => {
    const cells = LIMITS.map((limit, i) => {
      const above = i === 0 ? 0 : LIMITS[i - 1]!
      return runs.filter((each) => each > above && each <= limit).length
    })
    return row([name, ...cells.map(figure), figure(Math.max(...runs))])
  })
  return [
    HEAD,
    `Programs: ${figure(PROGRAMS)}, ${figure(different)} of them different; seed ${SEED}.`,
    '',
    row(['strategy', ...columns, 'most']),
    row(['---', ...columns.map(() => '---:'), '---:']),
    ...lines,
    '',
  ].join('\n')
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

function figure(count: number): string {
  return count.toLocaleString('en')
}
