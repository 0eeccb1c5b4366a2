import { lockGroups } from './support/lock-groups.mjs'

/**
 * What lending costs groups of four CPUs that have nothing to do with each other: how often each
 * takes its own mutex, with lending and without, by the number of groups. Simulated, seed 1.
 */
const isSmoke = process.argv.includes('--smoke')
const MACHINES = isSmoke
  ? [['epyc-7742', [1, 2]]]
  : [
      ['xeon-8176', [1, 2, 4, 7, 12, 24, 48]],
      ['epyc-7742', [1, 2, 4, 7, 16, 32]],
    ]

console.log('| machine | groups | CPUs | without lending | with | of that |')
console.log('|---|---|---|---|---|---|')
for (const [profile, counts] of MACHINES) {
  for (const groups of counts) {
    const without = lockGroups({ profile, groups, lends: false })
    const lent = lockGroups({ profile, groups })
    const part = `${((100 * lent) / without).toFixed(0)} %`
    const cells = [profile, groups, groups * 4, without.toFixed(0), lent.toFixed(0), part]
    console.log(`| ${cells.join(' | ')} |`)
  }
}
