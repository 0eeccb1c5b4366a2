import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'

/**
 * How often `netperf compare` is right of live runs: of a build with itself, and with one that is
 * 5 % slower. For the slower one a list is longer by so many nodes that its walk takes 5 % more.
 * `--times` and `--slower` say how many comparisons of each, `--runs` how many runs of each build a
 * comparison has, made in turn, and `--duration` how long a run measures.
 */
const { values } = parseArgs({
  options: {
    smoke: { type: 'boolean', default: false },
    times: { type: 'string', default: '100' },
    slower: { type: 'string', default: '10' },
    runs: { type: 'string', default: '4' },
    duration: { type: 'string', default: '500ms' },
  },
})
const times = values.smoke ? 1 : Number(values.times)
const slowerTimes = values.smoke ? 1 : Number(values.slower)
const runs = values.smoke ? 2 : Number(values.runs)
const duration = values.smoke ? '20ms' : values.duration

const NETPERF = fileURLToPath(new URL('../bin/netperf.js', import.meta.url))
const LENGTH = 100
const SLOWER = 0.05
const folder = mkdtempSync(join(tmpdir(), 'netperf-compare-'))
const run = promisify(execFile)

try {
  await main()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function main() {
  const { length, share } = await slowerLength()
  console.log(
    `A list of ${length} nodes beside one of ${LENGTH}: ${(share * 100).toFixed(1)} % slower`,
  )
  const same = await verdicts(times, LENGTH)
  const without = same.filter((own) => own.every((verdict) => verdict === 'no difference'))
  console.log(`A build beside itself: no difference in ${without.length} of ${times}`)
  const other = await verdicts(slowerTimes, length)
  const found = other.filter((own) => own.includes('slower'))
  console.log(`A build beside a slower one: slower in ${found.length} of ${slowerTimes}`)
}

/** The length of the list that is 5 % slower to walk, from what each further node takes. */
async function slowerLength() {
  const [short, long] = [await walk(LENGTH, duration), await walk(2 * LENGTH, duration)]
  const nsOf = ({ rows }) => rows.find(({ unit }) => unit === 'ns').min
  const nodeNs = (nsOf(long) - nsOf(short)) / LENGTH
  const length = LENGTH + Math.max(1, Math.round((SLOWER * nsOf(short)) / nodeNs))
  return { length, share: ((length - LENGTH) * nodeNs) / nsOf(short) }
}

/** What is said of so many comparisons, by their figures. */
async function verdicts(comparisons, length) {
  const all = []
  for (let done = 0; done < comparisons; done++) {
    const sides = [[], []]
    for (let turn = 0; turn < 2 * runs; turn++) {
      // One, other, other, one: a pace that only falls favours neither.
      const side = ((turn + 1) >> 1) % 2
      const file = join(folder, `${turn}.json`)
      writeFileSync(file, JSON.stringify(await walk(side === 0 ? LENGTH : length, duration)))
      sides[side].push(file)
    }
    const { compared } = await netperf(['compare', ...sides.map((each) => each.join()), '--json'])
    all.push(compared.map(({ verdict }) => verdict))
  }
  return all
}

function walk(length, time) {
  const of = ['--cpus', '1', '--lock', 'mutex', '--writes', '0', '--length', String(length)]
  return netperf(['run', 'list_walk', ...of, '--duration', time, '--json'])
}

async function netperf(args) {
  const { stdout } = await run(process.execPath, [NETPERF, ...args], { maxBuffer: 1 << 28 })
  return JSON.parse(stdout)
}
