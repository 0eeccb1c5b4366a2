import { describe, expect, it } from 'vitest'
import { IdleTimeline } from '../src/schedstats/idle-timeline.ts'

describe('the timeline of idle CPUs and queued threads', () => {
  it('takes what happens in the order of its times, whenever it is told', () => {
    const timeline = new IdleTimeline()
    timeline.turns(0, true, 0)
    timeline.turns(1, true, 0)
    // CPU 0 queues a thread late in a long instant, of which CPU 1 knows nothing when it acts.
    timeline.changes(1, 700)
    timeline.turns(1, false, 100)
    timeline.turns(1, true, 200)
    timeline.changes(-1, 900)
    expect(timeline.of(1, 1000)).toBe(200)
    expect(timeline.of(0, 0)).toBe(200)
  })

  it('is exact over many events, though each pair comes in the wrong order', () => {
    const timeline = new IdleTimeline()
    timeline.turns(0, true, 0)
    const rounds = 20_000
    // Queued for 10 ns of each 100, of which the CPU runs for the last 4.
    for (let round = 0; round < rounds; round++) {
      const at = round * 100
      timeline.changes(-1, at + 60)
      timeline.turns(0, true, at + 80)
      timeline.changes(1, at + 50)
      timeline.turns(0, false, at + 56)
    }
    expect(timeline.of(0, rounds * 100)).toBe(6 * rounds)
  })

  it('goes on to the latest time of any CPU, since the clock of an idle one may stand', () => {
    const timeline = new IdleTimeline()
    timeline.turns(0, true, 0)
    timeline.changes(1, 100)
    timeline.turns(1, false, 5000)
    expect(timeline.of(0, 0)).toBe(4900)
    expect(timeline.of(0, 6000)).toBe(5900)
  })
})
