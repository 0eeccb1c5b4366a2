import { describe, expect, it } from 'vitest'
import {
  BadCounter,
  type Counter,
  FastClock,
  hostCounter,
  hrtimeCounter,
  MockClock,
  performanceCounter,
} from '../src/index.ts'

/** The host's clock as a host shows it that begins it anew in each thread. */
function anew(afterMs: number): Counter {
  return hostCounter('hrtime', () => (performance.now() + 1e6 - afterMs) * 1e6)
}

describe('A clock is attached with the counter that it was made with', () => {
  it('in a thread that reads the same clock', () => {
    const clock = FastClock.start(anew(0))
    const again = FastClock.attach(structuredClone(clock.handle), anew(0))
    expect(again.precise()).toBeGreaterThanOrEqual(0)
    clock.stopAll()
  })

  it.each([1000, 5000])('not one that began %d ms later', (afterMs) => {
    const clock = FastClock.start(anew(0))
    const attach = () => FastClock.attach(clock.handle, anew(afterMs))
    expect(attach).toThrow(expect.objectContaining({ name: 'CounterMismatch' }))
    expect(attach).toThrow("ms behind the page's")
    clock.stopAll()
  })

  it('not one that began earlier, when the page ticks all the same', async () => {
    const clock = FastClock.start(anew(3000), { ticks: false })
    const ticker = clock.ticker({ isFirst: true })
    const ahead = { ...anew(0), read: () => (ticker.turn(), anew(0).read()) }
    expect(() => FastClock.attach(clock.handle, ahead)).toThrow("ms ahead of the page's")
    clock.stopAll()
  })

  it('but a page that nobody ticks is old, and is read', () => {
    const mock = new MockClock()
    const clock = FastClock.start(mock.counter(), { ticks: false })
    mock.advance(10_000_000_000)
    expect(FastClock.attach(clock.handle, mock.counter()).ageNs()).toBeGreaterThan(9e9)
  })

  it('not another by name', () => {
    const clock = FastClock.start(hrtimeCounter(process.hrtime), { ticks: false })
    expect(() => FastClock.attach(clock.handle, performanceCounter(performance))).toThrow(
      'hrtime of 1000000000 Hz: performance of 1000000000 Hz came',
    )
  })

  it.each([undefined, {}, 5])('nor what is no handle: %o', (wrong) => {
    expect(() => FastClock.attach(wrong as never, anew(0))).toThrow('the handle of a clock')
  })
})

describe('A counter is checked when it is made', () => {
  it.each([undefined, process.hrtime.bigint, {}, () => 5])('of %o', (wrong) => {
    expect(() => hrtimeCounter(wrong as never)).toThrow(/process\.hrtime.* came$/)
  })

  it.each([undefined, {}, 5])('of what is no performance: %o', (wrong) => {
    expect(() => performanceCounter(wrong as never)).toThrow(BadCounter)
  })
})
