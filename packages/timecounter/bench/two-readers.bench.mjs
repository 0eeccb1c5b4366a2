/**
 * Whether a ticker slows readers: two threads read at full speed, in turn with and without a third
 * that ticks at 1000 Hz. Processor time per read, of the whole process, so that it holds on a busy
 * machine and the ticker's own time counts against the clock.
 */
import { isMainThread, Worker, workerData } from 'node:worker_threads'
import { FastClock, hrtimeCounter } from '@smpnet/timecounter'
import { spread, textTable } from '@smpnet/testing'

const BATCH = 10_000
const READERS = 2
/** Words: what to do now, and after that each reader's count of batches and each one's state. */
const [PHASE, COUNTS, STATES] = [0, 1, 4]
const [IDLE, READING, TICKING, ENDED] = [0, 1, 2, 3]

const counter = hrtimeCounter(process.hrtime)

function reader({ handle, words, index }) {
  const clock = FastClock.attach(handle, counter)
  let sum = 0
  work(
    words,
    index,
    (phase) => phase === READING || phase === TICKING,
    () => {
      let part = 0
      for (let i = 0; i < BATCH; i++) part += clock.now()
      sum += part
      Atomics.add(words, COUNTS + index, 1)
    },
  )
  return sum
}

function tickerOf({ handle, words, index }) {
  const ticker = FastClock.attach(handle, counter).ticker({ isFirst: true })
  const never = new Int32Array(new SharedArrayBuffer(4))
  work(
    words,
    index,
    (phase) => phase === TICKING,
    () => Atomics.wait(never, 0, 0, ticker.turn()),
  )
}

/** Does `step` again and again while the phase is one of its own; sleeps through the others. */
function work(words, index, isMine, step) {
  for (let phase = IDLE; phase !== ENDED; phase = Atomics.load(words, PHASE)) {
    if (isMine(phase)) step()
    else {
      Atomics.store(words, STATES + index, 1)
      Atomics.wait(words, PHASE, phase)
      Atomics.store(words, STATES + index, 0)
    }
  }
}

async function main() {
  const isSmoke = process.argv.includes('--smoke')
  const [rounds, sliceMs] = isSmoke ? [2, 5] : [20, 150]
  const words = new Int32Array(new SharedArrayBuffer(64))
  const { handle } = FastClock.start(counter, { ticks: false })
  for (let index = 0; index <= READERS; index++) {
    const data = { handle, words, index }
    const worker = new Worker(new URL(import.meta.url), { workerData: data })
    worker.once('error', (error) => {
      throw error
    })
  }
  const figures = { alone: [], ticked: [] }
  for (let round = 0; round <= rounds; round++) {
    const alone = await slice(words, READING, sliceMs)
    const ticked = await slice(words, TICKING, sliceMs)
    if (round === 0) continue
    figures.alone.push(alone)
    figures.ticked.push(ticked)
  }
  enter(words, ENDED)
  print(figures)
}

/** One slice: processor time of all threads for each read, in ns. */
async function slice(words, phase, ms) {
  while (!isQuiet(words)) await pause(1)
  const before = process.cpuUsage()
  const from = batches(words)
  enter(words, phase)
  await pause(ms)
  enter(words, IDLE)
  while (!isQuiet(words)) await pause(1)
  const { user, system } = process.cpuUsage(before)
  return ((user + system) * 1000) / ((batches(words) - from) * BATCH)
}

const enter = (words, phase) => {
  Atomics.store(words, PHASE, phase)
  Atomics.notify(words, PHASE)
}
const isQuiet = (words) => [0, 1, 2].every((index) => Atomics.load(words, STATES + index) === 1)
const batches = (words) => Atomics.load(words, COUNTS) + Atomics.load(words, COUNTS + 1)
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

function print({ alone, ticked }) {
  const rows = Object.entries({ '2 readers': alone, '2 readers, 1 ticks': ticked })
  const cells = rows.map(([name, list]) => {
    const { max, median, min } = spread(list)
    return [name, ...[median, min, max].map((ns) => `${ns.toFixed(2)} ns`)]
  })
  console.log(textTable(['processor time per read', 'median', 'min', 'max'], cells))
  const ratio = spread(ticked.map((ns, round) => ns / alone[round]))
  console.log(`with the ticker ${((ratio.median - 1) * 100).toFixed(1)} % more, by pairs`)
}

if (isMainThread) await main()
else if (workerData.index < READERS) reader(workerData)
else tickerOf(workerData)
