import { resolve } from 'node:path'
import { startLive } from '@smpnet/machine/live'
import { VECTOR } from '@smpnet/machine'
import { allowBothMemories } from '@smpnet/memory'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { CaptureReader } from '../../src/net/links/capture/capture-reader.ts'
import { CaptureRings } from '../../src/net/links/capture/tap.ts'
import { bundled } from './support/bundled.ts'
import { dissect, field, HAS_TSHARK } from './support/tshark.ts'
import { type Counted, place, type Plan, type World } from './support/wire-load.ts'

// Nothing is measured here.
allowBothMemories()

const PLAN: Plan = {
  wire: {
    bitsPerSecond: 1e9,
    delayNs: 200_000,
    mtu: 1500,
    queue: 64,
    inFlight: 128,
    vector: VECTOR.device,
    ends: [
      { name: 'wire0a', index: 1, cpu: 0 },
      { name: 'wire0b', index: 2, cpu: 1 },
    ],
  },
  senders: [
    { cpu: 0, end: 0 },
    { cpu: 1, end: 0 },
    { cpu: 1, end: 1 },
  ],
  packets: 300,
  bytes: 400,
  everyNs: 0,
  limit: 64,
  captures: true,
}

let boot: Awaited<ReturnType<typeof bundled>>

beforeAll(async () => {
  boot = await bundled(resolve(import.meta.dirname, 'support/wire-load.ts'))
})
afterAll(() => boot.remove())

it('what a wire between live CPUs takes arrives whole, in order, and is captured', async () => {
  let world!: World
  let said!: (counted: Counted) => void
  const done = new Promise<Counted>((resolve) => (said = resolve))
  const machine = await startLive({
    cpus: 2,
    boot: boot.url,
    setup: ({ arena }) => (world = place(arena, PLAN, 2)),
    onReport: (_cpu, value) => said(value as Counted),
  })
  const reader = new CaptureReader(new CaptureRings(machine.here.memory, world.capture))
  const collecting = setInterval(() => reader.collect(), 1)
  try {
    await Promise.race([done, machine.stopped])
  } finally {
    clearInterval(collecting)
    await machine.stop()
  }
  const { handled, dropped, wire, inUse } = await done
  const inputDrops = wire.reduce((sum, way) => sum + way.inputDrops, 0)
  expect(handled + dropped + inputDrops).toBe(900)
  expect(wire.reduce((sum, { arrived }) => sum + arrived, 0)).toBe(handled + inputDrops)
  expect(handled).toBeGreaterThan(0)
  expect(inUse).toBe(0)
  reader.collect()
  const counts = reader.counts()
  const seen = counts.reduce((sum, count) => sum + count.seen, 0)
  const lost = counts.reduce((sum, count) => sum + count.dropped, 0)
  expect(seen).toBe(900 + handled + inputDrops)
  expect(reader.packets()).toHaveLength(seen - lost)
  if (HAS_TSHARK) expectRight(reader.file(), handled + inputDrops)
})

/** What has arrived has the sums that the wire filled in, and all are in their order. */
function expectRight(file: Uint8Array, arrived: number): void {
  const { packets } = dissect(file)
  const inbound = packets.filter(({ frame }) => {
    return JSON.stringify(frame).includes('direction":"0x00000001"')
  })
  expect(inbound).toHaveLength(arrived)
  for (const layers of inbound) {
    const sums = ['ip', 'udp'].map((name) => field(layers, `${name}.checksum.status`))
    expect(sums).toEqual(['1', '1'])
  }
  const times = packets.map((layers) => Number(field(layers, 'frame.time_epoch')))
  expect(times).toEqual(times.toSorted((one, other) => one - other))
}
