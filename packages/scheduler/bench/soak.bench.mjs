import { parseArgs } from 'node:util'
import { soak } from './support/soak.mjs'

/**
 * 1000 threads on two live CPUs that lock, sleep, wake each other and end at random: ten minutes,
 * or `--minutes`. Fails, naming the seed, when a wakeup or an addition is lost, or memory grows.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    smoke: { type: 'boolean', default: false },
  },
})
const minutes = values.smoke ? 1 / 30 : Number(values.minutes)
const seed = Number(values.seed)
/** Growth from the second tenth to the last that is flat still: collections come and go. */
const MOST_GROWTH = 1.1

console.log(`soak of ${minutes} minutes, seed ${seed}`)
let looks = 0
const result = await soak({
  seed,
  ms: minutes * 60_000,
  onLook: ({ rounds, rss }) => {
    if (++looks % 30 === 0) console.log(`${looks} s: ${rounds} steps, ${mb(rss)} MB`)
  },
})
const { rounds, additions, rss, heaps } = result
console.log(`${rounds} steps of 1000 threads, ${additions} additions under mutexes, none lost`)
console.log(`resident set: ${growth(rss).text}; heaps: ${heaps.map((of) => growth(of).text)}`)
if (minutes >= 1 && [rss, ...heaps].some((of) => growth(of).factor > MOST_GROWTH)) {
  throw new Error(`memory grew by more than ${MOST_GROWTH}, seed ${seed}`)
}

function growth(samples) {
  const tenth = Math.max(1, Math.floor(samples.length / 10))
  const [first, last] = [median(samples.slice(tenth, 2 * tenth)), median(samples.slice(-tenth))]
  return { factor: last / first, text: `${mb(first)} MB, at the end ${mb(last)} MB` }
}

function median(samples) {
  return samples.toSorted((a, b) => a - b)[Math.floor(samples.length / 2)]
}

function mb(bytes) {
  return (bytes / 1e6).toFixed(1)
}
