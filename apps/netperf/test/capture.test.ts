import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { CaptureRow } from '../src/model/captured.ts'
import type { RunStatistics } from '../src/model/run-statistics.ts'
import { writeCapture } from '../src/command/capture-file.ts'
import { UsageError } from '../src/options/usage-error.ts'
import { type Ended, netperf } from './run-netperf.ts'
import { HAS_TSHARK, NO_TSHARK, readCapture } from './tshark.ts'

const folder = mkdtempSync(join(tmpdir(), 'netperf-capture-'))
afterAll(() => rmSync(folder, { recursive: true }))

const HEADER_BYTES = 28

interface Document {
  readonly rows: readonly unknown[]
  readonly captures: readonly CaptureRow[]
  readonly statistics: readonly RunStatistics[]
}

const SIM = ['--machine', 'sim', '--duration', '500us', '--json']
const LIVE = ['--variants', 'smpnet', '--duration', '20ms', '--runs', '2', '--json']

function run(name: string, ...args: string[]): Promise<Ended> {
  return netperf(['run', ...args, '--capture', join(folder, name)])
}

async function captured(name: string, ...args: string[]) {
  const { status, stdout, stderr } = await run(name, ...args)
  expect([status, status === 0 ? '' : stderr]).toEqual([0, ''])
  const file = join(folder, name)
  return { file, bytes: readFileSync(file), document: JSON.parse(stdout) as Document }
}

describe('netperf run --capture', () => {
  it.for([
    ['udp_rr', 'sim', SIM],
    ['udp_stream', 'sim', SIM],
    ['udp_rr', 'live', LIVE],
    ['udp_stream', 'live', LIVE],
  ] as const)('%s on %s: Wireshark reads what was counted, sums right', async (of, context) => {
    const [workload, machine, args] = of
    if (!HAS_TSHARK) context.skip(NO_TSHARK)
    const name = `${workload}-${machine}.pcapng`
    const { file, document } = await captured(name, workload, '--statistics', ...args)
    const [{ packets: count, links } = { packets: -1, links: [] }] = document.captures
    const { network = {} } = document.statistics[0]!.kernel
    const { packets, expert } = readCapture(file)
    expect(packets).toHaveLength(count)
    expect(links.map(({ name: link }) => link)).toEqual(['lo0'])
    expect(links[0]!.seen).toBe(network['ips_localout'])
    expect(count).toBe(links[0]!.seen - links[0]!.dropped)
    const mayDrop = machine === 'live' && workload === 'udp_stream'
    expect(links[0]!.dropped === 0 || mayDrop).toBe(true)
    // A busy host gives a live run a few milliseconds of all its time.
    expect(count).toBeGreaterThan(machine === 'live' ? 10 : 100)
    expect(new Set(packets.map(({ sums }) => sums.join()))).toEqual(new Set(['1,1']))
    expect(expert).not.toMatch(/Errors|Warns|Malformed/)
    const size = workload === 'udp_rr' ? 1 : 1024
    expect(packets.filter(({ bytes }) => bytes === size + HEADER_BYTES).length).toBeGreaterThan(
      0.8 * Math.min(count, 110),
    )
    const times = packets.map(({ timeNs }) => timeNs)
    expect(times.every((ns, i) => i === 0 || ns >= times[i - 1]!)).toBe(true)
    // Virtual time begins in 1970, real time is now.
    const nowNs = machine === 'sim' ? 0 : Date.now() * 1e6
    expect(Math.abs(nowNs - Number(times.at(-1)))).toBeLessThan(60e9)
  })

  it('a simulation has the same figures as without, and its bytes by the seed alone', async () => {
    const args = ['udp_rr', '--cpus', '4', ...SIM]
    const one = await captured('one.pcapng', ...args, '--seed', '5')
    const same = await captured('same.pcapng', ...args, '--seed', '5')
    const other = await captured('other.pcapng', ...args, '--seed', '6')
    expect(same.bytes.equals(one.bytes)).toBe(true)
    expect(other.bytes.equals(one.bytes)).toBe(false)
    const { stdout } = await netperf(['run', ...args, '--seed', '5', '--runs', '1'])
    expect((JSON.parse(stdout) as Document).rows).toEqual(one.document.rows)
  })

  it('captures the links of a configuration', async () => {
    const config = join(folder, 'wire.mjs')
    writeFileSync(
      config,
      `export default {
        links: { wire0: { kind: 'wire' } },
        addresses: {
          wire0a: { inet: '10.0.0.1', destination: '10.0.0.2' },
          wire0b: { inet: '10.0.0.2', destination: '10.0.0.1' },
        },
      }`,
    )
    const { document } = await captured('wire.pcapng', 'udp_rr', '--config', config, ...SIM)
    expect(document.captures[0]!.links.map(({ name }) => name)).toEqual([
      'lo0',
      'wire0a',
      'wire0b',
    ])
  })

  it('says in a line what is in the file', async () => {
    const { stdout } = await run(
      'line.pcapng',
      'udp_rr',
      '--machine',
      'sim',
      '--duration',
      '100us',
    )
    expect(stdout).toMatch(/line\.pcapng: \d+ packets of lo0, 0 left out; Wireshark opens it\n$/)
  })

  it.each([
    ['no/such/folder.pcapng', 'got a folder that does not exist'],
    ['folder', 'got a folder'],
  ])(
    'a file that cannot be written is a sentence, before anything runs: %s',
    async (name, said) => {
      mkdirSync(join(folder, 'folder'), { recursive: true })
      const began = Date.now()
      const ended = await run(name, 'udp_rr', '--machine', 'sim', '--duration', '10s')
      expect(ended.status).toBe(2)
      expect(ended.stdout).toBe('')
      expect(ended.stderr).toMatch(
        /^netperf: expected --capture to be a file that can be written, /,
      )
      expect(ended.stderr).toContain(said)
      expect(ended.stderr.trim().split('\n')).toHaveLength(1)
      expect(Date.now() - began).toBeLessThan(15_000)
    },
  )

  it.each([
    [['rr'], 'expected --capture with udp_rr, udp_stream, got it with "rr"'],
    [['udp_rr', '--machine', 'sim', '--runs', '2'], 'expected --capture of one simulation, got'],
    [['udp_rr', '--variants', 'node-udp'], 'expected smpnet among the variants, to have capture'],
  ])('is refused with a sentence: %s', async (args, sentence) => {
    const { status, stderr } = await run('refused.pcapng', ...args)
    expect([status, stderr]).toEqual([2, expect.stringContaining(sentence)])
    expect(readdirSync(folder)).not.toContain('refused.pcapng')
  })
})

describe('a capture that is written', () => {
  it('is whole, and takes the place of an earlier one', () => {
    const place = join(folder, 'twice.pcapng')
    for (const byte of [1, 2]) writeCapture(place, new Uint8Array(1000).fill(byte))
    expect(readFileSync(place)).toEqual(Buffer.alloc(1000, 2))
  })

  it.each([
    ['in a folder that went away meanwhile', join(folder, 'gone', 'x.pcapng'), 'does not exist'],
    ['where a folder is by now', join(folder, 'taken'), 'EISDIR'],
  ])('leaves nothing behind %s, but a sentence', (_where, place, said) => {
    mkdirSync(join(folder, 'taken'), { recursive: true })
    const write = (): void => writeCapture(place, new Uint8Array(10))
    expect(write).toThrow(UsageError)
    expect(write).toThrow(said)
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([])
  })
})
