import { workerData } from 'node:worker_threads'
import { bindThread } from '@smpnet/machine/live'
import { DONE, type MeterData, NS, SUM, TURN } from './meter-words.ts'

/** Takes a fixed piece of arithmetic when it is asked to, and says how long that took. */

const { shared, index, core } = workerData as MeterData
if (core !== undefined) bindThread(core)
const words = new Int32Array(shared)
const times = new Float64Array(shared)
const BATCHES = 9
const TURNS = 4096
/** Batches before the first that counts: the arithmetic is compiled in them. */
const COMPILING = 2000
/** What came out, added up: arithmetic whose result is for nothing would be left out. */
let sum = 0

/** Four sums at once, so that it is slower when another program runs on the same core. */
function arithmetic(): number {
  let one = 0
  let two = 0
  let three = 0
  let four = 0
  for (let turn = 0; turn < TURNS; turn++) {
    one = (one + turn * 3) | 0
    two = ((two ^ turn) + 5) | 0
    three = (three + 9) | 0
    four = ((four | turn) - 7) | 0
  }
  return (one + two + three + four) | 0
}

function nsOfTurn(): number {
  const batches = Array.from({ length: BATCHES }, () => {
    const began = performance.now()
    sum = (sum + arithmetic()) | 0
    return ((performance.now() - began) * 1e6) / TURNS
  })
  return batches.sort((one, other) => one - other)[BATCHES >> 1]!
}

for (let batch = 0; batch < COMPILING; batch++) sum = (sum + arithmetic()) | 0
for (let seen = 0; ; seen = Atomics.load(words, TURN)) {
  Atomics.wait(words, TURN, seen)
  times[NS + index] = nsOfTurn()
  words[SUM + index] = sum
  Atomics.add(words, DONE, 1)
  Atomics.notify(words, DONE)
}
