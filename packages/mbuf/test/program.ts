import { Interrupt, NIL } from '@smpnet/memory'
import type { Mbufs, MbufStatistics } from '../src/index.ts'
import { run } from './pools.ts'

/** Where numbers come from: chance, or a list that can be shrunk. */
export interface Numbers {
  below(below: number): number
}

/** A packet as it should be. */
interface Twin {
  readonly packet: number
  bytes: Uint8Array
  flow: number
  owner: number
}

const MOST_PACKETS = 12
const MOST_BYTES = 60_000

/**
 * Does to packets, and to plain arrays of bytes, the same things, whatever the numbers say, and
 * compares. What it has no memory for is left out, having changed nothing.
 */
export class Program {
  readonly #twins: Twin[] = []
  readonly #scratch = new Uint8Array(MOST_BYTES * 2)
  #filler = 1
  #failed = 0

  constructor(
    readonly mbufs: Mbufs,
    readonly numbers: Numbers,
  ) {}

  /** One operation. Throws an Error that says what is not as it should be. */
  step(): void {
    const which = this.numbers.below(24)
    if (which < 5 || this.#twins.length === 0) this.#alloc()
    else if (which < 8) this.#free(this.#index())
    else if (which < 10) this.#prepend(this.#any())
    else if (which < 12) this.#trim(this.#any())
    else if (which < 14) this.#head(this.#any())
    else if (which < 16) this.#split(this.#any())
    else if (which < 18) this.#concatenate()
    else if (which < 20) this.#again(this.#any(), 'share')
    else if (which < 21) this.#again(this.#any(), 'copy')
    else if (which < 23) this.#write(this.#any())
    else this.#sum(this.#any())
  }

  /** Compares all there is, frees it, and says what is still in use then. */
  finish(): MbufStatistics {
    for (const twin of this.#twins) this.#compare(twin)
    this.#compareOwners()
    while (this.#twins.length > 0) this.#free(0)
    expectSame('failures', this.mbufs.statistics().failed, this.#failed)
    return this.mbufs.statistics()
  }

  compareAll(): void {
    for (const twin of this.#twins) this.#compare(twin)
  }

  #alloc(): void {
    if (this.#twins.length >= MOST_PACKETS) return this.#free(this.#index())
    const bytes = this.#size()
    const owner = this.numbers.below(3)
    const packet = this.#inContext(
      (place) => this.mbufs.tryAlloc(place, bytes, owner),
      (place) => this.mbufs.alloc(place, bytes, owner),
      (irq) => this.mbufs.allocNow(irq, bytes, owner),
    )
    if (packet === NIL) return
    const twin = { packet, bytes: new Uint8Array(bytes), flow: this.#filler, owner }
    this.mbufs.setFlow(packet, twin.flow)
    this.#twins.push(twin)
    this.#fill(twin, 0, bytes)
    this.#compare(twin)
  }

  #free(index: number): void {
    const [twin] = this.#twins.splice(index, 1)
    const place = this.#place()
    this.#compare(twin!)
    if (this.numbers.below(4) === 0) {
      this.mbufs.freeNow(new Interrupt(place.cpu), twin!.packet)
      return
    }
    const rest = this.mbufs.tryFree(place, twin!.packet)
    if (rest !== NIL) run(this.mbufs.free(place, rest))
  }

  #prepend(twin: Twin): void {
    const { mbufs } = this
    const bytes = this.numbers.below(100)
    const room = mbufs.headroom(twin.packet)
    const at = mbufs.prepend(twin.packet, bytes)
    if (bytes > room !== (at === NIL) && bytes > 0) throw new Error(`headroom ${room}: ${bytes}`)
    if (at !== NIL && bytes > 0) {
      mbufs.memory.fill(at, this.#filler, bytes)
      const longer = new Uint8Array(bytes + twin.bytes.length).fill(this.#filler++, 0, bytes)
      longer.set(twin.bytes, bytes)
      twin.bytes = longer
    }
    this.#compare(twin)
  }

  #trim(twin: Twin): void {
    const bytes = this.numbers.below(twin.bytes.length + 1)
    if (this.numbers.below(2) === 0) {
      this.mbufs.trimFront(twin.packet, bytes)
      twin.bytes = twin.bytes.subarray(bytes)
    } else {
      this.mbufs.trimBack(twin.packet, bytes)
      twin.bytes = twin.bytes.subarray(0, twin.bytes.length - bytes)
    }
    this.#compare(twin)
  }

  #head(twin: Twin): void {
    const { mbufs } = this
    const bytes = this.numbers.below(220)
    const first = mbufs.bytes(twin.packet)
    const at = mbufs.head(twin.packet, bytes)
    if (bytes <= first && at === NIL) throw new Error('what is in one piece has a head')
    if (bytes > twin.bytes.length && at !== NIL) throw new Error('what is not there has no head')
    if (at !== NIL && bytes > 0) {
      mbufs.memory.copyOut(at, this.#scratch, 0, bytes)
      expectBytes(this.#scratch, twin.bytes.subarray(0, bytes), 'a head')
    }
    this.#compare(twin)
  }

  #split(twin: Twin): void {
    const offset = this.numbers.below(twin.bytes.length + 1)
    if (this.#twins.length >= MOST_PACKETS) return
    const packet = this.#inContext(
      (place) => this.mbufs.trySplit(place, twin.packet, offset),
      (place) => this.mbufs.split(place, twin.packet, offset),
      (irq) => this.mbufs.splitNow(irq, twin.packet, offset),
    )
    if (packet !== NIL) {
      const second = { ...twin, packet, bytes: twin.bytes.slice(offset) }
      twin.bytes = twin.bytes.slice(0, offset)
      this.#twins.push(second)
      this.#compare(second)
    }
    this.#compare(twin)
  }

  #concatenate(): void {
    if (this.#twins.length < 2) return
    const [other] = this.#twins.splice(this.#index(), 1)
    const twin = this.#any()
    if (twin.bytes.length + other!.bytes.length > MOST_BYTES) {
      this.#twins.push(other!)
      return
    }
    this.mbufs.concatenate(twin.packet, other!.packet)
    const longer = new Uint8Array(twin.bytes.length + other!.bytes.length)
    longer.set(twin.bytes)
    longer.set(other!.bytes, twin.bytes.length)
    twin.bytes = longer
    this.#compare(twin)
  }

  #again(twin: Twin, how: 'share' | 'copy'): void {
    const { mbufs } = this
    const offset = this.numbers.below(twin.bytes.length + 1)
    const bytes = this.numbers.below(twin.bytes.length - offset + 1)
    if (this.#twins.length >= MOST_PACKETS) return
    const tries = how === 'share' ? 'tryShare' : 'tryCopy'
    const now = how === 'share' ? 'shareNow' : 'copyNow'
    const packet = this.#inContext(
      (place) => mbufs[tries](place, twin.packet, offset, bytes),
      (place) => mbufs[how](place, twin.packet, offset, bytes),
      (irq) => mbufs[now](irq, twin.packet, offset, bytes),
    )
    if (packet !== NIL) {
      const other = { ...twin, packet, bytes: twin.bytes.slice(offset, offset + bytes) }
      if (how === 'copy' && !mbufs.isWritable(packet)) throw new Error('a copy is writable')
      if (mbufs.headroom(packet) < 64) throw new Error('there is headroom')
      this.#twins.push(other)
      this.#compare(other)
    }
    this.#compare(twin)
  }

  #write(twin: Twin): void {
    const { mbufs } = this
    if (!mbufs.isWritable(twin.packet)) return
    const offset = this.numbers.below(twin.bytes.length + 1)
    this.#fill(twin, offset, this.numbers.below(twin.bytes.length - offset + 1))
    mbufs.setOwner(twin.packet, (twin.owner = this.numbers.below(3)))
    this.#compare(twin)
  }

  #sum(twin: Twin): void {
    const offset = this.numbers.below(twin.bytes.length + 1)
    const bytes = this.numbers.below(twin.bytes.length - offset + 1)
    const initial = this.numbers.below(1 << 20)
    const sum = this.mbufs.sum(twin.packet, offset, bytes, initial)
    expectSame('a sum', sum, plainSum(twin.bytes.subarray(offset, offset + bytes), initial))
  }

  #fill(twin: Twin, offset: number, bytes: number): void {
    twin.bytes = twin.bytes.slice()
    const first = this.#filler++
    for (let i = offset; i < offset + bytes; i++) twin.bytes[i] = first * 31 + i * 7
    this.mbufs.copyIn(twin.packet, offset, twin.bytes, offset, bytes)
  }

  #compare({ packet, bytes, flow, owner }: Twin): void {
    const { mbufs } = this
    expectSame('a length', mbufs.length(packet), bytes.length)
    mbufs.copyOut(packet, 0, this.#scratch, 0, bytes.length)
    expectBytes(this.#scratch, bytes, 'a packet')
    expectSame('a flow', mbufs.flow(packet), flow)
    expectSame('an owner', mbufs.owner(packet), owner)
  }

  #compareOwners(): void {
    for (const [number, { packets, bytes }] of this.mbufs.owners().entries()) {
      const own = this.#twins.filter((twin) => twin.owner === number)
      expectSame('packets of an owner', packets, own.length)
      expectSame(
        'bytes of an owner',
        bytes,
        own.reduce((sum, twin) => sum + twin.bytes.length, 0),
      )
    }
  }

  /** Tries first, as hot paths do, or waits, or is an interrupt. A failure is to be counted. */
  #inContext(
    tries: (place: { cpu: number }) => number,
    waits: (place: { cpu: number }) => Generator<number, number, number>,
    now: (irq: Interrupt) => number,
  ): number {
    const place = this.#place()
    const context = this.numbers.below(3)
    if (context === 0) {
      const packet = tries(place)
      if (packet !== NIL) return packet
    }
    const packet = context === 1 ? now(new Interrupt(place.cpu)) : run(waits(place))
    if (packet === NIL) this.#failed++
    return packet
  }

  /** Mostly small, as packets are, and some of any size. */
  #size(): number {
    const which = this.numbers.below(16)
    if (which < 9) return this.numbers.below(200)
    if (which < 14) return this.numbers.below(2100)
    return this.numbers.below(which === 14 ? 10_000 : 400)
  }

  #place(): { cpu: number } {
    return { cpu: this.numbers.below(2) }
  }

  #index(): number {
    return this.numbers.below(this.#twins.length)
  }

  #any(): Twin {
    return this.#twins[this.#index()]!
  }
}

function expectSame(what: string, found: number, expected: number): void {
  if (found !== expected) throw new Error(`${what}: expected ${expected}, came ${found}`)
}

export function expectBytes(found: Uint8Array, expected: Uint8Array, what = 'a queue'): void {
  for (let i = 0; i < expected.length; i++) {
    if (found[i] === expected[i]) continue
    throw new Error(`byte ${i} of ${what}: expected ${expected[i]}, came ${found[i]}`)
  }
}

/** RFC 1071, word for word. */
function plainSum(bytes: Uint8Array, initial: number): number {
  let sum = initial
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i]! << 8) + (bytes[i + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000)
  return sum
}
