import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { netperf } from './run-netperf.ts'

const folder = mkdtempSync(join(tmpdir(), 'netperf-trace-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Event {
  readonly name: string
  readonly ph: string
  readonly tid: number
  readonly args: Readonly<Record<string, unknown>>
}

async function traced(name: string, ...args: string[]) {
  const out = join(folder, name)
  const { status, stderr, stdout } = await netperf(['trace', ...args, '--out', out])
  expect([status, stderr]).toEqual([0, ''])
  const text = readFileSync(out, 'utf8')
  return { text, stdout, events: (JSON.parse(text) as { traceEvents: Event[] }).traceEvents }
}

describe('netperf trace', () => {
  it('writes a track for each simulated CPU, with its threads and why they ran', async () => {
    const { events, stdout } = await traced('sim.json', 'rr', '--machine', 'sim', '--cpus', '3')
    const tracks = events.filter(({ name }) => name === 'thread_name')
    expect(tracks.map(({ args }) => args['name'])).toEqual(['CPU 0', 'CPU 1', 'CPU 2'])
    const runs = events.filter(({ ph }) => ph === 'X')
    const names = new Set(runs.map(({ name }) => name))
    expect([...names].toSorted()).toEqual(
      [0, 1, 2].flatMap((i) => [`client ${i}`, `server ${i}`]).toSorted(),
    )
    expect(new Set(runs.map(({ args }) => args['switched because']))).toContain('sleepq')
    expect(events.filter(({ name }) => name === 'wakeup').length).toBeGreaterThan(100)
    expect(stdout).toMatch(/sim\.json: \d+ events of 3 CPUs, 0 older ones lost/)
  })

  it('writes the same bytes for the same seed', async () => {
    const args = ['rr', '--machine', 'sim', '--seed', '5']
    const [one, other] = [await traced('one.json', ...args), await traced('other.json', ...args)]
    expect(one.text).toBe(other.text)
  })

  it('shows who waited for a lock', async () => {
    const args = ['udp_stream', '--machine', 'sim', '--cpus', '1', '--preset', 'freebsd-5.3']
    const { events } = await traced('locks.json', ...args)
    const blocks = events.filter(({ name }) => name === 'lock-block')
    expect(blocks.length).toBeGreaterThan(0)
    for (const { args: of } of blocks) expect(of['thread']).toMatch(/./)
  })

  it('shows netisr woken straight into a lock of its sender', async () => {
    const args = ['udp_rr', '--machine', 'sim', '--cpus', '1', '--preset', 'freebsd-5.3']
    const { events } = await traced('preempted.json', ...args)
    const marks = events.filter(({ ph }) => ph === 'i')
    const blocked = marks.findIndex(({ name, args: of }) => {
      return name === 'lock-block' && of['thread'] === 'netisr 0'
    })
    const [woken, preempted] = marks.slice(blocked - 2, blocked)
    expect([woken?.name, woken?.args['thread']]).toEqual(['wakeup', 'netisr 0'])
    expect([preempted?.name, preempted?.args['by']]).toEqual(['preemption', 'netisr 0'])
  })

  it('traces datagrams on real threads', async () => {
    const { events } = await traced('udp-live.json', 'udp_rr', '--cpus', '1', '--duration', '30ms')
    expect(new Set(events.map(({ name }) => name))).toContain('netisr 0')
  })

  it('traces real threads, and keeps the last events only', async () => {
    const args = ['rr', '--cpus', '1', '--duration', '50ms', '--events', '64']
    const { events, stdout } = await traced('live.json', ...args)
    expect(events.filter(({ ph }) => ph === 'X').length).toBeGreaterThan(10)
    expect(stdout).toMatch(/64 events of 1 CPUs, [1-9]\d* older ones lost/)
  })

  it.each([
    [
      ['list_walk', '--machine', 'sim'],
      'expected options that describe one run to trace, got mutex',
    ],
    [['rr', '--events', '100'], 'expected --events to be a power of two, got "100"'],
    [['nothing'], 'expected a workload'],
  ])('says what it needs: %s', async (args, sentence) => {
    const { status, stderr } = await netperf(['trace', ...args])
    expect([status, stderr]).toEqual([2, expect.stringContaining(sentence)])
  })
})
