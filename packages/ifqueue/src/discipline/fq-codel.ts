import { type Address, layout, NIL, word } from '@smpnet/memory'
import { expectObject, expectWhole } from '../terms/expect.ts'
import { CodelLaw, type CodelSource } from './codel-law.ts'
import { codelLimits } from './codel-limits.ts'
import { CountedQueue, QUEUE } from './counted-queue.ts'
import type { Discipline, DisciplineKnobs, DisciplineSite } from './discipline.ts'
import { FlowList, NONE } from './flow-list.ts'
import { FLOW_BYTES, FlowQueues } from './flow-queues.ts'

/** The lists of flows. (m) The queue's lock. */
const LISTS = layout('lists of flows', {
  newFirst: word('m', 'lists'),
  newLast: word('m', 'lists'),
  oldFirst: word('m', 'lists'),
  oldLast: word('m', 'lists'),
})

/** RFC 8290, section 5.2: 1024 queues; section 4.1: a quantum of a packet. */
const FLOWS = 1024
const QUANTUM = 1514
const MOST_FLOWS = 1 << 16
/** RFC 8290, section 4.1: at most so many packets are dropped at once from the fattest flow. */
const MOST_AT_ONCE = 64

/**
 * FQ-CoDel, RFC 8290: packets are told apart by flow, flows have turns of some bytes each (deficit
 * round robin), flows that have just begun go before the others, and each is under CoDel. When
 * there is no room, the flow that has most loses packets from its front, half of it but at most 64.
 *
 *     nothing ──packet──> new ──turn over, or empty──> old ──empty──> nothing
 *                                                       └─turn over─> end of old
 */
export class FqCodel extends CountedQueue implements Discipline {
  static bytes(knobs: DisciplineKnobs = {}): number {
    expectObject('knobs', knobs)
    const { flows = FLOWS } = knobs
    expectWhole('flows', flows, 1, MOST_FLOWS)
    return QUEUE.size + LISTS.size + flows * FLOW_BYTES
  }

  readonly #flows: FlowQueues
  readonly #quantum: number
  readonly #new: FlowList
  readonly #old: FlowList
  readonly #laws: readonly CodelLaw[]
  readonly #sources: readonly CodelSource[]

  constructor(site: DisciplineSite) {
    super(site)
    const { memory, at, packets, knobs = {} } = site
    const { flows = FLOWS, quantum = QUANTUM, salt = 0 } = knobs
    expectWhole('flows', flows, 1, MOST_FLOWS)
    expectWhole('quantum', quantum, 1, 1 << 20)
    expectWhole('salt', salt, -(2 ** 31), 2 ** 32 - 1)
    const limits = codelLimits(knobs)
    const lists = at + QUEUE.size
    this.#quantum = quantum
    this.#flows = new FlowQueues(memory, lists + LISTS.size, packets, flows, salt)
    this.#new = new FlowList(memory, lists + LISTS.offset.newFirst, this.#flows)
    this.#old = new FlowList(memory, lists + LISTS.offset.oldFirst, this.#flows)
    const numbers = Array.from({ length: flows }, (_, flow) => flow)
    this.#laws = numbers.map((flow) => {
      return new CodelLaw(memory, this.#flows.codelOf(flow), packets, limits)
    })
    this.#sources = numbers.map((flow) => this.#sourceOf(flow))
  }

  enqueue(packet: Address, nowUs: number): boolean {
    const flows = this.#flows
    this.packets.setQueuedAtUs(packet, nowUs)
    const flow = flows.flowOf(packet)
    flows.append(flow, packet)
    this.entered(packet)
    if (flows.get(flow, 'isListed') === 0) {
      flows.set(flow, 'isListed', 1)
      flows.set(flow, 'deficit', this.#quantum)
      this.#new.append(flow)
    }
    if (this.length() > this.limit) this.#makeRoom()
    return true
  }

  dequeue(nowUs: number): Address {
    for (;;) {
      const isNew = this.#new.first() !== NONE
      const list = isNew ? this.#new : this.#old
      const flow = list.first()
      if (flow === NONE) return NIL
      const packet = this.#turn(flow, nowUs)
      if (packet !== NIL) return packet
      list.removeFirst()
      const isOver = this.#flows.get(flow, 'deficit') <= 0
      if (isOver) this.#flows.add(flow, 'deficit', this.#quantum)
      if (isOver || isNew) this.#old.append(flow)
      else this.#flows.set(flow, 'isListed', 0)
    }
  }

  mend(): void {
    const flows = this.#flows
    let [length, bytes] = [0, 0]
    this.#new.clear()
    this.#old.clear()
    for (let flow = 0; flow < flows.count; flow++) {
      const mended = flows.mend(flow)
      length += mended.length
      bytes += mended.bytes
      flows.set(flow, 'isListed', mended.length > 0 ? 1 : 0)
      if (mended.length > 0) this.#old.append(flow)
    }
    this.mended(length, bytes)
  }

  /** The next packet of a flow; NIL when its turn is over, or it is empty. */
  #turn(flow: number, nowUs: number): Address {
    if (this.#flows.get(flow, 'deficit') <= 0) return NIL
    const packet = this.#laws[flow]!.dequeue(this.#sources[flow]!, nowUs)
    if (packet === NIL) return NIL
    this.#flows.add(flow, 'deficit', -this.packets.bytes(packet))
    this.count('taken')
    return packet
  }

  /** RFC 8290, section 4.1. What is dropped was queued: its sender hears nothing of it. */
  #makeRoom(): void {
    const flow = this.#flows.fattest()
    const half = this.#flows.get(flow, 'bytes') / 2
    for (let dropped = 0; dropped < MOST_AT_ONCE; dropped++) {
      const packet = this.#take(flow)
      this.count('fullDrops')
      this.drop(packet)
      if (this.#flows.get(flow, 'bytes') <= half) return
    }
  }

  #take(flow: number): Address {
    const packet = this.#flows.take(flow)
    if (packet !== NIL) this.left(packet)
    return packet
  }

  #sourceOf(flow: number): CodelSource {
    return {
      takeFirst: () => this.#take(flow),
      queuedBytes: () => this.#flows.get(flow, 'bytes'),
      dropEarly: (packet) => {
        this.count('earlyDrops')
        this.drop(packet)
      },
      marked: () => this.count('marks'),
    }
  }
}
