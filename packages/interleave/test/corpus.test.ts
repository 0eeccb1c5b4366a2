import { resolve } from 'node:path'
import { print } from 'esrap'
import ts from 'esrap/languages/ts'
import { describe, expect, it } from 'vitest'
import { difference, judge, judgeAs, scriptsIn } from './support/corpus.ts'
import { thorough } from './support/thorough.ts'

/** So many files are compared where there is time, and fewer where there is none. */
const FILES = thorough(1_500, 60)

const all = scriptsIn(resolve(import.meta.dirname, '../../../node_modules'))
const every = Math.max(1, Math.floor(all.length / FILES))
const files = all.filter((_, i) => i % every === 0)

describe('files that nobody here wrote', () => {
  it('are compiled to the programs that they are', async () => {
    const refusals: Record<string, number> = {}
    const wrong: string[] = []
    let unread = 0
    for (const file of files) {
      const { verdict, refusals: found } = judge(file)
      if (verdict === 'no JavaScript') unread++
      else if (verdict !== 'same') wrong.push(`${file}: ${verdict}`)
      for (const one of new Set(found)) refusals[one] = (refusals[one] ?? 0) + 1
    }
    expect(wrong).toEqual([])
    // What has a format of its own, such as JSX or Flow, is not JavaScript.
    expect(unread).toBeLessThan(files.length / 50)
    console.log(
      `${files.length} files of installed packages: 0 differ, 0 invalid, ${unread} are no ` +
        `JavaScript; with forms that refuse to run: ${JSON.stringify(refusals)}`,
    )
  })
})

describe('the comparison', () => {
  /** A printer that has forgotten parentheses. */
  const careless = (tree: object): { code: string } => {
    const { code } = print(tree as never, ts())
    return { code: code.replace(/\((\w+ \|\| \w+)\)\./g, '$1.') }
  }

  it('finds lost parentheses', () => {
    const source = 'module.exports = (a || b).c'
    expect(judgeAs(source, 'x.js', 'commonjs').verdict).toBe('same')
    const { verdict } = judgeAs(source, 'x.js', 'commonjs', careless as never)
    expect(verdict).toMatch(/^differs: .*MemberExpression became LogicalExpression/)
  })

  it('finds text that is none', () => {
    const broken = (): { code: string } => ({ code: 'x = (' })
    expect(judgeAs('x = 1', 'x.js', 'commonjs', broken).verdict).toMatch(/^invalid: /)
  })

  it('finds another operator, another number and another order', () => {
    const tree = (operator: string, value: number) => ({ type: 'A', operator, list: [value, 2] })
    expect(difference(tree('+', 1), tree('+', 1))).toBeUndefined()
    expect(difference(tree('+', 1), tree('-', 1))).toContain('+ became -')
    expect(difference(tree('+', 1), tree('+', 3))).toContain('1 became 3')
    expect(difference([1, 2], [2, 1])).toContain('1 became 2')
    expect(difference([1], [1, 2])).toContain('1 became 2')
  })
})
