import type { Address, Memory, Pricer } from '@smpnet/memory'
import { chanceOf } from '../plain-packets.ts'
import type * as parts from './parts.ts'

type Parts = typeof parts

const HERE = { cpu: 0 }
const [RING, SLOTS, PACKETS] = [64, 4, 4096]
const VECTOR = 8
const TIMEOUT_TICKS = 3
const MOST_AT_ONCE = 100
const MOST_PASSES = 100_000

/** Throws when they differ: faster than `expect`, where there are thousands of it. */
function same(came: unknown, expected: unknown, what: string): void {
  const [one, other] = [came, expected].map((value) => JSON.stringify(value))
  if (one !== other) throw new Error(`${what}: expected ${other}, came ${one}`)
}

/** Bills for nothing but counts what is charged. */
function counting(): Pricer & { charged: number } {
  const yes = () => true
  const none = () => {}
  return {
    charged: 0,
    read: none,
    write: none,
    update: none,
    failed: none,
    copy: none,
    pause: none,
    settled: yes,
    claimed: yes,
    owned: yes,
    charge(_work, times) {
      this.charged += times
    },
  }
}

/** A CPU whose clock a check moves, and which takes its interrupts when it is told. */
class HandCpu {
  readonly id = 0
  now = 0
  readonly due: { atNs: number; vector: number }[] = []

  constructor(readonly memory: Memory) {}

  instant(): number {
    return this.now
  }

  interrupt(_target: number, delayNs: number, vector: number) {
    const one = { atNs: this.now + delayNs, vector }
    this.due.push(one)
    return { cancel: () => void this.due.splice(this.due.indexOf(one), 1) }
  }

  /** Moves the clock, and has each interrupt handled at its time. */
  passes(untilNs: number, handle: () => void): void {
    for (let left = MOST_AT_ONCE; ; left--) {
      if (left === 0) throw new Error(`an end of interrupts at ${this.now} ns was expected`)
      const next = this.due.toSorted((a, b) => a.atNs - b.atNs)[0]
      if (next === undefined || next.atNs > untilNs) break
      this.due.splice(this.due.indexOf(next), 1)
      same(next.vector, VECTOR, 'the vector of an interrupt')
      this.now = Math.max(this.now, next.atNs)
      handle()
    }
    this.now = untilNs
  }
}

/** Interrupts come for so many events, or so long after the first. */
export function checkModeration({ Moderation }: Parts): void {
  const chance = chanceOf(1)
  for (const frames of [1, 2, 5]) {
    const moderation = new Moderation({ frames, delayNs: 100 })
    const times: number[] = []
    for (let ns = 0, n = 0; n < 3000; n++) {
      ns += chance.next() % 90
      if (chance.next() % 2 === 0) {
        times.push(ns)
        moderation.expect(ns)
      } else {
        const reported = times.filter((at) => at <= ns - 20).length
        times.splice(0, reported)
        same(moderation.report(ns - 20), reported, 'events of an interrupt')
      }
      const due = Math.min(
        (times[0] ?? Number.POSITIVE_INFINITY) + 100,
        times[frames - 1] ?? Number.POSITIVE_INFINITY,
      )
      same(moderation.dueNs(), due, `when an interrupt for ${frames} frames is due`)
    }
    moderation.clear()
    same(moderation.dueNs(), Number.POSITIVE_INFINITY, 'an interrupt without an event')
  }
}

export function checkLink({ LinkClock }: Parts): void {
  const chance = chanceOf(2)
  const link = new LinkClock(1e9)
  let freeNs = 0
  for (let ns = 0, n = 0; n < 200; n++) {
    ns += chance.next() % 20_000
    const bytes = 1 + (chance.next() % 1514)
    // IEEE 802.3: 8 bytes before, at least 64, and a gap of 12; a bit takes a nanosecond.
    const wire = 8 * (8 + Math.max(64, bytes + 4) + 12)
    freeNs = Math.max(freeNs, ns) + wire
    same(link.send(bytes, ns), freeNs, `when ${bytes} bytes of ${ns} ns are out`)
  }
}

/** A driver that sends, of a card that dies now and then, beside what it is to do. */
export function checkSending({ PricedMemory, SimNic, TransmitRing }: Parts): void {
  const memory = new PricedMemory(1 << 16, counting())
  const cpu = new HandCpu(memory)
  const moderation = { frames: 2, delayNs: 3_000 }
  const queues = [{ ring: RING, slots: SLOTS, cpu: 0, vector: VECTOR }]
  const card = new SimNic({ bitsPerSecond: 1e9, fetchNs: 500, moderation, queues })
  card.attach(cpu)
  const freed: Address[] = []
  const free = (packet: Address) => void freed.push(packet)
  const packets = { nextPacket: () => 0, setNextPacket: () => {}, bytes: () => 60 }
  const site = { memory, at: RING, slots: SLOTS, device: card, queue: 0, packets, free }
  const ring = new TransmitRing({ ...site, timeoutTicks: TIMEOUT_TICKS })
  const chance = chanceOf(3)
  const out: { packet: Address; atNs: number }[] = []
  /** When packets went out, or will, for which no interrupt has come. */
  const events: number[] = []
  const [FRAME_NS, FETCH_NS] = [672, 500]
  let [sent, linkNs, patience, resets, errors, interrupts] = [0, 0, 0, 0, 0, 0]
  let [isFired, lost] = [false, 0]
  const reclaim = (): void => {
    const gone = isFired ? out.length : card.isDead ? 0 : out.filter(isOut).length
    if (isFired) {
      resets++
      events.length = 0
    }
    errors += isFired ? gone : 0
    if (gone > 0) patience = gone === out.length ? 0 : TIMEOUT_TICKS
    isFired = false
    const before = freed.length
    const expected = out.splice(0, gone).map(({ packet }) => packet)
    same(ring.reclaim(HERE), gone, `packets that are taken back at ${cpu.now} ns`)
    same(freed.slice(before), expected, 'which these are')
  }
  const isOut = ({ atNs }: { atNs: number }) => atNs <= cpu.now
  const handle = (): void => {
    interrupts++
    const due = Math.min(events[0]! + moderation.delayNs, events[1] ?? Infinity)
    if (!card.isDead) same(cpu.now, due, 'when an interrupt comes')
    card.interrupted(HERE, 0)
    while (events[0]! <= cpu.now) events.shift()
    reclaim()
  }
  for (let step = 0; step < 4000; step++) {
    cpu.passes(cpu.now + (chance.next() % 900), handle)
    const what = chance.next() % 16
    if (what < 8 && ring.room() > 0) {
      same(ring.room(), SLOTS - out.length, 'descriptors that are free')
      const packet = PACKETS + 4 * sent++
      ring.post(packet)
      linkNs = Math.max(linkNs, cpu.now + FETCH_NS) + FRAME_NS
      out.push({ packet, atNs: linkNs })
      events.push(linkNs)
      ring.flush(HERE)
      patience = TIMEOUT_TICKS
    } else if (what === 8) reclaim()
    else if (what < 11) {
      const fires = patience === 1
      if (patience > 0) patience--
      if (fires) isFired = true
      same(ring.tick(), fires, 'whether the watchdog fires')
    } else if (what === 15) {
      if (!card.isDead) lost++
      card.isDead = true
    }
    same(ring.counts(), { resets, errors }, 'what the watchdog has counted')
  }
  const seen = [resets, errors, lost, interrupts - 50].map((count) => count > 20)
  same(seen, [true, true, true, true], 'that all was seen')
  same(card.interrupts, interrupts, 'interrupts of the card')
}

/** A driver that receives, with as many buffers as it has got round to giving back. */
export function checkReceiving({ PricedMemory, ReceiveRing, SimReceiver }: Parts): void {
  const bill = counting()
  const memory = new PricedMemory(1 << 16, bill)
  const cpu = new HandCpu(memory)
  const [STORE_NS, DELAY_NS, FRAMES] = [300, 2_000, 3]
  const chance = chanceOf(4)
  const times = Array.from({ length: 1500 }, () => 0)
  for (let i = 0, ns = 1000; i < times.length; i++) {
    ns += chance.next() % (i % 200 < 100 ? 400 : 3_000)
    times[i] = ns
  }
  let next = 0
  const traffic = {
    next: () => {
      const atNs = times[next]
      return atNs === undefined ? undefined : { atNs, bytes: 60 + (next % 900), flow: next++ }
    },
    write: (to: Memory, buffer: Address, { flow }: { flow: number }) => to.write(buffer, flow),
  }
  const queues = [{ ring: RING, slots: SLOTS, cpu: 0, vector: VECTOR }]
  const moderation = { frames: FRAMES, delayNs: DELAY_NS }
  const card = new SimReceiver({ storeNs: STORE_NS, moderation, queues, traffic })
  card.attach(cpu)
  const ring = new ReceiveRing({ memory, at: RING, slots: SLOTS, device: card, queue: 0 })
  /** What the card has, and what came into it: frames by their numbers. */
  const given: Address[] = []
  const stored: number[] = []
  const idle = Array.from({ length: SLOTS }, (_, i) => PACKETS + 64 * i)
  let [posted, seen, missed, first, took] = [0, 0, 0, 0, 0]
  const comes = (): void => {
    for (; seen < times.length && times[seen]! + STORE_NS <= cpu.now; seen++) {
      if (stored.length < posted) stored.push(seen)
      else missed++
    }
  }
  const flush = (): void => {
    comes()
    ring.flush(HERE)
    posted = given.length
  }
  const handle = (): void => {
    const due =
      Math.min(times[first]! + DELAY_NS, times[first + FRAMES - 1] ?? Infinity) + STORE_NS
    same(cpu.now, due, 'when an interrupt comes')
    card.interrupted(HERE, 0)
    while (first < times.length && times[first]! + STORE_NS <= cpu.now) first++
  }
  const take = (): void => {
    comes()
    const frame = stored.shift()
    const buffer = ring.take(HERE)
    same(buffer !== 0, frame !== undefined, 'whether a frame is there')
    if (frame === undefined) return
    took++
    same(buffer, given.shift(), 'which buffer it is in')
    posted--
    same([memory.read(buffer), ring.bytes], [frame, 60 + (frame % 900)], 'what it is')
    idle.push(buffer)
  }
  while (next < times.length || seen < times.length) {
    cpu.passes(cpu.now + (chance.next() % 700), handle)
    const what = chance.next() % 6
    if (what < 2) take()
    else if (what < 5 && idle.length > 0) {
      const buffer = idle.shift()!
      same(ring.room(), SLOTS - given.length, 'buffers that the card could have')
      ring.fill(buffer, 2048)
      given.push(buffer)
      if (what === 4) flush()
    } else flush()
    comes()
  }
  card.advance(HERE, 0)
  same(card.counts(0), { came: times.length, missed }, 'frames that came, and found no buffer')
  same(took > 100 && missed > 100 && bill.charged > took, true, 'that all was seen')
  card.reset(HERE, 0)
  same(cpu.due.length, 0, 'interrupts that are to come of a card that was reset')
}

/** A stand-in that receives, whose passes and clock a check moves, and a driver that may poll. */
export function checkStandIn({ PricedMemory, LiveReceiver, ReceiveRing }: Parts): void {
  const memory = new PricedMemory(1 << 16, counting())
  const [DELAY_NS, FRAMES] = [2_000, 3]
  const chance = chanceOf(5)
  let now = 0
  let [interrupts, next, atNs] = [0, 0, 1_000]
  const frames = 1500
  const traffic = {
    next: () => {
      atNs += chance.next() % (next % 200 < 100 ? 400 : 3_000)
      return next < frames ? { atNs, bytes: 60 + (next % 900), flow: next++ } : undefined
    },
    write: (to: Memory, buffer: Address, { flow }: { flow: number }) => to.write(buffer, flow),
  }
  const heard: number[] = []
  const card = new LiveReceiver(memory, {
    moderation: { frames: FRAMES, delayNs: DELAY_NS },
    queues: [{ ring: RING, slots: SLOTS, cpu: 0, vector: VECTOR }],
    traffic: {
      next: () => {
        const frame = traffic.next()
        if (frame !== undefined) heard.push(frame.atNs)
        return frame
      },
      write: traffic.write,
    },
  })
  const body = card.run({ *sleep() {} } as never, {
    memory,
    now: () => now,
    raise: (cpu, vector) => {
      same([cpu, vector], [0, VECTOR], 'which interrupt it is')
      interrupts++
    },
  })
  const ring = new ReceiveRing({ memory, at: RING, slots: SLOTS, device: card, queue: 0 })
  body.next()
  same(heard.length, 0, 'frames before there is a buffer')
  /** What came: which frames are stored, and when those came that are not interrupted for. */
  const stored: number[] = []
  let [given, came, missed, took, first, expected] = [0, 0, 0, 0, 0, 0]
  let isPolled = false
  const waits: number[] = []
  const idle = Array.from({ length: SLOTS }, (_, i) => PACKETS + 64 * i)
  const pass = (): void => {
    body.next()
    for (let n = 0; n < SLOTS && came < heard.length && heard[came]! <= now; n++, came++) {
      waits.push(now)
      if (given > 0) {
        stored.push(came)
        given--
      } else missed++
    }
    const due = Math.min(waits[first]! + DELAY_NS, waits[first + FRAMES - 1] ?? Infinity)
    if (isPolled) first = waits.length
    else if (due <= now) {
      first = waits.length
      expected++
    }
    same(interrupts, expected, 'interrupts')
  }
  for (let n = 0; n < MOST_PASSES; n++) {
    if (came === frames) break
    now += chance.next() % 900
    pass()
    const what = chance.next() % 8
    if (what < 3) {
      const buffer = ring.take(HERE)
      const frame = stored.shift()
      same(buffer !== 0, frame !== undefined, 'whether a frame is there')
      if (frame === undefined) continue
      took++
      same([memory.read(buffer), ring.bytes], [frame, 60 + (frame % 900)], 'what it is')
      idle.push(buffer)
    } else if (what < 6) {
      const buffer = idle.shift()
      if (buffer === undefined) continue
      ring.fill(buffer, 2048)
      ring.flush(HERE)
      given++
    } else if (what === 6) {
      ring.poll(HERE)
      isPolled = true
    } else {
      same(ring.awaitInterrupt(HERE), stored.length === 0, 'whether none had come')
      isPolled = false
    }
  }
  same(card.counts(0), { came: frames, missed }, 'frames that came, and found no buffer')
  same(took > 100 && missed > 100 && interrupts > 100, true, 'that all was seen')
}

export const CHECKS = [checkModeration, checkLink, checkSending, checkReceiving, checkStandIn]
