import { describe, expect, it } from 'vitest'
import { BadHz, BadTime, UnknownCounter } from '../src/errors.ts'
import { CpuClock } from '../src/event-timers/cpu-clock.ts'
import { EventTimers } from '../src/event-timers/event-timers.ts'
import { hpetTimer, i8254Timer, lapicTimer, rtcTimer } from '../src/event-timers/models.ts'
import { MockClock } from '../src/clocks/mock-clock.ts'
import { Bill, billedMemory } from './support/bill.ts'

const MS = 1_000_000
const bill = new Bill()
const memory = billedMemory(4096, bill)

describe('event timers', () => {
  it('are chosen by quality and by what they can do', () => {
    const clock = new MockClock()
    const timers = new EventTimers()
    for (const timer of [
      rtcTimer(memory, clock),
      i8254Timer(memory, clock),
      lapicTimer(memory, clock),
      hpetTimer(memory, clock),
    ]) {
      timers.register(timer)
    }
    expect(timers.choice()).toBe('LAPIC(600) HPET(450) i8254(100) RTC(0)')
    expect(timers.best().name).toBe('LAPIC')
    expect(timers.named('RTC').isOneShot).toBe(false)
    expect(() => timers.named('TSC')).toThrow(UnknownCounter)
    expect(() => new EventTimers().best()).toThrow('of none')
  })

  it('a LAPIC that stops in C3 is worth less than an HPET', () => {
    const clock = new MockClock()
    const timers = new EventTimers()
    timers.register(lapicTimer(memory, clock, { stopsInC3: true }))
    timers.register(hpetTimer(memory, clock, true))
    expect(timers.best().name).toBe('HPET')
  })

  it('ring once or again and again, never early, and are billed when they are set', () => {
    const clock = new MockClock()
    const rung: number[] = []
    const timer = i8254Timer(memory, clock)
    timer.start(10 * MS, undefined, () => rung.push(clock.nowNs()))
    clock.advance(50 * MS)
    expect(rung).toHaveLength(1)
    expect(rung[0]).toBeGreaterThanOrEqual(10 * MS)
    expect(rung[0]).toBeLessThan(10 * MS + 839)
    timer.start(10 * MS, 10 * MS, () => rung.push(clock.nowNs()))
    clock.advance(100.1 * MS)
    expect(rung).toHaveLength(11)
    timer.stop()
    clock.advance(100 * MS)
    expect(rung).toHaveLength(11)
    expect(bill.charges()['program-i8254']).toBe(2)
  })

  it('lose periods when they are not attended to, and keep their phase', () => {
    const clock = new MockClock()
    const rung: number[] = []
    lapicTimer(memory, clock).start(MS, MS, () => rung.push(clock.nowNs() / MS))
    clock.stall(3.5 * MS)
    clock.advance(2 * MS)
    expect(rung.map((at) => Math.round(at * 10) / 10)).toEqual([3.5, 4, 5])
  })

  it('refuse a time or a mode that they do not have', () => {
    const clock = new MockClock()
    expect(() => i8254Timer(memory, clock).start(60 * MS, undefined, () => {})).toThrow(BadTime)
    expect(() => rtcTimer(memory, clock).start(MS, undefined, () => {})).toThrow('one-shot')
  })

  it('the RTC has only powers of two', () => {
    const clock = new MockClock()
    let rung = 0
    rtcTimer(memory, clock).start(1e9 / 127, 1e9 / 127, () => rung++)
    clock.advance(1e9 + 1)
    expect(rung).toBe(128)
  })
})

describe("a CPU's clock", () => {
  function ticking(more: Partial<ConstructorParameters<typeof CpuClock>[0]>) {
    const clock = new MockClock()
    const seen = { hard: 0, stat: 0, rung: 0, calls: 0 }
    const cpu = new CpuClock({
      timer: lapicTimer(memory, clock),
      source: clock,
      hz: 1000,
      statHz: 127,
      hardclock: (count) => {
        seen.hard += count
        seen.calls++
      },
      statclock: (count) => (seen.stat += count),
      ...more,
    })
    cpu.start()
    return { clock, cpu, seen }
  }

  it.each([
    ['periodic', true],
    ['one-shot', false],
  ])('delivers every tick in %s mode', (_mode, isPeriodic) => {
    const { clock, seen } = ticking({ isPeriodic })
    clock.advance(2_000 * MS + 1000)
    expect(seen).toMatchObject({ hard: 2000, stat: 254 })
  })

  it('delivers ticks together that fell into a stall, and loses none', () => {
    const { clock, seen } = ticking({ isPeriodic: true })
    clock.stall(10.2 * MS)
    clock.advance(0)
    expect(seen).toMatchObject({ hard: 10, calls: 1 })
    clock.advance(10 * MS)
    expect(seen.hard).toBe(20)
  })

  it('in one-shot mode sets its timer for callouts, and sleeps while it is idle', () => {
    const { clock, cpu, seen } = ticking({ isPeriodic: false })
    cpu.alarm(500 * MS, () => seen.rung++)
    cpu.idle()
    const before = cpu.interrupts()
    clock.advance(499 * MS)
    expect([cpu.interrupts() - before, seen.rung]).toEqual([0, 0])
    clock.advance(2 * MS)
    expect(seen.rung).toBe(1)
    clock.advance(499 * MS)
    cpu.active()
    expect(seen.hard).toBe(1000)
  })

  it('rings no alarm that was cancelled', () => {
    const { clock, cpu, seen } = ticking({ isPeriodic: true })
    const alarm = cpu.alarm(5 * MS, () => seen.rung++)
    alarm.cancel()
    clock.advance(20 * MS)
    expect(seen.rung).toBe(0)
  })

  it('refuses rates that cannot be', () => {
    expect(() => ticking({ hz: 0 })).toThrow(BadHz)
    expect(() => ticking({ statHz: 1.5 })).toThrow(BadHz)
    expect(() => ticking({ hz: 100_000, multiplier: 2, isPeriodic: true })).toThrow(BadTime)
  })
})
