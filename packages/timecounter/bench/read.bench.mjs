/** What a time stamp costs: the shared clock beside the clocks of the host, in one run. */
import { FastClock, hrtimeCounter } from '@smpnet/timecounter'
import { bench } from '@smpnet/testing'

/** Each clock in a worker of its own, so that no clock's code is shaped by another's. */
export function read({ which, handle }) {
  const clock = handle && FastClock.attach(handle, hrtimeCounter(process.hrtime))
  const loop = LOOPS[which]
  return (slice) => {
    let n = 0
    for (; !slice.done(n); n += BATCH) loop(clock)
    return n
  }
}

/** A thread that ticks while others read; it counts nothing. */
export function tick({ handle }) {
  const clock = FastClock.attach(handle, hrtimeCounter(process.hrtime))
  const ticker = clock.ticker({ isFirst: false, patienceTicks: 1 })
  const never = new Int32Array(new SharedArrayBuffer(4))
  return (slice) => {
    for (let n = 0; !slice.done(n); n++) Atomics.wait(never, 0, 0, ticker.turn())
  }
}

const BATCH = 10_000
const LOOPS = {
  'FastClock.now': (clock) => {
    let sum = 0
    for (let i = 0; i < BATCH; i++) sum += clock.now()
    return sum
  },
  'FastClock.precise': (clock) => {
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
  'process.hrtime': () => {
    let sum = 0
    for (let i = 0; i < BATCH; i++) sum += process.hrtime()[1]
    return sum
  },
}

const { handle } = FastClock.start(hrtimeCounter(process.hrtime), { ticks: false })
const thread = (run, args) => ({ module: import.meta.url, run, args })
const reader = thread('read', { which: 'FastClock.now', handle })
const variants = Object.fromEntries(
  Object.keys(LOOPS).map((which) => [which, { threads: [thread('read', { which, handle })] }]),
)
variants['1 reader + ticker at 1000 Hz'] = { threads: [reader, thread('tick', { handle })] }
variants['2 readers'] = { threads: [reader, reader] }
variants['2 readers + ticker at 1000 Hz'] = {
  threads: [reader, reader, thread('tick', { handle })],
}

await bench(import.meta.url, { name: 'reading a clock', what: 'read', variants })
