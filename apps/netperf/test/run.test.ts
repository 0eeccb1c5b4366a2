import { describe, expect, it } from 'vitest'
import { coresHere } from '@smpnet/machine/live'
import { someOf, thorough } from '@smpnet/testing/models'
import type { Row } from '../src/model/row.ts'
import { interrupted, netperf, rowsOf } from './run-netperf.ts'

/** Each run takes a second or two, since all that is compared starts threads of its own. */
const CPUS = thorough(['1', '2'], ['2'])
const short = ['--duration', '60ms', '--runs', '3']
const compared = ['smpnet', 'node-tcp', 'node-unix', 'message-port']
const datagrams = ['smpnet', 'node-udp', 'message-port']

function comparing(workload: string, ...more: string[]): string[] {
  return ['run', workload, ...short, ...more]
}

/**
 * The rows of a run in which everything compared got somewhere. On a busy host a thread may have no
 * turn in a short slice, so that slices are longer each time, up to seconds.
 */
async function measured(workload: string, ...more: string[]): Promise<Row[]> {
  for (let ms = 60; ; ms *= 4) {
    const args = ['run', workload, '--duration', `${ms}ms`, '--runs', '3', ...more, '--json']
    const ended = await netperf(args)
    expect(ended.status).toBe(0)
    const rows = rowsOf(ended)
    const isWhole = rows.every(({ metric, min }) => metric === 'lost' || min > 0)
    if (isWhole || ms > 10_000) return rows
  }
}

const LARGE_MESSAGES: [workload: string, size: string][] = [
  ['stream', '3m'],
  ['rr', '300000'],
  ['crr', '300000'],
]
const MESSAGES: typeof LARGE_MESSAGES = [
  ['stream', '1'],
  ['stream', '100000'],
  ['rr', '64'],
]
const LARGE_DATAGRAMS: [workload: string, size: string, ...variants: string[]][] = [
  ['udp_stream', '65507', '--variants', 'node-udp,message-port'],
  ['udp_rr', '65507', '--variants', 'node-udp,message-port'],
]
const DATAGRAMS: typeof LARGE_DATAGRAMS = [
  ['udp_stream', '8'],
  ['udp_rr', '64'],
]

const MANY_PAIRS: [workload: string, rows: number][] = [
  ['crr', 8],
  ['rr', 8],
  ['udp_rr', 6],
  ['udp_stream', 9],
]

describe('netperf run --json', () => {
  it.each(CPUS)('rr on %s CPUs reports round trips and their rate', async (cpus) => {
    const rows = await measured('rr', '--cpus', cpus)
    expect(rows.map(({ metric, unit, variant }) => `${metric} ${unit} ${variant}`)).toEqual([
      ...compared.map((variant) => `rtt ns ${variant}`),
      ...compared.map((variant) => `rate 1/s ${variant}`),
    ])
    for (const row of rows) {
      expect(row).toMatchObject({ workload: 'rr', machine: 'live', cpus: Number(cpus), runs: 3 })
      expect(row.min).toBeGreaterThan(0)
      expect(row.max).toBeGreaterThanOrEqual(row.min)
      expect(row.p99).toBeGreaterThanOrEqual(row.median)
    }
  })

  it.each(CPUS)('crr on %s CPUs reports connections and their rate', async (cpus) => {
    const rows = await measured('crr', '--cpus', cpus)
    expect(rows.map(({ metric, unit, variant }) => `${metric} ${unit} ${variant}`)).toEqual([
      ...compared.map((variant) => `connection ns ${variant}`),
      ...compared.map((variant) => `rate 1/s ${variant}`),
    ])
    for (const row of rows) {
      expect(row).toMatchObject({ workload: 'crr', machine: 'live', cpus: Number(cpus), runs: 3 })
      expect(row.min).toBeGreaterThan(0)
    }
  })

  it.each(CPUS)('stream on %s CPUs reports throughput', async (cpus) => {
    const rows = await measured('stream', '--cpus', cpus)
    expect(rows.map(({ variant }) => variant)).toEqual(compared)
    expect(Object.keys(rows[0] ?? {})).toEqual([
      'workload',
      'machine',
      'variant',
      'cpus',
      'metric',
      'unit',
      'median',
      'p99',
      'min',
      'max',
      'runs',
      'figures',
      ...(coresHere().length >= Number(cpus) ? ['on'] : []),
      'ratios',
    ])
    for (const row of rows) {
      expect(row).toMatchObject({ metric: 'throughput', unit: 'B/s' })
      expect(row.median).toBeGreaterThan(0)
    }
  })

  it('binds each CPU to a core, or to those that it is told, or to none', async () => {
    const cores = coresHere()
    const onOf = async (...more: string[]) => {
      const [row] = rowsOf(
        await netperf(comparing('rr', '--variants', 'smpnet', '--json', ...more)),
      )
      return [row!.on, row!.settings?.['on']]
    }
    const usual = cores.length > 1 ? cores.slice(0, 2) : undefined
    expect(await onOf()).toEqual([usual, undefined])
    expect(await onOf('--on', 'any')).toEqual([undefined, 'any'])
    for (const core of cores.slice(-1)) {
      expect(await onOf('--on', String(core))).toEqual([[core], String(core)])
    }
  })

  it.each(thorough([...LARGE_MESSAGES, ...MESSAGES], LARGE_MESSAGES))(
    '%s with messages of %s bytes',
    async (workload, size) => {
      const ended = await netperf(comparing(workload, '--size', size, '--json'))
      expect(ended.status).toBe(0)
      expect(rowsOf(ended).length).toBeGreaterThanOrEqual(4)
    },
  )

  it.each(CPUS)('udp_rr on %s CPUs reports round trips and their rate', async (cpus) => {
    const rows = await measured('udp_rr', '--cpus', cpus)
    expect(rows.map(({ metric, unit, variant }) => `${metric} ${unit} ${variant}`)).toEqual([
      ...datagrams.map((variant) => `rtt ns ${variant}`),
      ...datagrams.map((variant) => `rate 1/s ${variant}`),
    ])
    for (const row of rows) {
      expect(row).toMatchObject({ workload: 'udp_rr', machine: 'live', cpus: Number(cpus) })
      expect(row.min).toBeGreaterThan(0)
    }
  })

  it.each(CPUS)('udp_stream on %s CPUs reports what arrived and what not', async (cpus) => {
    const rows = await measured('udp_stream', '--cpus', cpus, '--size', '2k', '--window', '8')
    expect(rows.map(({ metric, unit, variant }) => `${metric} ${unit} ${variant}`)).toEqual([
      ...datagrams.map((variant) => `received 1/s ${variant}`),
      ...datagrams.map((variant) => `throughput B/s ${variant}`),
      ...datagrams.map((variant) => `lost share ${variant}`),
    ])
    for (const variant of datagrams) {
      const [received, throughput, lost] = rows.filter((row) => row.variant === variant)
      expect(received?.median).toBeGreaterThan(0)
      expect(throughput?.median).toBeCloseTo((received?.median as number) * 2048, 0)
      expect(lost?.min).toBeGreaterThanOrEqual(0)
      expect(lost?.max).toBeLessThan(1)
    }
    expect(rows.at(-1)).toMatchObject({ variant: 'message-port', metric: 'lost', max: 0 })
  })

  it.each(thorough([...LARGE_DATAGRAMS, ...DATAGRAMS], LARGE_DATAGRAMS))(
    '%s with datagrams of %s bytes',
    async (workload, size, ...variants) => {
      const ended = await netperf(comparing(workload, '--size', size, ...variants, '--json'))
      expect(ended.stderr).not.toContain('netperf: ')
      expect(rowsOf(ended).length).toBeGreaterThanOrEqual(4)
    },
  )

  it('our kernel says of a datagram that its loopback does not take why', async () => {
    const ended = await netperf(comparing('udp_rr', '--size', '20k', '--variants', 'smpnet'))
    expect(ended.stderr).toContain('EMSGSIZE: the datagram is larger than the protocol takes')
    expect(ended.status).not.toBe(0)
  })

  it.each(someOf(MANY_PAIRS, 2))('%s runs many pairs on several CPUs', async (workload, rows) => {
    const args = comparing(workload, '--cpus', '3', '--pairs', '5', '--json')
    expect(rowsOf(await netperf(args))).toHaveLength(rows)
  })
})

describe('netperf run', () => {
  it('prints a table with the host and the ratio, and progress elsewhere', async () => {
    const { status, stdout, stderr } = await netperf(comparing('rr'))
    expect(status).toBe(0)
    expect(stdout).toMatch(/live: .*, \d+ cores, Node v\d+/)
    expect(stdout).toMatch(/rr rtt +live +2 +node-tcp .* 1\.00×/)
    expect(stderr).toBe('live rr, 1B, 2 CPUs\n')
  })

  it('sets datagrams beside node-udp, and a lost share beside nothing', async () => {
    const { stdout } = await netperf(comparing('udp_stream'))
    expect(stdout).toContain('× node-udp')
    expect(stdout).toMatch(/udp_stream received +live +2 +node-udp .* 1\.00×/)
    expect(stdout).toMatch(/udp_stream lost +live +2 +node-udp +\d+\.\d % .* –\n/)
  })

  it('prints what was measured when it is interrupted', async () => {
    const args = ['run', 'rr', '--variants', 'smpnet', '--duration', '60s', '--runs', '1000']
    const ended = await interrupted([...args, '--json'])
    expect(ended.status).toBe(130)
    const [rtt] = rowsOf(ended)
    expect(rtt?.runs).toBeLessThan(1000)
    expect(rtt?.runs).toBeGreaterThan(0)
  })
})

describe('netperf', () => {
  it('has help and a version', async () => {
    const help = await netperf(['--help'])
    expect(help).toMatchObject({ status: 0, stderr: '' })
    for (const name of ['run', 'experiment', 'stream', 'message-port']) {
      expect(help.stdout).toContain(name)
    }
    expect((await netperf(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})
