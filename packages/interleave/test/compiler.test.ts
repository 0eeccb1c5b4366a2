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

describe('what cannot be compiled is refused with place and reason', () => {
  it.each([
    ['eval', 'eval("a[0]")', /snippet.js:2:1: .*`eval` hides code/],
    ['new Function', 'new Function("a", "a[0]")', /snippet.js:2:1: .*`new Function` hides code/],
    ['new.target of a function', 'function F() { return new.target }', /`new.target`/],
    ['arguments of an arrow function', 'return () => arguments[0]', /`arguments` in an arrow/],
    [
      'super in an arrow function',
      'class B extends Object { m() { return () => super.m() } }',
      /`super` in an arrow/,
    ],
    ['super in an object', 'return { m() { return super.m() } }', /`super` in an object/],
    ['async generators', 'async function* g() { yield 1 }', /async generators/],
    ['for await', 'async function f() { for await (const x of []); }', /`for await`/],
    ['functions in cases', 'switch (1) { case 1: function f() {} }', /declared in a `case`/],
    ['what is no JavaScript', 'let let = 1', /snippet.js:2:\d+: /],
  ])('%s', (_, body, message) => {
    expect(() => compile(moduleOf(body), { file: 'snippet.js', runtime: 'r' })).toThrow(message)
  })
})

describe('source maps', () => {
  it('lead from the compiled text to the source', () => {
    const source = moduleOf('  const x = a[0]\n  a[1] = x')
    const { map, code } = compile(source, { file: 'snippet.js', runtime: 'r' })
    expect(map.sources).toEqual(['snippet.js'])
    expect(map.sourcesContent).toEqual([source])
    expect(code).toContain('"positions":[2,13,3,3]')
  })
})
