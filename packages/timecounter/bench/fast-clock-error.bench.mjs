/**
 * How far behind the shared clock is, for 30 s on 4 threads: three read it at full speed between
 * two readings of process.hrtime, and one ticks. Prints a histogram and writes it as a picture with
 * `--svg FILE`; ends with status 1 when a time ran ahead, went back, or was further behind than the
 * page's own bound. `--seconds N` for another length, `--smoke` for half a second.
 */
import { writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { formatNs } from '@smpnet/testing'
import { FastClock, hrtimeCounter } from '@smpnet/timecounter'
import { histogramSvg } from './support/histogram-svg.mjs'

const HZ = 1000
const BIN_US = 25
const BINS = 8000
const READERS = 3

const nowNs = () => {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1e9 + nanoseconds
}

/** Reads until the time is over. A reading's error is known to within the two hrtimes around it. */
function read({ handle, startNs, seconds }) {
  const untilNs = nowNs() + seconds * 1e9
  const clock = FastClock.attach(handle, hrtimeCounter(process.hrtime))
  const bins = new Float64Array(BINS + 1)
  let [reads, ahead, back, worstNs, latest] = [0, 0, 0, 0, 0]
  for (let before = nowNs(); before < untilNs; ) {
    const now = clock.now()
    const after = nowNs()
    const behindNs = before - startNs - now
    if (now > after - startNs) ahead++
    if (now < latest) back++
    if (behindNs > worstNs) worstNs = behindNs
    bins[Math.min(BINS, Math.max(0, Math.floor(behindNs / 1000 / BIN_US)))]++
    latest = now
    before = after
    reads++
  }
  return { reads, ahead, back, worstNs, bins }
}

/** Makes the clock, tells of it, and ticks until it is stopped. */
function tick() {
  let startNs
  const host = hrtimeCounter(process.hrtime)
  const counter = { ...host, read: () => ((count) => ((startNs ??= count), count))(host.read()) }
  const clock = FastClock.start(counter, { hz: HZ, ticks: false })
  parentPort.postMessage({ handle: clock.handle, startNs })
  clock.run({ isFirst: true })
}

async function main() {
  const { values } = parseArgs({
    options: {
      smoke: { type: 'boolean', default: false },
      seconds: { type: 'string', default: '30' },
      svg: { type: 'string' },
    },
  })
  const seconds = values.smoke ? 0.5 : Number(values.seconds)
  if (!(seconds > 0)) throw new RangeError(`--seconds: expected above 0, came ${values.seconds}`)
  const result = await measure(seconds)
  print(result)
  if (values.svg !== undefined) writeFileSync(values.svg, pictureOf(result))
  if (result.ahead + result.back > 0 || result.worstNs > result.longestNs) process.exitCode = 1
}

async function measure(seconds) {
  const start = (role, more) => once(new Worker(url, { workerData: { role, ...more } }))
  const url = new URL(import.meta.url)
  const { handle, startNs } = await start('tick')
  const clock = FastClock.attach(handle, hrtimeCounter(process.hrtime))
  const readers = Array.from({ length: READERS }, () =>
    start('read', { handle, startNs, seconds }),
  )
  const parts = await Promise.all(readers)
  const { ticks } = clock.statistics()
  const [load] = loadavg()
  while (clock.statistics().ticks < ticks + 3) await new Promise((r) => setTimeout(r, 1))
  clock.stopAll()
  const upSeconds = clock.now() / 1e9
  return { seconds, ...sumOf(parts), ...clock.statistics(), ticks, upSeconds, load }
}

function once(worker) {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}

function sumOf(parts) {
  const sum = { reads: 0, ahead: 0, back: 0, worstNs: 0, bins: new Float64Array(BINS + 1) }
  for (const part of parts) {
    sum.reads += part.reads
    sum.ahead += part.ahead
    sum.back += part.back
    sum.worstNs = Math.max(sum.worstNs, part.worstNs)
    part.bins.forEach((count, bin) => (sum.bins[bin] += count))
  }
  return sum
}

/** The error in µs that a share of the readings does not exceed. */
function percentileUs({ bins, reads }, share) {
  let below = 0
  for (let bin = 0; bin < bins.length; bin++) {
    below += bins[bin]
    if (below >= reads * share) return (bin + 1) * BIN_US
  }
  return Infinity
}

function print(result) {
  const { seconds, reads, ticks, upSeconds, ahead, back, worstNs, longestNs } = result
  const part = (share) => `${percentileUs(result, share)} µs`
  const line = (name, value) => console.log(`${name.padEnd(34)}${value}`)
  line('readings', `${reads} by ${READERS} threads in ${seconds} s`)
  line('ticks', `${ticks}, ${(ticks / upSeconds).toFixed(0)} a second of ${HZ}`)
  line('behind, 50 / 99 / 99.9 / 99.99 %', [0.5, 0.99, 0.999, 0.9999].map(part).join(' / '))
  line('behind, at most', `${(worstNs / 1000).toFixed(0)} µs`)
  line("the page's own bound", `${(longestNs / 1000).toFixed(0)} µs`)
  line('readings ahead / gone back', `${ahead} / ${back}`)
}

const within = (result, share) => formatNs(percentileUs(result, share) * 1000)

function pictureOf(result) {
  const wantedUs = Math.ceil(percentileUs(result, 0.999) / 500) * 500
  const shownUs = Math.min(5000, Math.max(1500, wantedUs))
  const bins = Array.from(result.bins.subarray(0, Math.min(BINS, shownUs / BIN_US)))
  const beyond = result.reads - bins.reduce((sum, count) => sum + count, 0)
  return histogramSvg({
    title: `How far FastClock.now() is behind, ticked at ${HZ} Hz`,
    captions: [
      `${(result.reads / 1e6).toFixed(0)} million readings by ${READERS} threads in ` +
        `${result.seconds} s, on ${cpus().length} cores at a load of ${result.load.toFixed(0)}`,
      `Half within ${within(result, 0.5)}, 99 % within ${within(result, 0.99)}, ` +
        `${((beyond / result.reads) * 100).toFixed(2)} % beyond ${formatNs(shownUs * 1000)}, ` +
        `at most ${formatNs(result.worstNs)}; bound ${formatNs(result.longestNs)}`,
    ],
    bins,
    binWidth: BIN_US,
    unit: 'µs',
    mark: { at: 1e6 / HZ, label: '1/HZ' },
  })
}

if (isMainThread) await main()
else if (workerData.role === 'tick') tick()
else parentPort.postMessage(read(workerData))
