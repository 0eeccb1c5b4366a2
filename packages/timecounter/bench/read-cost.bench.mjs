/**
 * What a time stamp costs in processor time, which holds on a busy machine too, where the time on
 * the wall is mostly other programs'. One thread, slices in turn, the page ticked at 1000 Hz.
 */
import { FastClock, hrtimeCounter } from '@smpnet/timecounter'
import { spread, textTable } from '@smpnet/testing'

const BATCH = 10_000
const isSmoke = process.argv.includes('--smoke')
const rounds = isSmoke ? 2 : 20
const sliceMs = isSmoke ? 5 : 60

const clock = FastClock.start(hrtimeCounter(process.hrtime), { ticks: false, utcMs: Date.now() })
const ticker = clock.ticker({ isFirst: true })

/** A loop of its own for each clock, so that each call has one target. */
const LOOPS = {
  'FastClock.now': () => {
    let sum = 0
    for (let i = 0; i < BATCH; i++) sum += clock.now()
    return sum
  },
  'FastClock.dateMs': () => {
    let sum = 0
    for (let i = 0; i < BATCH; i++) sum += clock.dateMs()
    return sum
  },
  'FastClock.precise': () => {
    let sum = 0
    for (let i = 0; i < BATCH; i++) sum += clock.precise()
    return sum
  },
  'Date.now': () => {
    let sum = 0
    for (let i = 0; i < BATCH; i++) sum += Date.now()
    return sum
  },
  'performance.now': () => {
    let sum = 0
    for (let i = 0; i < BATCH; i++) sum += performance.now()
    return sum
  },
  'process.hrtime.bigint': () => {
    let sum = 0n
    for (let i = 0; i < BATCH; i++) sum ^= process.hrtime.bigint()
    return sum
  },
}

/** Processor time per read, in ns, in one slice. Includes the ticks, as a reader's does. */
function slice(loop) {
  const before = process.cpuUsage()
  const until = performance.now() + sliceMs
  let reads = 0
  let due = performance.now() + 1
  for (let now = 0; now < until; now = performance.now()) {
    loop()
    reads += BATCH
    if (now < due) continue
    ticker.turn()
    due = now + 1
  }
  const { user, system } = process.cpuUsage(before)
  return ((user + system) * 1000) / reads
}

const figures = new Map(Object.keys(LOOPS).map((name) => [name, []]))
for (let round = 0; round <= rounds; round++) {
  for (const [name, loop] of Object.entries(LOOPS)) {
    const ns = slice(loop)
    if (round > 0) figures.get(name).push(ns)
  }
}
const base = spread(figures.get('FastClock.now')).median
const rows = [...figures].map(([name, list]) => {
  const { max, median, min } = spread(list)
  const cells = [median, min, max].map((ns) => `${ns.toFixed(1)} ns`)
  return [name, ...cells, `${(median / base).toFixed(1)}×`]
})
console.log(textTable(['processor time per read', 'median', 'min', 'max', '× now'], rows))
