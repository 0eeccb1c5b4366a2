import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { Session } from 'node:inspector'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServer, type ViteDevServer } from 'vite'
import type { Exploration } from '../src/explore.ts'
import { main } from '../src/node/cli.ts'
import { load } from '../src/node/load.ts'
import { interleave } from '../src/plugin/index.ts'
import { parseSchedule, showSchedule } from '../src/strategies/schedule.ts'

const FIXTURES = resolve(import.meta.dirname, 'fixtures')
const scratch = mkdtempSync(join(tmpdir(), 'interleave-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** Runs the command and catches what it prints. */
async function command(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  let out = ''
  let err = ''
  const { stdout, stderr } = process
  const writes = [stdout.write, stderr.write] as const
  stdout.write = (text: string | Uint8Array) => Boolean((out += String(text)))
  stderr.write = (text: string | Uint8Array) => Boolean((err += String(text)))
  let status: number
  try {
    status = await main(args)
  } finally {
    stdout.write = writes[0]
    stderr.write = writes[1]
  }
  return { status, out, err }
}

describe('the command', () => {
  const file = join(FIXTURES, 'counter.ts')
  const importing = join(scratch, 'importing.mjs')
  writeFileSync(importing, "import 'not-installed-at-all'\nexport function program() {}\n")

  it('explores what a file exports, and ends with 1 for a failure', async () => {
    const { status, out, err } = await command(file, 'counter')
    expect(err).toBe('')
    expect(status).toBe(1)
    expect(out).toContain('counter: exception: Error: expected 2, got 1')
    expect(out).toMatch(
      /load words\[0\] → 0 +add\.ts:6:26 +Atomics\.load\(words, Where\.Counter\)/,
    )
  })

  it('ends with 0 when all hold, and with 3 when a budget runs out', async () => {
    expect(await command(file, 'alone')).toMatchObject({ status: 0 })
    const cut = await command(file, 'counter', '--executions', '1')
    expect(cut).toMatchObject({ status: 3 })
    expect(cut.out).toContain('stopped at 1 executions')
  })

  it.each(['exhaustive', 'bounded', 'bounded=1', 'pct', 'random', 'brute-force'])(
    'finds the bug by --strategy %s',
    async (strategy) => {
      const { status } = await command(file, 'counter', '--strategy', strategy)
      expect(status).toBe(1)
    },
  )

  it('replays a schedule, and writes a page', async () => {
    const html = join(scratch, 'timeline.html')
    const { out } = await command(file, 'counter', '--replay', '1:1.0*2.1', '--html', html)
    expect(out).toContain(`to run it again: npx interleave ${file} counter --replay 1:1.0*2.1`)
    const page = readFileSync(html, 'utf8')
    expect(page).toContain('<b>store</b> words[0] = 1')
    expect(page).toContain('<code>Atomics.load(words, Where.Counter)</code>')
    expect(page).not.toMatch(/(src|href)=/)
  })

  it.each([
    [[], 'expected a file'],
    [[file, '--strategy', 'luck'], 'expected --strategy exhaustive, bounded, pct'],
    [[file, '--executions', 'many'], 'expected a whole number for executions, got many'],
    [[file, '--races', 'maybe'], 'expected --races fail or ignore, got maybe'],
    [[file, '--what'], "Unknown option '--what'"],
    [[file, 'nothing'], 'to export a function nothing'],
    [[join(scratch, 'missing.ts')], 'expected a file, found nothing at'],
    [
      [importing],
      /^interleave: Cannot find package 'not-installed-at-all' imported from [^\n]*\n$/,
    ],
    [[join(FIXTURES, 'hidden.ts')], /hidden\.ts:\d+:\d+: .*`eval` hides code/],
  ])('answers %j with status 2 and a reason', async (args, reason) => {
    const { status, err } = await command(...args)
    expect(status).toBe(2)
    expect(err).toMatch(reason)
  })

  it('tells its version and how it is used', async () => {
    expect((await command('--version')).out).toMatch(/^\d+\.\d+\.\d+/)
    expect((await command('--help')).out).toContain('interleave FILE')
  })
})

describe('load', () => {
  it('compiles a module and those it imports by relative paths', async () => {
    const { check } = await load(join(FIXTURES, 'counter.ts'))
    const result = (check as () => Exploration)()
    expect(result.failure!.rows.map(({ file, line }) => `${file}:${line}`)).toEqual([
      'packages/interleave/test/fixtures/add.ts:6',
      'packages/interleave/test/fixtures/add.ts:6',
      'packages/interleave/test/fixtures/add.ts:7',
      'packages/interleave/test/fixtures/add.ts:7',
    ])
  })

  it('hands debuggers a map to the sources as they are', async () => {
    const session = new Session()
    session.connect()
    const maps: string[] = []
    session.on('Debugger.scriptParsed', ({ params }) => {
      if (params.url.endsWith('add.ts.compiled.js')) maps.push(params.sourceMapURL ?? '')
    })
    session.post('Debugger.enable')
    await load(join(FIXTURES, 'counter.ts'))
    session.disconnect()
    const json = Buffer.from(maps[0]!.split(',')[1]!, 'base64').toString()
    const { sources, sourcesContent } = JSON.parse(json) as Record<string, string[]>
    const at = sources!.indexOf(pathToFileURL(join(FIXTURES, 'add.ts')).href)
    expect(sourcesContent![at]).toBe(readFileSync(join(FIXTURES, 'add.ts'), 'utf8'))
  })

  it('takes URLs, and rejects what is not there', async () => {
    await expect(load(new URL('./fixtures/counter.ts', import.meta.url))).resolves.toHaveProperty(
      'check',
    )
    await expect(load(join(scratch, 'missing.ts'))).rejects.toThrow('missing.ts')
  })
})

describe('the plugin', () => {
  let server: ViteDevServer
  beforeAll(async () => {
    server = await createServer({
      configFile: false,
      logLevel: 'silent',
      root: FIXTURES,
      resolve: {
        alias: [
          { find: /^@smpnet\/interleave$/, replacement: resolve(FIXTURES, '../../src/index.ts') },
          {
            find: /^@smpnet\/interleave\/runtime$/,
            replacement: resolve(FIXTURES, '../../src/runtime/index.ts'),
          },
        ],
      },
      server: { middlewareMode: true, ws: false },
      optimizeDeps: { noDiscovery: true },
      plugins: [interleave({ models: /counter\.ts$/ })],
    })
  })
  afterAll(() => server.close())

  it('compiles models and what they import', async () => {
    const { check } = await server.ssrLoadModule('/counter.ts')
    const { failure } = (check as () => Exploration)()
    expect(failure!.text).toMatch(
      /store words\[0\] = 1 +add\.ts:7:3 +Atomics\.store\(words, Where\.Counter/,
    )
  })

  it('leaves the same modules alone elsewhere', async () => {
    const compiled = await server.ssrLoadModule('/add.ts?interleave')
    const plain = await server.ssrLoadModule('/add.ts')
    expect(String(plain['add'])).toContain('Atomics.load')
    expect(Object.getOwnPropertySymbols(plain['add'])).toEqual([])
    expect(Object.getOwnPropertySymbols(compiled['add'])).toEqual([
      Symbol.for('smpnet.interleave.compiled'),
    ])
    // The text of a function is what its author wrote, compiled or not.
    expect(String(compiled['add'])).toContain('Atomics.load')
  })

  it('refuses what cannot be compiled when it is reached, at its original place', async () => {
    const { hidden } = await server.ssrLoadModule('/hidden.ts?interleave')
    expect(() => (hidden as (world: object) => void)({})).toThrow(
      /hidden\.ts:4:\d+: .*`eval` hides code/,
    )
  })
})

describe('a call of the command that makes no sense', () => {
  const write = (name: string, code: string): string => {
    const file = join(scratch, name)
    writeFileSync(file, code)
    return file
  }
  const program = 'export const program = ({ thread }) => thread("t", () => {})'

  /** One sentence, where to read more, and nothing else. */
  const complaint = (sentence: string) => `interleave: ${sentence}\ninterleave --help says more\n`

  it.each([
    ['1:9', 'step 1 is one of thread 9, which is none of the program'],
    ['1:0*9', 'step 2 is one of thread 0 (t), which has ended by then'],
    ['1:', 'it ends before step 1, which t could make'],
  ])('has a schedule that is none of the program: %s', async (text, why) => {
    const file = write(
      'loads.mjs',
      `export const program = ({ thread }) => {
        const x = new Int32Array(new SharedArrayBuffer(4))
        thread('t', () => Atomics.load(x, 0))
      }`,
    )
    const expected = `expected --replay a schedule that fits the program: ${why}`
    const { status, out, err } = await command(file, '--replay', text)
    expect([status, out, err]).toEqual([2, '', complaint(expected)])
  })

  it.each(['nonsense', '', '9', '2:0', '1:0..1'])('has %j for a schedule', async (text) => {
    const file = write('one.mjs', program)
    const expected = `expected --replay a schedule such as 1:0*3.1*2, got ${text}`
    const { status, out, err } = await command(file, '--replay', text)
    expect([status, out, err]).toEqual([2, '', complaint(expected)])
  })

  it.each([
    ['does nothing', 'export function helper() {}'],
    ['needs something else', 'export const helper = (list = []) => list.length'],
    ['awaits', 'export async function helper() {}'],
    [
      'explores by itself',
      'export const helper = () => explore({}, ({ thread }) => thread("t", () => {}))',
    ],
  ])('has a function that starts no threads: %s', async (_what, code) => {
    const file = write('helper.mjs', `import { explore } from '@smpnet/interleave'\n${code}`)
    const expected = 'expected helper to start threads in the world that it is given, got none'
    const { status, out, err } = await command(file)
    expect([status, out]).toEqual([2, ''])
    expect(err).toContain(`interleave: ${expected}\n\nA model is a function that sets up`)
  })

  it('has a class for a program, unless the file exports others', async () => {
    const alone = write('class.mjs', 'export class Counter {}')
    const { status, err } = await command(alone)
    expect(status).toBe(2)
    expect(err).toContain(`interleave: expected ${alone} to export a function\n\nA model is`)
    const both = write('both.mjs', `export class Counter {}\n${program}`)
    expect(await command(both)).toMatchObject({ status: 0, err: '' })
    const named = await command(both, 'Counter')
    expect([named.status, named.err]).toEqual([
      2,
      complaint(`expected ${both} to export a function Counter`),
    ])
  })

  it('is not a program that is wrong itself: its stack says where', async () => {
    const file = write('throws.mjs', 'export function program() { throw new Error("mine") }')
    const { status, err } = await command(file)
    expect(status).toBe(2)
    expect(err).toMatch(/^Error: mine\n +at .*throws\.mjs/)
  })
})

describe('schedules as text', () => {
  it.each([
    [[], '1:'],
    [['0'], '1:0'],
    [['0', '0', '1', '0'], '1:0*2.1.0'],
    [['10', '0/1', '0/1', '0/1/2'], '1:10.0/1*2.0/1/2'],
  ])('%j is %s', (schedule, text) => {
    expect(showSchedule(schedule)).toBe(text)
    expect(parseSchedule(text)).toEqual(schedule)
  })

  it.each(['', '0', '2:0', '1:0.', '1:0*', '1:a', '1:0..1', '1:/0'])('%j is none', (text) => {
    expect(() => parseSchedule(text)).toThrow('expected a schedule')
  })
})

describe('the built command', () => {
  it('runs in a process of its own', () => {
    const file = join(scratch, 'program.mjs')
    writeFileSync(
      file,
      `export function program({ thread }) {
        const x = new Int32Array(new SharedArrayBuffer(4))
        thread('t', () => Atomics.load(x, 0))
      }`,
    )
    const bin = resolve(import.meta.dirname, '../bin/interleave.js')
    const { stdout, status } = spawnSync(process.execPath, [bin, file], { encoding: 'utf8' })
    expect(stdout).toContain('program: holds (exhaustive: ')
    expect(status).toBe(0)
  })
})
