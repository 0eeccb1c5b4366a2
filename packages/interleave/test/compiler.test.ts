import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'
import { describe, expect, it } from 'vitest'
import { compile } from '../src/compiler/compile.ts'
import { explore } from '../src/explore.ts'
import { evaluate, moduleOf } from './support/compiled.ts'
import { SNIPPETS } from './support/snippets.ts'

function shared(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(32))
}

function outcome(main: (...args: unknown[]) => unknown): string {
  const a = shared()
  const result = main(a)
  return JSON.stringify([result, [...a]])
}

describe('a compiled function does what its source does', () => {
  it.each(SNIPPETS)('outside a check: %s', (_, body) => {
    const native = outcome(evaluate(moduleOf(body), false))
    expect(outcome(evaluate(moduleOf(body), true))).toBe(native)
  })

  it.each(SNIPPETS)('in a checked thread: %s', (_, body) => {
    const native = outcome(evaluate(moduleOf(body), false))
    const setup = evaluate(
      moduleOf(body).replace('export function main', 'function run') +
        `export const main = ({ thread, after }, report) => {
          const a = new Int32Array(new SharedArrayBuffer(32))
          let result
          thread('t', () => { result = run(a) })
          after(() => report(JSON.stringify([result, [...a]])))
        }`,
      true,
    )
    let seen = ''
    const result = explore({ races: 'ignore' }, (world) =>
      setup(world, (text: string) => (seen = text)),
    )
    expect(result.failure?.text).toBeUndefined()
    expect(seen).toBe(native)
  })
})

/** Explores one thread that runs the body. */
function check(body: string): () => unknown {
  const setup = evaluate(
    `const run = (a) => {${body}}
    export const main = ({ thread }) => {
      const a = new Int32Array(new SharedArrayBuffer(32))
      thread('t', () => run(a))
    }`,
    true,
  )
  return () => explore({ races: 'ignore' }, setup as never)
}

describe('what cannot be compiled', () => {
  it.each([
    ['eval', 'eval("a[0]")', /snippet.js:1:\d+: .*`eval` hides code/],
    ['eval by another name', 'const e = eval; e("a[0]")', /`eval` hides code/],
    ['new Function', 'new Function("a", "a[0]")', /snippet.js:1:\d+: .*`eval` hides code/],
    ['Function', 'Function("a", "a[0]")(a)', /`eval` hides code/],
    ['async generators', 'async function* g() { yield 1 } g()', /async generators/],
    ['for await', 'const f = async () => { for await (const x of []); }; f()', /`for await`/],
    [
      'super() of an arrow function',
      'class B extends Object { constructor() { const up = () => super(); up() } } new B()',
      /`super\(\)` in an arrow/,
    ],
  ])('is refused with place and reason when a thread comes to it: %s', (_, body, message) => {
    expect(check(body)).toThrow(message)
    expect(check(`if (a[0]) { ${body} }`)).not.toThrow()
    expect(check(`try { ${body} } catch {}`)).toThrow(message)
  })

  it('is rejected with its place if it is no JavaScript', () => {
    const compiled = () => compile(moduleOf('let let = 1'), { file: 'snippet.js', runtime: 'r' })
    expect(compiled).toThrow(/snippet.js:2:\d+: /)
  })
})

describe('source maps', () => {
  it('lead from the compiled text to the source', () => {
    const source = moduleOf('  const x = a[0]\n  a[1] = x')
    const { map, code } = compile(source, { file: 'snippet.js', runtime: 'r' })
    expect(map.sources).toEqual(['snippet.js'])
    expect(map.sourcesContent).toEqual([source])
    expect(code).toContain('"positions":[2,13,3,3]')
    const trace = new TraceMap(map as never)
    const lines = code.split('\n')
    const line = lines.findIndex((text) => text.includes('const x = $il'))
    const column = lines[line]!.indexOf('x = ')
    expect(originalPositionFor(trace, { line: line + 1, column })).toMatchObject({ line: 2 })
  })
})
