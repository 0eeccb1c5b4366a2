import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { explore } from '../src/explore.ts'
import { load } from '../src/node/load.ts'

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'interleave-loading-')))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** Writes files, by their names, and loads the first. */
async function loaded(files: Record<string, string>): Promise<Record<string, unknown>> {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(scratch, name)), { recursive: true })
    writeFileSync(join(scratch, name), text)
  }
  return load(join(scratch, Object.keys(files)[0]!))
}

describe('a module is loaded as Node would load it', () => {
  it('with built-in modules, whether or not their names begin with node:', async () => {
    const found = await loaded({
      'builtin.mjs': `import { basename } from 'path'
        import path, * as all from 'node:path'
        export const seen = [basename('/a/b'), path.basename === basename, all.sep]`,
    })
    expect(found['seen']).toEqual(['b', true, '/'])
  })

  it('with packages that can only be imported, and what they depend on where that is', async () => {
    const found = await loaded({
      'only.mjs': `import five, { seven } from 'only'\nexport const seen = [five, seven]`,
      'node_modules/only/package.json': JSON.stringify({
        name: 'only',
        type: 'module',
        exports: { import: './main.js' },
      }),
      'node_modules/only/main.js': `import seven from 'inner'\nexport default 5\nexport { seven }`,
      'node_modules/only/node_modules/inner/package.json': JSON.stringify({
        name: 'inner',
        type: 'module',
        exports: './inner.js',
      }),
      'node_modules/only/node_modules/inner/inner.js': 'export default 7',
    })
    expect(found['seen']).toEqual([5, 7])
  })

  it('with scripts, compiled or not, whose default is what they export', async () => {
    const found = await loaded({
      'scripts.mjs': `import own, { two } from './own.cjs'
        import other from 'other'
        export const seen = [own.two, two, typeof other, other(1), own.sloppy()]`,
      'own.cjs': `exports.two = 2
        exports.sloppy = function () { undeclared = 3; return [this === exports, undeclared] }`,
      'node_modules/other/package.json': JSON.stringify({ name: 'other' }),
      'node_modules/other/index.js': 'module.exports = (x) => x + 1',
    })
    expect(found['seen']).toEqual([2, 2, 'function', 2, [true, 3]])
  })

  it('with import.meta, await at its top, JSON and a line for the shell', async () => {
    const found = await loaded({
      'top.mjs': `#!/usr/bin/env node
        import data from './data.json' with { type: 'json' }
        const later = await Promise.resolve(4)
        const { sep } = await import('node:path')
        export const seen = [import.meta.url, later, data.n, sep]`,
      'data.json': '{ "n": 3 }',
    })
    expect(found['seen']).toEqual([pathToFileURL(join(scratch, 'top.mjs')).href, 4, 3, '/'])
  })

  it('in circles, with names that are read when they are used', async () => {
    const found = await loaded({
      'circle.mjs': `import { b } from './b.mjs'
        export * as others from './b.mjs'
        export * from './c.mjs'
        export let n = 1
        export function a() { return n }
        export const seen = () => [b(), ++n, b()]`,
      'b.mjs': `import { a } from './circle.mjs'
        export const b = () => a()
        export default class {}`,
      'c.mjs': 'export const c = 3',
    })
    expect((found['seen'] as () => unknown)()).toEqual([1, 2, 2])
    expect(Object.keys(found).sort()).toEqual(['a', 'c', 'n', 'others', 'seen'])
    expect((found['others'] as { default: { name: string } }).default.name).toBe('default')
  })

  it('and packages that use Atomics are compiled without being named', async () => {
    const found = await loaded({
      'uses.mjs': `import { add } from 'counters'
        export const program = ({ thread, after }) => {
          const w = new Int32Array(new SharedArrayBuffer(4))
          for (const name of ['a', 'b']) thread(name, () => add(w))
          after(() => { if (w[0] !== 2) throw new Error('lost') })
        }`,
      'node_modules/counters/package.json': JSON.stringify({ name: 'counters' }),
      'node_modules/counters/index.js':
        'exports.add = (w) => Atomics.store(w, 0, Atomics.load(w, 0) + 1)',
    })
    expect(explore({}, found['program'] as never).failure?.message).toBe('Error: lost')
  })
})

describe('a package that would have to be compiled', () => {
  it('is named when it comes to shared memory', async () => {
    const { program } = await loaded({
      'hides.mjs': `import { look } from 'hidden'
        export const program = ({ thread }) => {
          const box = { words: new Int32Array(new SharedArrayBuffer(4)) }
          thread('a', () => look(box))
        }`,
      'node_modules/hidden/package.json': JSON.stringify({ name: 'hidden' }),
      'node_modules/hidden/index.js': `const { load } = globalThis['Atom' + 'ics']
        exports.look = (box) => globalThis['Atom' + 'ics'].load(box.words, 0)`,
    })
    expect(() => explore({}, program as never)).toThrow(
      'it is of hidden: name that with --package hidden',
    )
  })

  it('may have forms that are refused when one is reached, and not before', async () => {
    const { reached, unreached } = await loaded({
      'forms.mjs': `async function* later() { yield 1 }
        export const unreached = ({ thread }) => thread('a', () => typeof later)
        export const reached = ({ thread }) => thread('a', () => later())`,
    })
    expect(explore({}, unreached as never).verdict).toBe('holds')
    expect(() => explore({}, reached as never)).toThrow('async generators are not supported')
  })
})

describe('memory that modules make', () => {
  it('is what it was when the exploration began, in each execution', async () => {
    const { program } = await loaded({
      'memory.mjs': `const w = new Int32Array(new SharedArrayBuffer(4))
        w[0] = 5
        export const program = ({ thread, after }) => {
          const start = w[0]
          thread('a', () => Atomics.add(w, 0, 1))
          thread('b', () => Atomics.add(w, 0, 1))
          after(() => { if (start !== 5 || w[0] !== 7) throw new Error(start + ' ' + w[0]) })
        }`,
    })
    const { verdict, executions } = explore({}, program as never)
    expect([verdict, executions]).toEqual(['holds', 2])
  })

  it('may be that of WebAssembly', async () => {
    const { program } = await loaded({
      'wasm.mjs': `export const program = ({ thread }) => {
          const { buffer } = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
          const w = new Int32Array(buffer)
          thread('a', () => Atomics.store(w, 0, 1))
          thread('b', () => w[0])
        }`,
    })
    expect(explore({}, program as never).failure?.kind).toBe('data-race')
  })
})
