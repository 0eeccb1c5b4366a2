import { type Interrupt, NIL } from '@smpnet/memory'
import type { Cpu } from '@smpnet/machine'
import type { Mbufs } from '@smpnet/mbuf'
import { DROPPED } from '@smpnet/netisr'
import type { LinkInput } from '../link-input.ts'
import { NOTHING, type WireWay } from './wire-way.ts'

/**
 * What arrives by one way, on the CPU of its far end: an alarm rings when the first packet is due
 * and hands in all that are. Only one alarm is set at a time, for no packet overtakes another; it
 * is set by a sender on this CPU, by the vector that a sender elsewhere raises, or by the ring
 * before.
 */
export class Arrivals {
  constructor(
    readonly cpu: Cpu,
    readonly mbufs: Mbufs,
    readonly way: WireWay,
    readonly link: number,
    readonly input: LinkInput,
  ) {}

  /** Sets the alarm for the first packet under way, if that was asked for. Plain code. */
  setAlarm(): void {
    const { way } = this
    way.lock.enterNow()
    const dueNs = way.beginAlarm() ? way.nextArrival() : NOTHING
    way.lock.exit()
    if (dueNs !== NOTHING) this.#alarmAt(dueNs)
  }

  /**
   * Hands in what is due when it begins, so that it ends however fast packets come. A packet that
   * the protocols have no room for is freed, and counted.
   */
  #ring(irq: Interrupt): void {
    const { cpu, mbufs, way, link } = this
    const nowNs = cpu.now()
    for (;;) {
      way.lock.enterNow()
      const packet = way.arrive(nowNs)
      const dueNs = packet === NIL ? way.nextArrival() : NOTHING
      if (packet === NIL && dueNs === NOTHING) way.endAlarm()
      way.lock.exit()
      if (packet === NIL) {
        if (dueNs !== NOTHING) this.#alarmAt(dueNs)
        return
      }
      if (this.input.comeIn(cpu, irq, packet, link) !== DROPPED) continue
      way.count('inputDrops')
      mbufs.freeNow(irq, packet)
    }
  }

  #alarmAt(dueNs: number): void {
    const { cpu } = this
    cpu.alarm(Math.max(0, dueNs - cpu.now()), (irq) => this.#ring(irq))
  }
}
