import { describe, expect, it } from 'vitest'
import { chromeTrace, type ChromeEvent, type EventKind } from '../src/index.ts'
import { brokenRules } from './trace-event-format.ts'

const KINDS: readonly EventKind[] = [
  { name: 'switch', shape: 'run', details: ({ other }) => ({ reason: other }) },
  { name: 'wakeup', shape: 'mark', details: ({ one }, nameOf) => ({ thread: nameOf(one) }) },
]
const NAMES = new Map([
  [64, 'sender'],
  [128, 'receiver'],
])
const event = (timeNs: number, kind: number, one: number, other = 0) => ({
  timeNs,
  kind,
  one,
  other,
})

const trace = chromeTrace({
  cpus: [
    {
      cpu: 0,
      events: [event(1000, 0, 64, 7), event(1500, 1, 128), event(2500, 0, 128), event(4000, 0, 0)],
    },
    { cpu: 3, events: [event(2000, 0, 64), event(2001, 1, 999)] },
  ],
  kinds: KINDS,
  names: NAMES,
  title: 'a machine',
  facts: { seed: 1 },
})
const on = (tid: number, ph: string) =>
  trace.traceEvents.filter((each) => each.tid === tid && each.ph === ph)

describe('the export of a trace', () => {
  it('has a track for each CPU, on which runs follow each other', () => {
    expect(on(1, 'X')).toMatchObject([
      { name: 'sender', ts: 1, dur: 1.5, args: { reason: 7 } },
      { name: 'receiver', ts: 2.5, dur: 1.5 },
    ])
    expect(on(4, 'M').map(({ args }) => args)).toContainEqual({ name: 'CPU 3' })
  })

  it('ends a run that goes on where the trace ends', () => {
    expect(on(4, 'X')).toMatchObject([{ name: 'sender', ts: 2 }])
    expect(on(4, 'X')[0]!.dur).toBeCloseTo(0.001)
  })

  it('marks instants, and shows numbers that have no name', () => {
    expect(on(1, 'i')).toMatchObject([{ name: 'wakeup', ts: 1.5, args: { thread: 'receiver' } }])
    expect(on(4, 'i')).toMatchObject([{ args: { thread: '0x3e7' } }])
  })

  it('keeps to the documented format', () => {
    expect(brokenRules(JSON.parse(JSON.stringify(trace)))).toEqual([])
    expect(trace).toMatchObject({ displayTimeUnit: 'ns', otherData: { seed: 1 } })
  })

  it('refuses an event of no known kind', () => {
    const cpus = [{ cpu: 0, events: [event(1, 2, 3)] }]
    expect(() => chromeTrace({ cpus, kinds: KINDS })).toThrow(
      '2 kinds of events has none of number 2',
    )
  })
})

describe('the check of the format', () => {
  const good: ChromeEvent = {
    name: 'a',
    ph: 'X',
    pid: 1,
    tid: 1,
    ts: 1,
    dur: 2,
    cat: 'run',
    args: {},
  }
  it.each([
    ['a phase that is none', { ...good, ph: 'Q' }],
    ['a time that is missing', { ...good, ts: undefined }],
    ['a duration below 0', { ...good, dur: -1 }],
    ['an event of no category', { ...good, cat: undefined }],
    ['a track that is no number', { ...good, tid: '1' }],
    ['an instant without a scope', { ...good, ph: 'i' }],
    ['metadata without a name', { ...good, ph: 'M', name: 'thread_name' }],
  ])('finds %s', (_what, bad) => {
    expect(brokenRules(JSON.parse(JSON.stringify({ traceEvents: [bad] })))).toHaveLength(1)
  })

  it('finds runs that overlap on a track', () => {
    const traceEvents = [good, { ...good, ts: 2, dur: 5 }]
    expect(brokenRules({ traceEvents })).toEqual([
      'event 1: overlaps the one before it on track 1',
    ])
  })
})
