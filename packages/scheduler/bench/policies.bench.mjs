import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import {
  CPUS,
  LOADS,
  measure,
  niceShare,
  NICES,
  POLICY_NAMES,
  predictedShare,
  PROFILES,
} from './support/policy-loads.mjs'

/**
 * 4BSD and ULE under three loads on simulated machines, as the tables of docs/policies.md; the same
 * bytes on every computer. `--write` writes that file.
 */
const { values } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
  },
})

const profiles = Object.entries(PROFILES).slice(0, values.smoke ? 1 : undefined)
const cpus = values.smoke ? [1, 2] : CPUS

const HEAD = `# What 4BSD and ULE do with loads

Made by \`node packages/scheduler/bench/policies.bench.mjs --write\`: two seconds of each load on
simulated machines, after as long as each scheduler remembers: a minute of 4BSD, five seconds of
ULE. A hog never sleeps; a brief thread computes 0.2 ms, then sleeps 2 ms. The load batch is two
hogs for each CPU and one more, interactive four brief threads for each CPU, mixed a hog and two
brief ones for each. Any thread may preempt (\`preemption: 'full'\`), since in FreeBSD programs
give way when they return from the kernel.

The delay is from when a thread is ready, because it was woken or because its turn ended, to when
it runs, in µs. Switches and migrations are per CPU and second. Jain's index is 1 when all hogs, or,
if there are none, all brief threads got the same CPU time, and 1/n when one got it all. To read the
clock is free here, since the observer reads it. 4BSD's load average begins at what the threads
ask for (\`new Bsd({ loadAverage })\`), since it takes minutes to settle. As long as it is near 0,
as after a boot, usage is forgotten every second; then, and on 32 CPUs and more for the first half
minute, 4BSD cannot tell brief threads from hogs. No figure here was used to choose a constant.
`

const lines = [HEAD]
for (const load of Object.keys(LOADS)) {
  lines.push(`## ${load}\n`)
  lines.push(
    '| machine | load | scheduler | CPUs | p50 | p99 | most | switches | migrations | Jain |',
  )
  lines.push('|---|---|---|---|---|---|---|---|---|---|')
  for (const [profile, most] of profiles) {
    for (const policy of POLICY_NAMES) {
      for (const count of cpus.filter((each) => each <= most)) {
        const cells = measure({ profile, policy, load, cpus: count })
        lines.push(`| ${cells.join(' | ')} |`)
        if (!values.write) console.log(lines.at(-1))
      }
    }
  }
  lines.push('')
}
lines.push('## A hog beside a nicer one\n')
lines.push(
  'The part of one CPU that the first gets once the load average has settled, minutes later,',
)
lines.push('and what the constants of the algorithm come to (`predictedShare` says how).\n')
lines.push('| scheduler | nice | got | predicted |')
lines.push('|---|---|---|---|')
for (const policy of POLICY_NAMES) {
  for (const nices of values.smoke ? NICES.slice(0, 1) : NICES) {
    const [got, predicted] = [niceShare(policy, nices), predictedShare(policy, nices)]
    lines.push(`| ${policy} | ${nices.join(', ')} | ${got.toFixed(3)} | ${predicted.toFixed(3)} |`)
    if (!values.write) console.log(lines.at(-1))
  }
}
if (values.write) {
  const file = new URL('../docs/policies.md', import.meta.url)
  writeFileSync(file, `${lines.join('\n')}\n`)
  console.log('wrote docs/policies.md')
}
