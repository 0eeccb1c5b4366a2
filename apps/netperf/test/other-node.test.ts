import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { thorough } from '@smpnet/testing/models'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bin } from './run-netperf.ts'

/** A version of Node whose engine differs from that of the one that runs. */
const MAJOR = Number(process.versions.node.split('.')[0])
const OTHER = MAJOR >= 24 ? 22 : 24
/** To get it takes some 50 MB, once: npm keeps it. */
const MOST_MS = 240_000

/** Where nobody asks for thoroughness nothing is got from anywhere. */
const isAsked = thorough(true, false)

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'netperf-other-node-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** The other Node, or why there is none. */
let other: { readonly path: string } | { readonly missing: string }

beforeAll(async () => {
  if (!isAsked) return
  const print = 'process.stdout.write(process.execPath + " " + process.versions.v8)'
  const args = ['--yes', '--fetch-retries=0', '--package', `node@${OTHER}`, '--', 'node']
  try {
    const { stdout } = await run('npx', [...args, '-e', print], { cwd: folder, timeout: MOST_MS })
    const [path = '', engine = ''] = stdout.split(' ')
    const isSame = engine === process.versions.v8
    other = isSame ? { missing: `node@${OTHER} is the engine that runs here` } : { path }
  } catch {
    other = { missing: `node@${OTHER} could not be got from the registry to compare with` }
  }
}, MOST_MS + 10_000)

interface Came {
  readonly json: string
  readonly capture: Buffer
}

let files = 0

/** What one Node makes of a run: its document but for the name of the file, and the capture. */
async function simulated(node: string, ...args: string[]): Promise<Came> {
  const file = join(folder, `${files++}.pcapng`)
  const where = ['--machine', 'sim', '--cpus', '4', '--duration', '1ms', '--statistics']
  const all = [bin, 'run', ...args, ...where, '--json', '--capture', file]
  const { stdout } = await run(node, all, { maxBuffer: 1 << 26 })
  return { json: stdout.replaceAll(file, 'FILE'), capture: readFileSync(file) }
}

const RUNS: readonly (readonly [workload: string, preset: string])[] = [
  ['udp_stream', 'best'],
  ['udp_rr', 'freebsd-5.3'],
  ['udp_rr', 'freebsd-7'],
]

describe.runIf(isAsked)('one seed gives one packet trace on every host', () => {
  it.for(RUNS)('%s in %s, whichever Node simulates it', async ([workload, preset], context) => {
    if ('missing' in other) return context.skip(other.missing)
    const args = [workload, '--preset', preset, '--seed', '11'] as const
    const here = await simulated(process.execPath, ...args)
    const there = await simulated(other.path, ...args)
    expect(there.json).toBe(here.json)
    expect(here.capture.length).toBeGreaterThan(10_000)
    expect(there.capture.equals(here.capture)).toBe(true)
  })

  it('and a value of the host that gets into a kernel is seen', async (context) => {
    if ('missing' in other) return context.skip(other.missing)
    const config = join(folder, 'planted.mjs')
    const seed = 'Number(process.versions.node.split(".")[0])'
    writeFileSync(config, `export default { machine: { kind: 'sim', cpus: 4, seed: ${seed} } }`)
    const args = ['udp_stream', '--config', config] as const
    const here = await simulated(process.execPath, ...args)
    const there = await simulated(other.path, ...args)
    expect(there.json).not.toBe(here.json)
    expect(there.capture.equals(here.capture)).toBe(false)
  })
})
