import { awaitExchange, awaitValue } from '@smpnet/interleave'
import { type Address, Arena, Interrupt } from '@smpnet/memory'
import { Lot, PARK, type Waiter, type Waiting, WOKEN } from '@smpnet/park'
import { CalmMemory, CalmWaker, StillWaiter, untilPosted } from '@smpnet/park/model'
import {
  DROPPED,
  Netisr,
  type NetisrShape,
  type PacketLinks,
  WAIT,
  WORKSTREAM_STATE,
} from '../src/index.ts'
import { NETISR, WORKSTREAM } from '../src/shape/netisr-layout.ts'
import { NetisrPlan } from '../src/shape/netisr-plan.ts'
import { work } from '../src/workstream/worker.ts'
import { Workstream } from '../src/workstream/workstream.ts'

/**
 * A netisr of one workstream, on CPU 0, as the models use it: its words, its worker and the lot are
 * the real ones; tries for a spin lock, and how a thread sleeps, have models of their own.
 *
 * A packet is four words: its link, the number of its source, and its number there. A handler notes
 * the number of each source's last packet in words that are read and written plainly: two threads
 * that handle at the same time are a data race, and an order that is broken is an error.
 */
const PACKET_BYTES = 16
/** Of a packet's number: the last that its source sends. */
export const LAST = 9

export const PROTOCOL = 1

export interface Sender {
  readonly td: Waiter
  readonly netisr: Netisr
  readonly irq: Interrupt
  packet(sequence: number): Address
}

/** How a sender sends; the outcome. */
export type Send = (sender: Sender, packet: Address) => number

/** In the three contexts that there are. */
export const queues: Record<'thread' | 'section' | 'interrupt', Send> = {
  thread: ({ td, netisr }, packet) => {
    return untilPosted(td, netisr.queue(td, PROTOCOL, 0, packet))
  },
  section: ({ td, netisr }, packet) => {
    let outcome = WAIT
    while (outcome === WAIT) outcome = netisr.tryQueue(td, PROTOCOL, 0, packet)
    return outcome
  },
  interrupt: ({ irq, netisr }, packet) => netisr.queueNow(irq, PROTOCOL, 0, packet),
}

/** By hybrid dispatch, as a thread that may wait does it, and as plain code. */
export const dispatches: Record<'thread' | 'section', Send> = {
  thread: ({ td, netisr }, packet) => {
    return untilPosted(td, netisr.dispatch(td, PROTOCOL, 0, packet))
  },
  section: ({ td, netisr }, packet) => {
    let outcome = WAIT
    while (outcome === WAIT) outcome = netisr.tryDispatch(td, PROTOCOL, 0, packet)
    return outcome
  },
}

class Links implements PacketLinks {
  constructor(readonly memory: CalmMemory) {}

  nextPacket(packet: Address): Address {
    return this.memory.read(packet)
  }

  setNextPacket(packet: Address, next: Address): void {
    this.memory.write(packet, next)
  }

  /** All packets are of one flow. */
  flow(): number {
    return 1
  }
}

export interface WorldOptions {
  readonly senders: number
  /** Numbers of packets that each sends before its last one. */
  readonly packets: number
  readonly limit?: number
  /**
   * How many of the senders send a last packet, by which the worker knows the end; all. With 0 the
   * workers sleep on in the end.
   */
  readonly lasts?: number
  /** Whether tries for the locks that fail are steps, too. */
  readonly tries?: boolean
  readonly shape?: Partial<NetisrShape>
  readonly policy?: 'source' | 'flow'
  /** Whether the workers tell the protocol that its queue is drained, or do so too early. */
  readonly hook?: 'told' | 'hasty'
  /** Makes the memory, with a fault planted. */
  readonly KindOfMemory?: typeof CalmMemory
  readonly KindOfLot?: typeof Lot
}

/** A worker, and senders on CPU 0 and, from the second on, on others. */
export function modelWorld(options: WorldOptions) {
  const { senders, packets, limit = 4, KindOfMemory = CalmMemory, KindOfLot = Lot } = options
  const { lasts = senders, tries = false, policy = 'source', hook } = options
  const memory = new KindOfMemory(new SharedArrayBuffer(8192), { awaitValue, awaitExchange })
  const arena = Arena.create(memory)
  const cpus = Math.max(2, senders)
  const lots = Lot.place(arena, { buckets: 1, cpus, threads: 1, waiters: senders + 2 })
  const shape = { cpus, protocols: 2, ...options.shape }
  const handle = Netisr.place(arena, shape)
  const last = arena.place('last', 64)
  const at = arena.place('packets', senders * (packets + 1) * PACKET_BYTES)
  const plan = new NetisrPlan(handle.at, handle)
  const stream = plan.stream(0)
  const undrained = last + 56
  const lotOf = (cpu: number): Lot => new KindOfLot(memory, lots, new CalmWaker(memory), cpu)
  const handler = { tryInput: take, input: () => never() }
  function take(_td: Waiter, packet: Address): boolean {
    if (hook === 'hasty') drained()
    const source = last + 4 * memory.read(packet + 4)
    const sequence = memory.read(packet + 8)
    const before = memory.read(source)
    if (before >= sequence) throw new Error(`packet ${sequence} came after packet ${before}`)
    memory.write(source, sequence)
    if (hook !== undefined) memory.write(undrained, 1)
    if (sequence === LAST && lasts > 0) memory.write(last + 60, memory.read(last + 60) + 1)
    return true
  }
  const netisrOn = (lot: Lot): Netisr => {
    const netisr = new Netisr(memory, handle, new Links(memory))
    netisr.register({ number: PROTOCOL, name: 'ip', limit, policy, handler })
    netisr.attach({ id: lot.cpu, lot })
    return netisr
  }
  const all = Array.from({ length: senders }, (_, cpu): Sender => {
    const lot = lotOf(cpu)
    const packet = (sequence: number): Address => {
      const place = at + (cpu * (packets + 1) + (sequence === LAST ? packets : sequence - 1)) * 16
      memory.write(place + 4, cpu)
      memory.write(place + 8, sequence)
      return place
    }
    return { td: StillWaiter.of(lot), netisr: netisrOn(lot), irq: new Interrupt(cpu), packet }
  })
  function drained(): void {
    memory.write(undrained, 0)
  }
  const known = { handler, drained: hook === 'told' ? drained : undefined } as never
  const isOver = (): boolean => lasts > 0 && memory.read(last + 60) === lasts
  const workers = Array.from({ length: handle.threads }, (_, id) => {
    const td = StillWaiter.of(lotOf(id))
    const own = new Workstream(memory, plan.stream(id), id, new Links(memory), 2)
    // From here on each lock is taken in one step, when it is free.
    if (!tries) memory.locks.push(own.at + WORKSTREAM.offset.lock, td.lot.queueOf(own.at))
    return () => untilPosted(td, untilOver(work(td, own, { knownOf: () => known }), isOver))
  })
  if (!tries) memory.locks.push(plan.at + NETISR.offset.lock)
  const [runWorker] = workers as [() => void]
  const lastOf = (source: number): number => memory.read(last + 4 * source)
  const isUndrained = (): boolean => memory.read(undrained) === 1
  const netisr = all[0]!.netisr
  return { memory, stream, senders: all, runWorker, workers, lastOf, netisr, isUndrained }
}

/** Sends `packets` packets, and then the last one, again when there is room if there was none. */
export function sendAll(sender: Sender, packets: number, send: Send, lastly: Send = send): void {
  const { memory, handle } = sender.netisr
  for (let sequence = 1; sequence <= packets; sequence++) send(sender, sender.packet(sequence))
  const packet = sender.packet(LAST)
  const state = new NetisrPlan(handle.at, handle).stream(0) + WORKSTREAM.offset.state
  while (lastly(sender, packet) === DROPPED) {
    awaitValue((memory as CalmMemory).words, state >> 2, WORKSTREAM_STATE.state.IDLE)
  }
}

/** A worker until it parks for good. */
function* untilOver(worker: Waiting<never>, isOver: () => boolean): Waiting {
  for (let step = worker.next(WOKEN); ; step = worker.next(yield step.value as number)) {
    if (step.value === PARK && isOver()) return
  }
}

// oxlint-disable-next-line require-yield
function* never(): Waiting {
  throw new Error('a handler of the models takes every packet at once')
}
