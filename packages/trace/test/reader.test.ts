import model from '@tracerbench/trace-model'
import { describe, expect, it } from 'vitest'
import { chromeTrace, type TraceEvent } from '../src/index.ts'

const event = (timeNs: number, kind: number, one: number): TraceEvent => {
  return { timeNs, kind, one, other: 0 }
}
const KINDS = [
  { name: 'switch', shape: 'run' },
  { name: 'packet', shape: 'mark' },
] as const

describe('a reader of Chrome traces that others wrote', () => {
  it('finds a track for each CPU, its runs with their lengths, and its marks', () => {
    const trace = chromeTrace({
      cpus: [
        { cpu: 0, events: [event(1000, 0, 7), event(1500, 1, 7), event(4000, 0, 0)] },
        { cpu: 1, events: [event(2000, 0, 8), event(2500, 0, 0)] },
      ],
      kinds: KINDS,
      names: new Map([[7, 'netisr 0']]),
      title: 'two CPUs',
    })
    const read = model.buildModel(JSON.parse(JSON.stringify(trace)).traceEvents)
    const [machine] = [...read.processes]
    expect(machine!.name).toBe('two CPUs')
    expect(machine!.threads.map(({ name }) => name)).toEqual(['CPU 0', 'CPU 1'])
    const seen = machine!.threads.map(({ events }) =>
      events
        .filter((one) => !one.isMetadata())
        .map(({ name, start, duration }) => [name, start, duration]),
    )
    expect(seen).toEqual([
      [
        ['netisr 0', 1, 3],
        ['packet', 1.5, 0],
      ],
      [['0x8', 2, 0.5]],
    ])
  })
})
