import type { DisciplineKnobs } from '../../src/interface.ts'

/**
 * What RED, CoDel, FQ-CoDel and strict priority are by their papers, over plain arrays and objects,
 * for the package's own to be compared with. Nothing here is shared with them.
 */
export interface Packet {
  readonly id: number
  readonly bytes: number
  readonly flow: number
  readonly band: number
  readonly isCapable: boolean
  queuedAtUs: number
}

/** What a reference has done besides what it returned. */
export interface Done {
  readonly dropped: number[]
  readonly marked: number[]
}

export interface Reference {
  enqueue(packet: Packet, nowUs: number): boolean
  dequeue(nowUs: number): Packet | undefined
}

/** Whether a packet is marked, in the place of being dropped. */
function marks(packet: Packet, { dropped, marked }: Done): boolean {
  ;(packet.isCapable ? marked : dropped).push(packet.id)
  return packet.isCapable
}

/** RFC 8289, appendix: the C++ of CoDel, with marks as Linux has them. */
export class ReferenceCodel implements Reference {
  readonly queue: Packet[] = []
  #firstAbove = 0
  #dropNext = 0
  #count = 0
  #lastCount = 0
  #isDropping = false

  constructor(
    readonly knobs: Required<Pick<DisciplineKnobs, 'targetUs' | 'intervalUs' | 'mtu'>>,
    readonly limit: number,
    readonly done: Done,
  ) {}

  get bytes(): number {
    return this.queue.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  enqueue(packet: Packet, nowUs: number): boolean {
    if (this.queue.length >= this.limit) return false
    packet.queuedAtUs = nowUs
    this.queue.push(packet)
    return true
  }

  dequeue(nowUs: number): Packet | undefined {
    let { packet, isOk } = this.#doDequeue(nowUs)
    if (this.#isDropping) {
      if (!isOk) this.#isDropping = false
      while (nowUs >= this.#dropNext && this.#isDropping) {
        this.#count++
        if (marks(packet!, this.done)) {
          this.#dropNext = this.#law(this.#dropNext)
          break
        }
        ;({ packet, isOk } = this.#doDequeue(nowUs))
        if (isOk) this.#dropNext = this.#law(this.#dropNext)
        else this.#isDropping = false
      }
    } else if (isOk) {
      if (!marks(packet!, this.done)) ({ packet } = this.#doDequeue(nowUs))
      this.#isDropping = true
      const delta = this.#count - this.#lastCount
      const isRecent = nowUs - this.#dropNext < 16 * this.knobs.intervalUs
      this.#count = delta > 1 && isRecent ? delta : 1
      this.#dropNext = this.#law(nowUs)
      this.#lastCount = this.#count
    }
    return packet
  }

  #law(us: number): number {
    return us + Math.round(this.knobs.intervalUs / Math.sqrt(this.#count))
  }

  #doDequeue(nowUs: number): { packet: Packet | undefined; isOk: boolean } {
    const packet = this.queue.shift()
    let isOk = false
    if (packet === undefined) this.#firstAbove = 0
    else if (nowUs - packet.queuedAtUs < this.knobs.targetUs || this.bytes <= this.knobs.mtu) {
      this.#firstAbove = 0
    } else if (this.#firstAbove === 0) this.#firstAbove = nowUs + this.knobs.intervalUs
    else isOk = nowUs >= this.#firstAbove
    return { packet, isOk }
  }
}

/** RFC 8290, section 4; each flow has a queue of its own. */
export class ReferenceFqCodel implements Reference {
  readonly #flows = new Map<number, { codel: ReferenceCodel; deficit: number }>()
  readonly #new: number[] = []
  readonly #old: number[] = []
  #length = 0

  constructor(
    readonly knobs: ReferenceCodel['knobs'] & { quantum: number },
    flows: readonly number[],
    readonly limit: number,
    readonly done: Done,
  ) {
    for (const flow of flows) {
      const codel = new ReferenceCodel(knobs, Number.POSITIVE_INFINITY, done)
      this.#flows.set(flow, { codel, deficit: 0 })
    }
  }

  enqueue(packet: Packet, nowUs: number): boolean {
    const { flow } = packet
    const one = this.#flows.get(flow)!
    one.codel.enqueue(packet, nowUs)
    this.#length++
    if (!this.#new.includes(flow) && !this.#old.includes(flow)) {
      one.deficit = this.knobs.quantum
      this.#new.push(flow)
    }
    if (this.#length > this.limit) this.#makeRoom()
    return true
  }

  dequeue(nowUs: number): Packet | undefined {
    for (;;) {
      const list = this.#new.length > 0 ? this.#new : this.#old
      const flow = list[0]
      if (flow === undefined) return undefined
      const one = this.#flows.get(flow)!
      if (one.deficit <= 0) {
        one.deficit += this.knobs.quantum
        this.#old.push(list.shift()!)
        continue
      }
      const before = one.codel.queue.length
      const packet = one.codel.dequeue(nowUs)
      this.#length -= before - one.codel.queue.length
      if (packet === undefined) {
        list.shift()
        if (list === this.#new) this.#old.push(flow)
        continue
      }
      one.deficit -= packet.bytes
      return packet
    }
  }

  #makeRoom(): void {
    const all = [...this.#flows.values()].map(({ codel }) => codel)
    const fattest = all.reduce((most, one) => (one.bytes > most.bytes ? one : most))
    const half = fattest.bytes / 2
    for (let n = 0; n < 64; n++) {
      this.done.dropped.push(fattest.queue.shift()!.id)
      this.#length--
      if (fattest.bytes <= half) return
    }
  }
}

/** The most urgent band that has a packet goes first, and each has its share of the room. */
export class ReferencePriority implements Reference {
  readonly #bands: Packet[][]

  constructor(
    bands: number,
    readonly limit: number,
  ) {
    this.#bands = Array.from({ length: bands }, () => [])
  }

  enqueue(packet: Packet): boolean {
    const band = this.#bands[packet.band] ?? this.#bands.at(-1)!
    if (band.length >= Math.floor(this.limit / this.#bands.length)) return false
    band.push(packet)
    return true
  }

  dequeue(): Packet | undefined {
    return this.#bands.find(({ length }) => length > 0)?.shift()
  }
}

type RedKnobs = Required<
  Pick<DisciplineKnobs, 'leastMean' | 'mostMean' | 'mostEarly' | 'weightShift' | 'packetUs'>
>

/** Floyd and Jacobson 1993, figure 2, with a mean that is not rounded. */
export class ReferenceRed implements Reference {
  readonly #queue: Packet[] = []
  mean = 0
  #count = -1
  #idleUs: number | undefined

  constructor(
    readonly knobs: RedKnobs,
    readonly limit: number,
    readonly done: Done,
    readonly chance: { next(): number },
  ) {}

  enqueue(packet: Packet, nowUs: number): boolean {
    const { weightShift, packetUs } = this.knobs
    const weight = 2 ** -weightShift
    if (this.#idleUs !== undefined) {
      this.mean *= (1 - weight) ** ((nowUs - this.#idleUs) / packetUs)
      this.#idleUs = undefined
    }
    this.mean += weight * (this.#queue.length - this.mean)
    if (this.#isEarly()) {
      if (!packet.isCapable) return false
      this.done.marked.push(packet.id)
    }
    if (this.#queue.length >= this.limit) return false
    this.#queue.push(packet)
    return true
  }

  dequeue(nowUs: number): Packet | undefined {
    const packet = this.#queue.shift()
    if (packet !== undefined && this.#queue.length === 0) this.#idleUs = nowUs
    return packet
  }

  #isEarly(): boolean {
    const { leastMean, mostMean, mostEarly } = this.knobs
    if (this.mean < leastMean) {
      this.#count = -1
      return false
    }
    this.#count++
    const base = (mostEarly * (this.mean - leastMean)) / (mostMean - leastMean)
    const share = this.#count * base < 1 ? base / (1 - this.#count * base) : 1
    const isEarly = this.mean >= mostMean || this.chance.next() < share * 2 ** 32
    if (isEarly) this.#count = 0
    return isEarly
  }
}
