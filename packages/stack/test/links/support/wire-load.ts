import {
  type Address,
  type Arena,
  layout,
  type Memory,
  NIL,
  SETTLE,
  type Waiting,
  word,
} from '@smpnet/memory'
import type { Cpu } from '@smpnet/machine'
import { type MbufHandle, Mbufs } from '@smpnet/mbuf'
import { carried, PROTOCOL, pseudoSum, UDP_SUM, WHOLE_SUM } from '@smpnet/inet'
import { DROPPED, Netisr, type NetisrHandle, PROTOCOL_NUMBER, WAIT } from '@smpnet/netisr'
import { Scheduler, type Thread } from '@smpnet/scheduler'
import { Capture, CapturedInput } from '../../../src/net/links/capture/capture.ts'
import { type CaptureHandle, placeCapture } from '../../../src/net/links/capture/capture-shape.ts'
import { CaptureRings, type Tap } from '../../../src/net/links/capture/tap.ts'
import type { Link } from '../../../src/net/links/link.ts'
import { type LinkInput, NetisrInput } from '../../../src/net/links/link-input.ts'
import {
  placeWire,
  type WireHandle,
  type WireShape,
} from '../../../src/net/links/wire/wire-shape.ts'
import { Wire, type WireStatistics } from '../../../src/net/links/wire/wire.ts'
import { address, HEADERS, HERE, THERE } from './datagrams.ts'

/** Datagrams over a wire, through netisr: the same on either machine. */
export interface Plan {
  readonly wire: WireShape
  /** Threads that send: on which CPU, and out of which end. */
  readonly senders: readonly { readonly cpu: number; readonly end: 0 | 1 }[]
  readonly packets: number
  /** Bytes of each packet, headers among them. */
  readonly bytes: number
  /** Sleeps in between; none for 0. */
  readonly everyNs: number
  /** Packets that netisr queues. */
  readonly limit: number
  readonly captures: boolean
}

export interface World {
  readonly plan: Plan
  readonly mbufs: MbufHandle
  readonly wire: WireHandle
  readonly netisr: NetisrHandle
  readonly totals: Address
  readonly last: Address
  readonly capture: CaptureHandle
}

export interface Counted {
  readonly handled: number
  readonly dropped: number
  readonly wire: readonly WireStatistics[]
  readonly inUse: number
}

/** (x) By all. */
const TOTALS = layout('totals', {
  handled: word('x', 'handled'),
  dropped: word('x', 'dropped'),
  sendersLeft: word('x', 'senders'),
})
const LINE = 64

export function place(arena: Arena, plan: Plan, cpus: number): World {
  const totals = arena.place('totals', TOTALS.size)
  arena.memory.store(totals + TOTALS.offset.sendersLeft, plan.senders.length)
  const clusters = { of2k: 512 }
  const links = plan.wire.ends.map(({ name }) => name)
  return {
    plan,
    totals,
    mbufs: Mbufs.create(arena, { name: 'load', cpus, mbufs: 512, clusters }).handle,
    wire: placeWire(arena, plan.wire),
    netisr: Netisr.place(arena, { cpus, threads: 'all', defaultLimit: plan.limit }),
    last: arena.place('last', plan.senders.length * LINE),
    capture: placeCapture(arena, { places: cpus, links, ringBytes: 1 << 20, snapBytes: 512 }),
  }
}

/** Takes packets, and finds out those that are harmed, come twice or overtake another. */
class Checker {
  constructor(
    readonly memory: Memory,
    readonly mbufs: Mbufs,
    readonly world: World,
  ) {}

  tryInput(): boolean {
    return false
  }

  *input(td: Thread, packet: Address): Waiting {
    const { memory, mbufs, world } = this
    while (!memory.settled()) yield SETTLE
    this.#check(packet)
    yield* mbufs.free(td, packet)
    while (!memory.settled()) yield SETTLE
    memory.add(world.totals + TOTALS.offset.handled, 1)
  }

  #check(packet: Address): void {
    const { memory, mbufs, world } = this
    const bytes = mbufs.length(packet) - 20
    const pseudo = pseudoSum(HERE, THERE, PROTOCOL.udp, bytes)
    const sums = [mbufs.sum(packet, 0, 20), carried(pseudo + mbufs.sum(packet, 20, bytes))]
    if (sums.some((sum) => sum !== WHOLE_SUM)) throw new Error(`the sums are ${sums}`)
    if (mbufs.flags(packet) !== 0) throw new Error('the wire said more than bytes')
    const data = mbufs.head(packet, HEADERS + 8) + HEADERS
    const [sender, sequence] = [memory.read32be(data), memory.read32be(data + 4)]
    const { end } = world.plan.senders[sender]!
    const came = mbufs.receiveInterface(packet)
    if (came !== world.wire.ends[1 - end]!.index) throw new Error(`it came by link ${came}`)
    const before = memory.exchange(world.last + sender * LINE, sequence)
    if (before >= sequence) throw new Error(`packet ${sequence} came after ${before}`)
  }
}

function* sends(td: Thread, mbufs: Mbufs, link: Link, world: World, sender: number): Waiting {
  const { memory } = mbufs
  const { packets, bytes, everyNs } = world.plan
  let dropped = 0
  for (let sequence = 1; sequence <= packets; sequence++) {
    let packet = NIL
    while ((packet = yield* mbufs.alloc(td, bytes - HEADERS)) === NIL) yield* td.sleep(10_000)
    while (!memory.settled()) yield SETTLE
    const data = mbufs.head(packet, 8)
    memory.write32be(data, sender)
    memory.write32be(data + 4, sequence)
    address(mbufs, packet, link, UDP_SUM.offloaded)
    let outcome = link.tryOutput(td, packet)
    if (outcome === WAIT) outcome = yield* link.output(td, packet)
    if (outcome === DROPPED) {
      dropped++
      yield* mbufs.free(td, packet)
    }
    if (everyNs > 0) yield* td.sleep(everyNs)
  }
  while (!memory.settled()) yield SETTLE
  memory.add(world.totals + TOTALS.offset.dropped, dropped)
  memory.add(world.totals + TOTALS.offset.sendersLeft, -1)
}

/** Waits until all packets were handled or dropped, and reports what was counted. */
function* reports(td: Thread, cpu: Cpu, mbufs: Mbufs, wire: Wire, world: World): Waiting {
  const { memory } = mbufs
  const { senders, packets } = world.plan
  const total = (name: keyof typeof TOTALS.offset): number => {
    return memory.load(world.totals + TOTALS.offset[name])
  }
  const inputDrops = (): number => {
    return wire.statistics().reduce((sum, way) => sum + way.inputDrops, 0)
  }
  const all = senders.length * packets
  do {
    yield* td.sleep(200_000)
    while (!memory.settled()) yield SETTLE
  } while (total('sendersLeft') > 0 || total('handled') + total('dropped') + inputDrops() < all)
  const counted: Counted = {
    handled: total('handled'),
    dropped: total('dropped'),
    wire: wire.statistics(),
    inUse: mbufs.statistics().mbufs,
  }
  cpu.report(counted)
}

/** What a test may have otherwise than a kernel does. */
export interface Altered {
  /** Instead of the CPU that drives the wire. */
  readonly driver?: (cpu: Cpu) => Cpu
  /** What captures see of a memory; billed as everything unless told. */
  readonly observer?: (memory: Memory) => Memory
}

/** Makes what boots the CPUs of one isolate, which share a view of the wire. */
export function bootOf({ driver = (cpu) => cpu, observer = (memory) => memory }: Altered = {}) {
  let wire: Wire | undefined
  let rings: CaptureRings | undefined
  return (cpu: Cpu, world: World): Scheduler => {
    const { memory } = cpu
    const { plan } = world
    const scheduler = new Scheduler(cpu)
    const mbufs = Mbufs.open(memory, world.mbufs)
    wire ??= new Wire(memory, world.wire, mbufs)
    const seen = observer(memory)
    rings ??= new CaptureRings(seen, world.capture)
    const captured = Mbufs.open(seen, world.mbufs)
    const ways = [0, 1].map((link) => rings!.tap(captured, link, memory))
    const netisr = new Netisr(memory, world.netisr, mbufs)
    const handler = new Checker(memory, mbufs, world)
    netisr.register({ number: PROTOCOL_NUMBER.ip, name: 'ip', policy: 'source', handler } as never)
    netisr.start(scheduler)
    wire.drive(driver(cpu), [0, 1].map((end) => inputOf(netisr, plan, ways[end]!)) as never)
    for (const [sender, { cpu: where, end }] of plan.senders.entries()) {
      if (where !== cpu.id) continue
      const link = plan.captures ? new Capture(wire.ends[end], ways[end]!) : wire.ends[end]
      scheduler.spawn((td) => sends(td, mbufs, link, world, sender), { name: `sender ${sender}` })
    }
    const view = wire
    if (cpu.id === 0) scheduler.spawn((td) => reports(td, cpu, mbufs, view, world))
    return scheduler
  }
}

function inputOf(netisr: Netisr, plan: Plan, tap: Tap): LinkInput {
  const input = new NetisrInput(netisr)
  return plan.captures ? new CapturedInput(input, tap) : input
}

/** A CPU of a live machine. */
export default function boot(cpu: Cpu, world: World): Scheduler {
  return bootOf()(cpu, world)
}
