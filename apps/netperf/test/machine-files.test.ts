import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { profiles } from '@smpnet/machine/sim'
import { afterAll, describe, expect, it } from 'vitest'
import { machineFrom } from '../src/machines/machine-file.ts'
import { threadsFrom, threadsText } from '../src/machines/told-machine.ts'
import { netperf, rowsOf } from './run-netperf.ts'

const folder = mkdtempSync(join(tmpdir(), 'netperf-machines-'))
afterAll(() => rmSync(folder, { recursive: true }))

function fileOf(content: unknown): string {
  const path = join(folder, 'machine.json')
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

const LIKE = { like: 'xeon-8176', name: 'mine' }
const told = (value: unknown) => ({ value, basis: 'published', source: 'a paper' })

describe('a machine in a file', () => {
  it.each([...profiles.values()])('is $name again when that was written', (profile) => {
    expect(machineFrom(fileOf(profile))).toEqual(profile)
  })

  it('has what is different from the one that it is like', () => {
    const path = fileOf({ ...LIKE, lines: { casNs: 9, queue: { holdNs: told(33) } } })
    const { lines, workNs, name } = machineFrom(path)
    const like = profiles.get('xeon-8176')!
    expect(name).toBe('mine')
    expect(lines.casNs).toEqual({ value: 9, basis: 'assumed', source: `the file ${path}` })
    expect(lines.queue).toEqual({ ...like.lines.queue, holdNs: told(33) })
    expect(workNs).toEqual(like.workNs)
  })

  it.each([
    ['no JSON', '{', 'to be JSON, got'],
    ['a list', [], 'name: expected'],
    ['no name', { like: 'xeon-8176' }, 'name: expected'],
    ['an unknown key', { ...LIKE, lines: { casN: 1 } }, 'lines.casN: expected no such key'],
    [
      'a text',
      { ...LIKE, lines: { casNs: 'fast' } },
      'lines.casNs: expected a number of at least 0',
    ],
    ['an unknown price of code', { ...LIKE, code: { acces: 1 } }, 'code.acces: expected no such'],
    [
      'a price of code below 0',
      { ...LIKE, code: { accessNs: -1 } },
      'code.accessNs: expected >=0, got -1',
    ],
    ['no source', { ...LIKE, clockMhz: { value: 1, basis: 'published' } }, 'clockMhz: expected'],
    ['half a core', { ...LIKE, topology: { sockets: 0.5 } }, 'topology.sockets: expected'],
    ['a part', { name: 'mine' }, 'a machine profile has topology'],
    [
      'a wrong order',
      { ...LIKE, lines: { blindCasNs: { far: 1 } } },
      'blindCasNs.far of at least',
    ],
    ['nobody to be like', { ...LIKE, like: 'vax' }, 'expected a profile (xeon-e5-2650'],
  ])('is refused with the path of what is wrong: %s', (_, content, sentence) => {
    expect(() => machineFrom(fileOf(content))).toThrow(sentence)
  })

  it('runs, and rows name it', async () => {
    const path = fileOf({ ...LIKE, workNs: { 'read-hpet': 3000 } })
    const run = ['run', 'timestamps', '--machine', 'sim', '--cpus', '1', '--runs', '1', '--json']
    const more = ['--timecounter', 'HPET', '--duration', '0.1ms', '--profile']
    const rows = async (...of: string[]) => rowsOf(await netperf([...run, ...more, ...of]))
    const [own] = await rows(path)
    const [priced] = await rows(path, '--price', 'read-hpet=300')
    expect([own!.profile, priced!.settings!['price']]).toEqual(['mine', 'read-hpet=300'])
    expect(own!.median - priced!.median).toBeCloseTo(2700, -2)
  })
})

describe('code that has a price', () => {
  const nsOf = async (workload: string, ...price: string[]) => {
    const run = ['run', workload, '--machine', 'sim', '--cpus', '1', '--runs', '1', '--json']
    const rows = rowsOf(await netperf([...run, '--duration', '0.2ms', ...price]))
    return 1e9 / rows.find(({ metric }) => metric === 'rate')!.median
  }

  it.each([
    ['lookup', 'code.accessNs=10', 10 * 10, 'ten loads'],
    ['permit', 'code.accessNs=10', 4 * 10, 'two loads and two swaps'],
    ['permit', 'code.atomicLoadNs=10', 2 * 10, 'two loads'],
    ['park', 'park=500', 500, 'one wait'],
    ['yield', 'park=500', 0, 'no wait'],
  ])('makes %s dearer by --price %s: %d ns, for %s', async (workload, price, more) => {
    const [bare, priced] = await Promise.all([nsOf(workload), nsOf(workload, '--price', price)])
    expect(Math.abs(priced! - bare! - more)).toBeLessThanOrEqual(1 + 0.05 * more)
  })
})

describe('threads that are named', () => {
  const profile = profiles.get('xeon-e5-2650')!

  it.each(['0-7,16-23', '0', '3,5,9-10'])('%s are said again', (text) => {
    expect(threadsText(threadsFrom(text, profile))).toBe(text)
  })

  it('share cores where they do, and forward less there', async () => {
    const run = ['run', 'forward', '--duration', '0.5ms', '--runs', '1', '--json', '--on']
    const rates = await Promise.all(
      ['0-3', '0-1,16-17'].map(async (on) => {
        const rows = rowsOf(await netperf([...run, on]))
        return rows.find(({ metric }) => metric === 'rate')!
      }),
    )
    expect(rates.map(({ settings }) => settings!['on'])).toEqual(['0-3', '0-1,16-17'])
    expect(rates[1]!.median / rates[0]!.median).toBeCloseTo(1 / 1.6, 1)
  })
})
