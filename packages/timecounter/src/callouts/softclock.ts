import { type Address, type Interrupt, NIL } from '@smpnet/memory'
import type { Waiter, Waiting } from '@smpnet/park'
import { CALLOUT, DRAINED, EXPIRED, NOWHERE, PENDING, RUNNING } from './callout.ts'
import type { CalloutFunction, DirectFunction, ThreadFunction } from './callout-function.ts'
import type { CalloutHost } from './callout-host.ts'
import { begin, insert } from './membership.ts'
import { NEVER_NS, type Wheel } from './wheel.ts'

const EVERYBODY = 0x7fffffff

/**
 * What drives the wheel of one CPU: callout_process and softclock of FreeBSD's kern_timeout.c.
 *
 * One alarm of the CPU is set for the wheel's next time. When it rings, in an interrupt, plain
 * functions of what is due run there and then; what may wait goes into the list of the expired, and
 * the CPU's softclock thread is woken for it. Another CPU that sets something earlier raises an
 * interrupt here, in which the alarm is set anew. Functions run without the wheel's lock.
 */
export class Softclock {
  #alarm: { cancel(): void } | undefined
  #armedNs = NEVER_NS

  constructor(
    readonly wheel: Wheel,
    readonly functions: readonly CalloutFunction[],
    readonly host: CalloutHost,
    readonly wheels: readonly Wheel[],
  ) {
    host.onRaise(() => this.arm())
    this.arm()
  }

  /** Sets the alarm for the wheel's next time, if that is earlier. In any context of this CPU. */
  arm(): void {
    const { host, wheel } = this
    wheel.lockNow()
    const nextNs = wheel.nextNs()
    wheel.unlock()
    if (nextNs >= this.#armedNs) return
    this.#alarm?.cancel()
    this.#armedNs = nextNs
    this.#alarm = host.alarm(Math.max(0, nextNs - host.nowNs()), (irq) => this.#ring(irq))
  }

  /** The body of the softclock thread: runs the expired for ever, one after another. */
  *run(td: Waiter): Waiting<never> {
    td.pin()
    const { wheel } = this
    const { memory, expiredAt } = wheel
    for (;;) {
      yield* wheel.lock()
      const callout = memory.load(expiredAt)
      const run = callout === NIL ? undefined : this.#functionOf(callout)
      const argument = callout === NIL ? 0 : memory.read(callout + CALLOUT.offset.argument)
      if (typeof run === 'object') begin(wheel, callout, true)
      else if (run !== undefined) this.#sendBack(callout)
      wheel.unlock()
      if (typeof run === 'object') yield* this.#runInThread(td, callout, run, argument)
      else if (run !== undefined) this.arm()
      else yield* td.lot.park(td, expiredAt, expiredAt, NIL)
    }
  }

  #ring(irq: Interrupt): void {
    const { host, wheel } = this
    this.#alarm = undefined
    this.#armedNs = NEVER_NS
    const nowNs = Math.floor(host.nowNs())
    wheel.lockNow()
    const wasEmpty = wheel.memory.load(wheel.expiredAt) === NIL
    for (let due = wheel.firstDue(nowNs); due !== NIL; due = wheel.firstDue(nowNs)) {
      this.#expire(irq, due)
    }
    if (nowNs > wheel.doneNs()) wheel.setDone(nowNs)
    wheel.add('passes', 1)
    wheel.setNext(wheel.findNext())
    const isEmpty = wheel.memory.load(wheel.expiredAt) === NIL
    wheel.unlock()
    if (wasEmpty && !isEmpty) host.lot.unparkNow(irq, wheel.expiredAt, 1)
    this.arm()
  }

  /** Runs what is due, or leaves it to the thread. The lock is held before and after. */
  #expire(irq: Interrupt, callout: Address): void {
    const { wheel } = this
    const { memory } = wheel
    const run = this.#functionOf(callout)
    const state = memory.load(callout + CALLOUT.offset.state)
    if (typeof run === 'function' && (state & RUNNING) === 0) {
      this.#runDirectly(irq, callout, run)
      return
    }
    wheel.remove(callout)
    wheel.appendExpired(callout)
    memory.store(callout + CALLOUT.offset.state, state | EXPIRED)
  }

  /**
   * A plain function came due while the thread ran the one that its callout had before, and one of
   * a callout's functions runs at a time: now it is due again, in an interrupt. Under the lock.
   */
  #sendBack(callout: Address): void {
    const { wheel } = this
    const state = callout + CALLOUT.offset.state
    wheel.removeExpired(callout)
    wheel.memory.store(state, wheel.memory.load(state) & ~EXPIRED)
    insert(wheel, callout)
  }

  #functionOf(callout: Address): CalloutFunction {
    return this.functions[this.wheel.memory.read(callout + CALLOUT.offset.run)]!
  }

  #runDirectly(irq: Interrupt, callout: Address, run: DirectFunction): void {
    const { host, wheel } = this
    const argument = wheel.memory.read(callout + CALLOUT.offset.argument)
    begin(wheel, callout, false)
    wheel.unlock()
    try {
      run(argument, callout, irq)
    } finally {
      if (this.#end(callout)) host.lot.unparkNow(irq, callout, EVERYBODY)
    }
    wheel.lockNow()
  }

  /** The argument was read under the lock: another CPU may set the callout anew meanwhile. */
  *#runInThread(td: Waiter, callout: Address, run: ThreadFunction, argument: number): Waiting {
    try {
      yield* run.inThread(argument, callout, td)
    } finally {
      if (this.#end(callout)) yield* td.lot.unpark(callout, EVERYBODY)
    }
  }

  /**
   * After its function: the callout goes where it was set for meanwhile. Whether drainers wait. It
   * may go to another CPU, whose number may be lower: so its own wheel's lock is taken anew.
   */
  #end(callout: Address): boolean {
    const { host, wheel } = this
    const { memory } = wheel
    const target = this.#lockWithTarget(callout)
    const state = memory.load(callout + CALLOUT.offset.state)
    memory.store(callout + CALLOUT.offset.state, state & (PENDING | EXPIRED))
    let isEarlier = false
    if (target !== wheel) {
      memory.write(callout + CALLOUT.offset.target, NOWHERE)
      memory.store(callout + CALLOUT.offset.cpu, this.wheels.indexOf(target))
      wheel.add('moved', 1)
      isEarlier = insert(target, callout)
      target.unlock()
    }
    wheel.unlock()
    if (isEarlier) host.raise(this.wheels.indexOf(target))
    return (state & DRAINED) !== 0
  }

  /** Takes this wheel's lock and that of the one to which a callout moves; which that is. */
  #lockWithTarget(callout: Address): Wheel {
    const { wheel, wheels } = this
    const at = callout + CALLOUT.offset.target
    for (;;) {
      wheel.lockNow()
      const to = wheel.memory.read(at)
      if (to === NOWHERE) return wheel
      const target = wheels[to]!
      if (to > this.host.cpu) {
        target.lockNow()
        return target
      }
      wheel.unlock()
      target.lockNow()
      wheel.lockNow()
      if (wheel.memory.read(at) === to) return target
      target.unlock()
      wheel.unlock()
    }
  }
}
