import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'loads-'))
afterAll(() => rmSync(folder, { recursive: true }))

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** What a command has loaded when it has ended, as addresses. */
function loadedBy(...args: string[]): string {
  const file = join(folder, 'loads')
  const preload = ['--import', new URL('./fixtures/tell-loads.mjs', import.meta.url).href]
  const command = [...preload, path('../bin/netperf.js'), ...args]
  execFileSync(process.execPath, command, { env: { ...process.env, LOADS: file }, stdio: 'pipe' })
  const loaded = readFileSync(file, 'utf8')
  rmSync(file)
  return loaded
}

/** What takes longer to load than all the rest. */
const HEAVY = ['@observablehq/plot', 'linkedom', 'interleave']

describe('a command', () => {
  it.each([['--help'], ['experiment'], ['run', 'rr', '--machine', 'sim', '--duration', '100us']])(
    'that draws nothing and checks no model loads what neither needs: netperf %s',
    (...args) => {
      const loaded = loadedBy(...args)
      expect(loaded).toContain('netperf/dist/')
      expect(HEAVY.filter((name) => loaded.includes(`/${name}/`))).toEqual([])
    },
  )

  it('loads what draws when it draws', () => {
    const file = join(folder, 'results.json')
    const run = [path('../bin/netperf.js'), 'run', 'rr', '--machine', 'sim', '--runs', '1']
    const results = execFileSync(process.execPath, [...run, '--duration', '100us', '--json'], {
      stdio: 'pipe',
    })
    writeFileSync(file, results)
    const loaded = loadedBy('show', file, '--out', join(folder, 'out'))
    expect(HEAVY.filter((name) => loaded.includes(`/${name}/`))).toContain('linkedom')
  })
})
