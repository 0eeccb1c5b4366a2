import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jobFrom, type JobOptions } from '../../src/command/job-options.ts'
import type { TypedOptions } from '../../src/command/workload-options.ts'
import type { Row } from '../../src/model/row.ts'
import { netperf, rowsOf } from '../run-netperf.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'netperf-dispatch-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function measured(...args: string[]): Promise<Row[]> {
  const ended = await netperf(['run', 'dispatch', '--machine', 'sim', '--json', ...args])
  expect([ended.status, ended.stdout !== '']).toEqual([0, true])
  return rowsOf(ended)
}

/** The median of a metric of the row with these settings. */
function figure(rows: readonly Row[], metric: string, settings: Row['settings'] = {}): number {
  const own = rows.filter((row) => {
    const isSame = Object.entries(settings).every(([key, value]) => row.settings?.[key] === value)
    return row.metric === metric && isSame
  })
  expect([metric, settings, own.length]).toEqual([metric, settings, 1])
  return own[0]!.median
}

/** A pcap file of frames of 16 bytes, which came so many µs after its first second. */
function pcap(linkType: number, timesUs: readonly number[]): Buffer {
  const head = [0xa1b2c3d4, 0x0004_0002, 0, 0, 65_535, linkType]
  const records = timesUs.flatMap((us) => [1, us, 16, 16, 0, 0, 0, 0])
  return Buffer.from(Uint32Array.from([...head, ...records]).buffer)
}

const SHORT = ['--runs', '1', '--duration', '2ms']

describe('netperf run dispatch', () => {
  it('has one flow on one CPU, and many on all, whatever the dispatch', async () => {
    const args = ['--cpus', '4', '--flows', '1,10000', '--dispatch', 'direct,deferred', ...SHORT]
    const rows = await measured(...args)
    for (const dispatch of ['direct', 'deferred']) {
      const [one, many] = [1, 10_000].map((flows) =>
        figure(
          rows.filter(({ variant }) => variant === dispatch),
          'rate',
          { flows },
        ),
      ) as [number, number]
      expect(many / one).toBeGreaterThan(3)
      expect(many / one).toBeLessThan(5)
    }
    const shares = rows.filter(({ metric, settings }) => {
      return metric === 'busiest' && settings?.['flows'] === 1
    })
    for (const { median } of shares) expect(median).toBeGreaterThan(0.99)
  }, 60_000)

  it('drops early where a receiver is bounded, and handles nothing where it is not', async () => {
    const of = ['--cpus', '1', '--dispatch', 'deferred', '--offered', '8000000', ...SHORT]
    const rows = await measured(...of, '--receiver', 'interrupt,polled')
    expect(figure(rows, 'rate', { receiver: 'interrupt' })).toBeLessThan(50_000)
    expect(figure(rows, 'rate', { receiver: 'polled' })).toBeGreaterThan(900_000)
    expect(figure(rows, 'lost', { receiver: 'polled' })).toBeGreaterThan(0.8)
  }, 60_000)

  it('switches twice for each packet that is handed to a more urgent worker', async () => {
    const of = ['--cpus', '1', '--dispatch', 'deferred', '--receiver', 'thread', ...SHORT]
    const rows = await measured(...of)
    expect(figure(rows, 'switches')).toBeCloseTo(2, 1)
  }, 60_000)

  it('is interrupted seldom where that is moderated, and handles packets later', async () => {
    const of = ['--cpus', '1', '--dispatch', 'deferred', '--receiver', 'interrupt']
    const rows = await measured(...of, '--offered', '300000', '--interval', '0,125', ...SHORT)
    const both = (metric: string) => [0, 125].map((interval) => figure(rows, metric, { interval }))
    const [switches, latencies] = [both('switches'), both('latency')]
    expect(switches[1]).toBeLessThan(switches[0]! / 4)
    expect(latencies[1]).toBeGreaterThan(latencies[0]! * 4)
    expect(Math.max(...latencies)).toBeLessThan(200_000)
  }, 60_000)

  it('shows what starves, if it is forced: all is handled by the one worker', async () => {
    const starving = ['--cpus', '4', '--threads', '1', '--dispatch', 'hybrid', '--force']
    expect(figure(await measured(...starving, ...SHORT), 'busiest')).toBeGreaterThan(0.99)
  })

  it('loses nothing below capacity, whatever the policy and the dispatch', async () => {
    const args = ['--policy', 'source,flow,cpu', '--dispatch', 'direct,hybrid,deferred']
    const of = ['--cpus', '2', '--offered', '400000', '--runs', '1', '--duration', '6ms']
    const rows = await measured(...args, ...of)
    const rates = rows.filter(({ metric }) => metric === 'rate')
    expect(rates).toHaveLength(9)
    for (const { median } of rates) expect(Math.abs(median / 400_000 - 1)).toBeLessThan(0.15)
    const lost = rows.filter(({ metric }) => metric === 'lost')
    expect(lost.map(({ median }) => median)).toEqual(rates.map(() => 0))
  }, 60_000)

  it('brings the packets of a capture, and says and draws how they spread over CPUs', async () => {
    const [file, picture] = [join(folder, 'rr.pcapng'), join(folder, 'rr.svg')]
    const made = ['run', 'udp_rr', '--machine', 'sim', '--cpus', '4', '--pairs', '8']
    const taken = await netperf([...made, '--duration', '500us', '--capture', file])
    expect(taken.status).toBe(0)
    const args = ['--cpus', '4', '--dispatch', 'deferred', '--pcap', file, '--picture', picture]
    const of = ['run', 'dispatch', '--machine', 'sim', ...args]
    const ended = await netperf([...of, '--runs', '1', '--duration', '8ms', '--json'])
    const document = JSON.parse(ended.stdout) as {
      rows: Row[]
      files: { notes: string[]; rows: Row[] }[]
    }
    const [{ notes, rows: spread }] = document.files as [{ notes: string[]; rows: Row[] }]
    expect(notes[0]).toMatch(/^rr\.pcapng: \d+ packets in .*s, of 1 interface and 16 flows\.$/)
    const shares = spread.filter(({ settings }) => settings?.['policy'] === 'flow')
    const busiest = Math.max(...shares.map(({ median }) => median))
    // What netisr did with them is what was said that it would do.
    expect(Math.abs(figure(document.rows, 'busiest') - busiest)).toBeLessThan(0.03)
    expect(figure(document.rows, 'lost')).toBe(0)
    expect(readFileSync(picture, 'utf8')).toMatch(/^<svg[^>]*>.*Packets of rr\.pcapng by CPU/s)
  }, 60_000)

  it.each<[string, Buffer, RegExp]>([
    ['alone', pcap(1, [5]), /: 1 packet in 0.* ns, of .*; 1 has no flow; they come as soon as/],
    [
      'backwards',
      pcap(1, [5, 9, 7]),
      /: 3 packets in 4\.00 µs, .*; 1 has a time before one before/,
    ],
    ['wireless', pcap(105, [5, 6]), /; none is looked for in frames of link type 105\.$/],
  ])('says what is odd about a capture: %s', async (name, bytes, sentence) => {
    const file = join(folder, `${name}.pcap`)
    writeFileSync(file, bytes)
    const ended = await netperf(['run', 'dispatch', '--pcap', file, ...SHORT, '--json'])
    const document = JSON.parse(ended.stdout) as { rows: Row[]; files: { notes: string[] }[] }
    expect(document.files[0]!.notes[0]).toMatch(sentence)
    const offered = name === 'alone' ? 'max' : 'as captured'
    for (const { settings } of document.rows) expect(settings).toMatchObject({ offered })
  })

  it('is the same with the same seed', async () => {
    const of = ['--cpus', '3', '--dispatch', 'hybrid', '--arrival', 'bursty', '--zipf', '1.1']
    const args = [...of, '--offered', '1500000', '--queues', '1', ...SHORT]
    expect(await measured(...args)).toEqual(await measured(...args))
  }, 60_000)
})

describe('netperf run dispatch refuses', () => {
  it.each<[JobOptions, TypedOptions, string]>([
    [{}, { pcap: 'no-file' }, 'expected --pcap to be a capture file, got "no-file": ENOENT'],
    [
      {},
      { pcap: 'text' },
      'expected a pcap file (a1b2c3d4 or a1b23c4d) or pcapng (0a0d0d0a), came',
    ],
    [{}, { pcap: 'cut' }, 'expected at least one packet, came none, and one that is cut off'],
    [{ cpus: '4' }, { threads: '1', dispatch: 'hybrid' }, 'which starve otherwise, got 1'],
    [{}, { threads: '3' }, 'expected --threads to be at most 2, as many as CPUs, got 3'],
    [{}, { picture: 'a.svg' }, 'expected --picture with --pcap, got it alone'],
    [{}, { registryLock: 'none-such' }, 'expected a lock (mutex,'],
    [{}, { arrival: 'never' }, 'expected an arrival (constant, poisson, bursty), got "never"'],
    [{}, { offered: '0' }, 'expected --offered, unless it is max, to be a number of packets/s'],
  ])('%j with %j', async (typed, own, sentence) => {
    const file = join(folder, 'text')
    writeFileSync(file, 'hello, world')
    const cut = join(folder, 'cut')
    writeFileSync(cut, pcap(1, [5]).subarray(0, -1))
    const made = new Map([
      ['text', file],
      ['cut', cut],
    ]).get(String(own['pcap']))
    const asked = made === undefined ? own : { pcap: made }
    await expect(jobFrom('dispatch', typed, asked)).rejects.toThrow(sentence)
  })
})
