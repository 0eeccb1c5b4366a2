import { LatencyRecorder, type Slice } from '@smpnet/testing'
import { describe, expect, it } from 'vitest'
import type { Channel, ChannelProgram } from '../src/model/channel.ts'
import type { Job } from '../src/model/job.ts'
import { measureRows } from '../src/rows/measure-rows.ts'
import {
  DATA,
  END,
  StreamCount,
  streamDatagram,
  wordAt,
} from '../src/workloads/datagrams/stream-datagrams.ts'
import { udpRrChannel } from '../src/workloads/datagrams/udp-rr-channel.ts'
import { udpStreamChannel } from '../src/workloads/datagrams/udp-stream-channel.ts'
import { udpStream } from '../src/workloads/datagrams/udp-stream.ts'

/** What becomes of the nth datagram that an end writes, counted from 0. */
type Fate = 'delivered' | 'lost' | 'twice'

/** Two ends of a channel that delivers in order, and loses and doubles as it is told. */
function pairOf(toServer: (n: number) => Fate, toClient: (n: number) => Fate): [Channel, Channel] {
  const end = (): Channel => ({ write: () => true, onDrain: () => {}, onBytes: () => {} })
  const [client, server] = [end(), end()]
  const join = (from: Channel, to: Channel, fate: (n: number) => Fate) => {
    let written = 0
    from.write = (bytes) => {
      const what = fate(written++)
      const copy = bytes.slice()
      const times = { delivered: 1, lost: 0, twice: 2 }[what]
      for (let time = 0; time < times; time++) setImmediate(() => to.onBytes(copy))
      return true
    }
  }
  join(client, server, toServer)
  join(server, client, toClient)
  return [client, server]
}

const delivered = (): Fate => 'delivered'

/** A slice of so many operations, with a clock that runs, and what was recorded in it. */
function sliceOf(operations: number): Slice & { readonly recorded: number[] } {
  const recorded: number[] = []
  return {
    recorded,
    done: (n) => n >= operations,
    nowNs: () => performance.now() * 1e6,
    record: (value) => recorded.push(value),
  }
}

function drive(program: ChannelProgram, [client, server]: [Channel, Channel], slice: Slice) {
  const shape = { size: 8, pairs: 1, window: 4 }
  program.serve(server, shape)
  return program.drive(client, shape, slice)
}

describe('a stream of datagrams', () => {
  it('counts what arrives', async () => {
    const slice = sliceOf(10)
    expect(await drive(udpStreamChannel, pairOf(delivered, delivered), slice)).toBe(10)
    expect(slice.recorded).toEqual([0])
  })

  it('says which share was lost, in millionths', async () => {
    const slice = sliceOf(8)
    const pair = pairOf((n) => (n === 1 || n === 4 ? 'lost' : 'delivered'), delivered)
    expect(await drive(udpStreamChannel, pair, slice)).toBe(6)
    expect(slice.recorded).toEqual([250_000])
  })

  it('ends when the question how many came is lost, and when the answer is', async () => {
    const slice = sliceOf(5)
    const question = pairOf(
      (n) => (n === 5 ? 'lost' : 'delivered'),
      (n) => (n === 0 ? 'lost' : 'delivered'),
    )
    expect(await drive(udpStreamChannel, question, slice)).toBe(5)
    expect(slice.recorded).toEqual([0])
  })

  it('ends when nothing arrives but the question', async () => {
    const slice = sliceOf(4)
    const pair = pairOf((n) => (n < 4 ? 'lost' : 'delivered'), delivered)
    expect(await drive(udpStreamChannel, pair, slice)).toBe(0)
    expect(slice.recorded).toEqual([1_000_000])
  })

  it('is not taken for the next one of its pair, though questions and answers double', async () => {
    const [client, server] = pairOf(
      (n) => (n === 4 ? 'twice' : 'delivered'),
      (n) => (n === 0 ? 'twice' : 'delivered'),
    )
    udpStreamChannel.serve(server, { size: 8, pairs: 1 })
    let nowNs = 0
    for (const operations of [4, 7]) {
      const slice = { ...sliceOf(operations), nowNs: () => (nowNs += 1e6) }
      const shape = { size: 8, pairs: 1, window: 2 }
      expect(await udpStreamChannel.drive(client, shape, slice)).toBe(operations)
      expect(slice.recorded).toEqual([0])
    }
  })

  it('takes no answer to an earlier one', async () => {
    const [client, server] = pairOf(delivered, delivered)
    udpStreamChannel.serve(server, { size: 8, pairs: 1 })
    const { write: answer } = server
    let earlier: Uint8Array | undefined
    server.write = (bytes) => {
      if (earlier !== undefined) client.onBytes(earlier)
      earlier ??= bytes
      return answer(bytes)
    }
    let nowNs = 0
    for (const operations of [4, 7]) {
      const slice = { ...sliceOf(operations), nowNs: () => (nowNs += 1e6) }
      expect(await udpStreamChannel.drive(client, { size: 8, pairs: 1 }, slice)).toBe(operations)
    }
  })
})

describe('the count of a stream', () => {
  it('begins anew with a later stream, also where names begin anew', () => {
    const count = new StreamCount()
    for (const stream of [1, 0x7fff_ffff, 0xffff_fff0, 3]) {
      count.take(streamDatagram(stream, DATA))
      const answer = count.take(streamDatagram(stream, END)) as Uint8Array
      expect([wordAt(answer, 0), wordAt(answer, 4)]).toEqual([stream, 1])
    }
  })

  it('leaves out what is late of an earlier one, questions too', () => {
    const count = new StreamCount()
    count.take(streamDatagram(9, DATA))
    expect(count.take(streamDatagram(8, DATA))).toBeUndefined()
    expect(count.take(streamDatagram(8, END))).toBeUndefined()
    expect(count.take(streamDatagram(9, END))).toEqual(streamDatagram(9, 1))
  })
})

describe('request and response by datagrams', () => {
  it('records each round trip', async () => {
    const slice = sliceOf(300)
    expect(await drive(udpRrChannel, pairOf(delivered, delivered), slice)).toBe(300)
    expect(slice.recorded).toHaveLength(300)
  })

  it('goes on when a request is lost, and when a response is', async () => {
    const slice = sliceOf(5)
    const pair = pairOf(
      (n) => (n === 1 ? 'lost' : 'delivered'),
      (n) => (n === 2 ? 'lost' : 'delivered'),
    )
    expect(await drive(udpRrChannel, pair, slice)).toBe(5)
    expect(slice.recorded.filter((ns) => ns > 50e6)).toHaveLength(2)
  })

  it('takes no response for that to the next request', async () => {
    const slice = sliceOf(6)
    const [client, server] = pairOf((n) => (n === 2 ? 'twice' : 'delivered'), delivered)
    const answered: (number | undefined)[] = []
    const asked: [request: number, isLastAnswered: boolean][] = []
    const { write: ask } = client
    const { write: answer } = server
    client.write = (bytes) => {
      const request = bytes[0] as number
      asked.push([request, request === 0 || answered.includes(request - 1)])
      return ask(bytes)
    }
    server.write = (bytes) => {
      answered.push(bytes[0])
      return answer(bytes)
    }
    expect(await drive(udpRrChannel, [client, server], slice)).toBe(6)
    expect(asked).toEqual([0, 1, 2, 3, 4, 5].map((request) => [request, true]))
  })
})

describe('rows of a stream of datagrams', () => {
  const entrants = ['one', 'other'].map((name) => ({
    name,
    carrier: name,
    settings: undefined,
    pairs: { size: 100, pairs: 1 },
  }))
  const job = { workload: udpStream, machine: 'live', cpus: 2, entrants, baseline: 'one' }
  const sliceWith = (count: number, lost: number) => {
    const latency = new LatencyRecorder()
    latency.record(lost)
    return { count, ns: 1e9, latency }
  }
  const rows = measureRows(job as unknown as Job, [
    { variant: 'one', slices: [sliceWith(50, 0)] },
    { variant: 'other', slices: [sliceWith(100, 250_000)] },
  ])
  const rowOf = (metric: string) => {
    return rows.find(({ row }) => row.metric === metric && row.variant === 'other')
  }

  it('have bytes per second as datagrams times their size', () => {
    expect(rowOf('received')).toMatchObject({ row: { median: 100, ratios: [2] } })
    expect(rowOf('throughput')).toMatchObject({
      row: { median: 10_000, unit: 'B/s', ratios: [2] },
    })
  })

  it('have a lost share from 0 to 1, and no ratio of it', () => {
    expect(rowOf('lost')?.row.median).toBeCloseTo(0.25, 3)
    expect(rowOf('lost')?.row).not.toHaveProperty('ratios')
  })
})
