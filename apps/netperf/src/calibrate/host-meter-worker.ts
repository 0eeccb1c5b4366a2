import { workerData } from 'node:worker_threads'
import { DONE, type MeterData, NS, TURN } from './meter-words.ts'

/** Takes a fixed piece of arithmetic when it is asked to, and says how long that took. */

const { shared, index } = workerData as MeterData
const words = new Int32Array(shared)
const times = new Float64Array(shared)
const BATCHES = 9
const TURNS = 4096

/** Four sums at once, so that it is slower when another program runs on the same core. */
function arithmetic(): number {
  let [one, two, three, four] = [0, 0, 0, 0]
  for (let turn = 0; turn < TURNS; turn++) {
    one = (one + turn * 3) | 0
    two = ((two ^ turn) + 5) | 0
    three = (three + one) | 0
    four = (four | turn) - 7
  }
  return one + two + three + four
}

function nsOfTurn(): number {
  const batches = Array.from({ length: BATCHES }, () => {
    const began = performance.now()
    arithmetic()
    return ((performance.now() - began) * 1e6) / TURNS
  })
  return batches.sort((one, other) => one - other)[BATCHES >> 1]!
}

for (let seen = 0; ; seen = Atomics.load(words, TURN)) {
  Atomics.wait(words, TURN, seen)
  times[NS + index] = nsOfTurn()
  Atomics.add(words, DONE, 1)
  Atomics.notify(words, DONE)
}
