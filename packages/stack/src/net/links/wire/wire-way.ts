import { type Address, type Memory, NIL, SpinLock } from '@smpnet/memory'
import { readNs, writeNs } from '../ns-words.ts'
import { ALARM, SLOT, slotsFor, WAY, type WireShape } from './wire-shape.ts'

const { taken: TAKEN, begun: BEGUN, arrived: ARRIVED } = WAY.offset
const { alarm: AT_ALARM, free: FREE, freePs: FREE_PS } = WAY.offset

/** Of `nextArrival`: nothing is under way. */
export const NOTHING = -1
const PS_PER_NS = 1000

/**
 * One way of a wire: a queue, a transmitter that is busy for as long as a packet's bits take, and
 * the packets that are out and have not arrived. All three are one ring of slots with three counts,
 * since no packet overtakes another:
 *
 *     arrived ──── on the wire ──── begun ──── in the queue ──── taken
 *
 * Nothing happens at the end of a transmission: when a packet begins and arrives is known when it
 * is taken, and `begun` is moved on when somebody looks. So a packet costs one event, its arrival.
 * All functions but those of the lock and of counts are plain code under the lock.
 */
export class WireWay {
  readonly lock: SpinLock
  readonly #slots: Address
  readonly #mask: number
  readonly #psPerByte: number

  constructor(
    readonly memory: Memory,
    readonly at: Address,
    readonly shape: WireShape,
  ) {
    this.lock = new SpinLock(memory, at + WAY.offset.lock, 'the lock of a wire')
    this.#slots = at + WAY.size
    this.#mask = slotsFor(shape.inFlight) - 1
    this.#psPerByte = 8e12 / shape.bitsPerSecond
  }

  /** Takes a packet of `bytes` bytes at `nowNs`. False, and counted, without room. */
  take(packet: Address, bytes: number, nowNs: number): boolean {
    const { memory, at, shape } = this
    const taken = memory.read(at + TAKEN)
    if (((taken - this.#begunBy(nowNs)) | 0) >= shape.queue) return this.#drop('queueDrops')
    if (((taken - memory.read(at + ARRIVED)) | 0) >= shape.inFlight) {
      return this.#drop('flightDrops')
    }
    const freeNs = readNs(memory, at + FREE)
    const isBusy = freeNs >= nowNs
    const beginsNs = isBusy ? freeNs : nowNs
    const ps = (isBusy ? memory.read(at + FREE_PS) : 0) + Math.ceil(bytes * this.#psPerByte)
    const outNs = beginsNs + Math.floor(ps / PS_PER_NS)
    const restPs = ps % PS_PER_NS
    writeNs(memory, at + FREE, outNs)
    memory.write(at + FREE_PS, restPs)
    const slot = this.#slot(taken)
    memory.write(slot + SLOT.offset.packet, packet)
    writeNs(memory, slot + SLOT.offset.begins, beginsNs)
    writeNs(memory, slot + SLOT.offset.arrives, outNs + (restPs > 0 ? 1 : 0) + shape.delayNs)
    memory.write(at + TAKEN, (taken + 1) | 0)
    return true
  }

  /** The first packet, if it has arrived by `nowNs`, which is gone then; or NIL. */
  arrive(nowNs: number): Address {
    const { memory, at } = this
    const dueNs = this.nextArrival()
    if (dueNs === NOTHING || dueNs > nowNs) return NIL
    this.#begunBy(nowNs)
    const arrived = memory.read(at + ARRIVED)
    memory.write(at + ARRIVED, (arrived + 1) | 0)
    return memory.read(this.#slot(arrived) + SLOT.offset.packet)
  }

  /** When the next packet arrives, or NOTHING. */
  nextArrival(): number {
    const { memory, at } = this
    const arrived = memory.read(at + ARRIVED)
    if (arrived === memory.read(at + TAKEN)) return NOTHING
    return readNs(memory, this.#slot(arrived) + SLOT.offset.arrives)
  }

  /** Asks for an alarm at the far end; false when there is one, or was asked for. */
  askForAlarm(): boolean {
    const { memory, at } = this
    if (memory.read(at + AT_ALARM) !== ALARM.none) return false
    memory.write(at + AT_ALARM, ALARM.asked)
    return true
  }

  /** Takes it upon the caller to set an alarm; false when none was asked for. */
  beginAlarm(): boolean {
    const { memory, at } = this
    if (memory.read(at + AT_ALARM) !== ALARM.asked) return false
    memory.write(at + AT_ALARM, ALARM.set)
    return true
  }

  /** Nothing is under way: no alarm is set, and the next sender asks for one. */
  endAlarm(): void {
    this.memory.write(this.at + AT_ALARM, ALARM.none)
  }

  /** Counts what never came on the wire, or got no farther than its end. In any context. */
  count(name: 'tooLong' | 'unsummed' | 'inputDrops'): void {
    this.memory.add(this.at + WAY.offset[name], 1)
  }

  /** What was counted. Exact when nothing is under way. For any thread. */
  counted(name: keyof typeof WAY.offset): number {
    return this.memory.load(this.at + WAY.offset[name]) >>> 0
  }

  /** How many packets have begun to go out by then. */
  #begunBy(nowNs: number): number {
    const { memory, at } = this
    const taken = memory.read(at + TAKEN)
    const before = memory.read(at + BEGUN)
    let begun = before
    while (begun !== taken && this.#begins(begun) <= nowNs) begun = (begun + 1) | 0
    if (begun !== before) memory.write(at + BEGUN, begun)
    return begun
  }

  #begins(count: number): number {
    return readNs(this.memory, this.#slot(count) + SLOT.offset.begins)
  }

  #slot(count: number): Address {
    return this.#slots + (count & this.#mask) * SLOT.size
  }

  #drop(name: 'queueDrops' | 'flightDrops'): false {
    const at = this.at + WAY.offset[name]
    this.memory.write(at, this.memory.read(at) + 1)
    return false
  }
}
