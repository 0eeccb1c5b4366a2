import { describe, expect, it } from 'vitest'
import { lockGroups } from '../bench/support/lock-groups.mjs'

describe.each(['xeon-8176', 'epyc-7742'])('Lending among CPUs of a %s', (profile) => {
  const alone = lockGroups({ profile, groups: 1 })

  it('slows a group of CPUs down by less than 5 % if six others lend as well', () => {
    const together = lockGroups({ profile, groups: 7 })
    console.log(`${profile}: ${alone} alone, ${together.toFixed(0)} beside six others`)
    expect(together).toBeGreaterThan(0.95 * alone)
  })

  it('costs a contended mutex less than 5 %', () => {
    const without = lockGroups({ profile, groups: 1, lends: false })
    console.log(`${profile}: ${without} without lending, ${alone} with it`)
    expect(alone).toBeGreaterThan(0.95 * without)
  })
})
