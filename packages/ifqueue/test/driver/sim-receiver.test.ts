import { VECTOR } from '@smpnet/machine'
import { simulate } from '@smpnet/machine/sim'
import { type Address, layout, type Memory, NIL, SETTLE, word, work } from '@smpnet/memory'
import { Priority, Scheduler } from '@smpnet/scheduler'
import { describe, expect, it } from 'vitest'
import {
  type Frame,
  InterruptThread,
  type NicCpu,
  type NicTraffic,
  ReceiveRing,
  ringBytes,
  SimReceiver,
} from '../../src/interface.ts'

const HERE = { cpu: 0 }
const NANOSECOND = work('nanosecond')
const BUFFER = layout('buffer', { flow: word('o') })

/** Frames at the times that are told, each of a flow that counts them. */
class Timed implements NicTraffic {
  #next = 0

  constructor(readonly times: readonly number[]) {}

  next(): Frame | undefined {
    const atNs = this.times[this.#next]
    return atNs === undefined ? undefined : { atNs, bytes: 60 + this.#next, flow: ++this.#next }
  }

  write(memory: Memory, buffer: Address, { flow }: Frame): void {
    memory.write(buffer + BUFFER.offset.flow, flow)
  }
}

interface Setting {
  readonly times: readonly number[]
  readonly slots?: number
  readonly frames?: number
  readonly delayNs?: number
  /** What each frame takes the driver. */
  readonly workNs?: number
}

/** A driver that takes all that is there after each interrupt, and gives the buffers back. */
function receive({ times, slots = 8, frames = 1, delayNs = 0, workNs = 0 }: Setting) {
  const taken: { flow: number; bytes: number; atNs: number }[] = []
  const looks: number[] = []
  let card!: SimReceiver
  simulate({
    profile: 'xeon-e5-2650',
    cpus: 1,
    seed: 1,
    memoryBytes: 1 << 20,
    untilNs: 2e6,
    workNs: { 'nic-doorbell': 100, 'nic-status': 80 },
    setup: ({ arena }) => ({
      ring: arena.place('ring', ringBytes(slots)),
      bell: arena.place('bell', InterruptThread.bytes),
      buffers: arena.place('buffers', slots * 64),
    }),
    boot(cpu, { ring, bell, buffers }) {
      const { memory } = cpu
      const scheduler = new Scheduler(cpu)
      const queues = [{ ring, slots, cpu: 0, vector: VECTOR.device }]
      const moderation = { frames, delayNs }
      card = new SimReceiver({ storeNs: 500, moderation, queues, traffic: new Timed(times) })
      const own = cpu as unknown as NicCpu
      card.attach(own)
      const driver = new ReceiveRing({ memory, at: ring, slots, device: card, queue: 0 })
      const thread = new InterruptThread(memory, bell)
      cpu.onInterrupt(VECTOR.device, (irq) => {
        looks.push(own.instant())
        card.interrupted(irq, 0)
        thread.ringNow(irq, cpu.lot)
      })
      const serve = function* () {
        for (;;) {
          while (!memory.settled()) yield SETTLE
          const buffer = driver.take(HERE)
          if (buffer === NIL) break
          const flow = memory.read(buffer + BUFFER.offset.flow)
          taken.push({ flow, bytes: driver.bytes, atNs: own.instant() })
          memory.charge(NANOSECOND, workNs)
          driver.fill(buffer, 2048)
        }
        driver.flush(HERE)
      }
      scheduler.spawn(
        function* (td) {
          for (let i = 0; i < slots; i++) driver.fill(buffers + i * 64, 2048)
          while (!memory.settled()) yield SETTLE
          driver.flush(HERE)
          yield* thread.run(td, serve)
        },
        { pinned: true, priority: Priority.interrupt },
      )
      return scheduler
    },
  })
  return { taken, looks, card }
}

const every = (ns: number, count: number): number[] => {
  return Array.from({ length: count }, (_, i) => 10_000 + i * ns)
}

describe('The receive side of a simulated card', () => {
  it('stores each frame in a buffer, in order, whole, and not before it has come', () => {
    const times = every(3_000, 40)
    const { taken, card } = receive({ times })
    expect(taken.map(({ flow }) => flow)).toEqual(times.map((_, i) => i + 1))
    expect(taken.map(({ bytes }) => bytes)).toEqual(times.map((_, i) => 60 + i))
    taken.forEach(({ atNs }, i) => expect(atNs).toBeGreaterThanOrEqual(times[i]! + 500))
    expect(card.counts(0)).toEqual({ came: 40, missed: 0 })
  })

  it('interrupts for so many frames', () => {
    const { looks, card } = receive({
      times: every(1_000, 40),
      frames: 4,
      delayNs: 1e6,
      slots: 64,
    })
    expect(looks).toHaveLength(10)
    // Of four frames it is the last that is waited for.
    expect(looks[0]! - 10_000 - 500 - 3_000).toBeLessThan(3_000)
    expect(card.interrupts).toBe(10)
  })

  it('interrupts so long after the first', () => {
    const { looks, taken } = receive({ times: every(1_000, 3), frames: 64, delayNs: 50_000 })
    expect(looks).toHaveLength(1)
    expect(looks[0]! - 10_000 - 500).toBeGreaterThanOrEqual(50_000)
    expect(looks[0]! - 10_000 - 500).toBeLessThan(53_000)
    expect(taken).toHaveLength(3)
  })

  it('misses what finds no buffer, and counts it', () => {
    const { taken, card } = receive({ times: every(100, 400), slots: 8, workNs: 1_000 })
    const { came, missed } = card.counts(0)
    expect(came).toBe(400)
    expect(missed).toBeGreaterThan(200)
    expect(taken).toHaveLength(400 - missed)
    const flows = taken.map(({ flow }) => flow)
    expect(flows).toEqual(flows.toSorted((a, b) => a - b))
    expect(new Set(flows).size).toBe(flows.length)
  })

  it('refuses what is no traffic, and queues that it has not', () => {
    const { card } = receive({ times: [] })
    expect(() => card.counts(1)).toThrow('queue: expected a whole number from 0 to 0, came 1')
    const shape = { storeNs: 1, moderation: { frames: 1, delayNs: 0 }, queues: [] }
    const made = () => new SimReceiver({ ...shape, traffic: {} as never })
    expect(made).toThrow('traffic: expected an object with next, write')
  })
})
