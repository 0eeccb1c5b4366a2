import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { calibrate, calibrationTable, mostCpus, profiles } from '../src/sim/index.ts'
import { contendedNs, sharedLockPacketNs } from '../src/sim/micro-programs.ts'

const DOCS = ['simulated', 'machines']
  .map((name) => readFileSync(new URL(`../docs/${name}.md`, import.meta.url), 'utf8'))
  .join('\n')
/** Guests have the lines of their host, whose table is there. */
const calibrated = [...profiles.values()].filter(({ name }) => !name.startsWith('guest-'))

/**
 * Two sources disagree: one has a swap on a sibling's line at 7 to 10 ns everywhere, the other has
 * a swap on a line of one's own at 12 ns. No swap is cheaper here than one on an own line.
 */
const IN_DISPUTE = 'sibling: blind swap'

/** Within how much of a figure the machine has to come: what was set, and a curve of its own. */
function toleranceOf(operation: string): number {
  return operation.startsWith('addition') ? 0.2 : 0.3
}

describe.each(calibrated)('$name', (profile) => {
  const rows = calibrate(profile)
    .filter(({ operation }) => operation !== IN_DISPUTE)
    .flatMap((row) => (row.figure === undefined ? [] : [{ ...row, figure: row.figure }]))

  it.each(rows)('$operation: $simulatedNs ns is near the $figure.value ns measured', (row) => {
    const ratio = row.simulatedNs / row.figure.value
    const tolerance = toleranceOf(row.operation)
    expect(ratio).toBeGreaterThan(1 - tolerance)
    expect(ratio).toBeLessThan(1 + tolerance)
  })

  it('is printed in the documentation as it is', () => {
    expect(DOCS).toContain(calibrationTable(profile))
  })

  it('shows the curve of a contended word to all cores, and what of it is an input', () => {
    const { sockets, domainsPerSocket, coresPerDomain } = profile.topology
    const curve = calibrate(profile).filter(({ operation }) => operation.startsWith('addition'))
    const cores = Math.min(256, sockets * domainsPerSocket * coresPerDomain)
    expect(curve.map(({ operation }) => operation)).toContain(
      `addition, ${cores} CPUs at one word`,
    )
    const inputs = curve.filter(({ isInput }) => isInput)
    expect(inputs.every(({ figure }) => figure?.isInput)).toBe(true)
  })

  it('has no jump of more than half between neighbouring numbers of CPUs, from two on', () => {
    const counts = [2, 3, 4, 5, 6, 7, 8, 9].filter((cpus) => cpus <= mostCpus(profile))
    const costs = counts.map((cpus) => contendedNs(profile, cpus, false))
    for (const [i, cost] of costs.slice(1).entries()) {
      expect(cost / costs[i]!).toBeLessThan(1.5)
      expect(cost / costs[i]!).toBeGreaterThan(1 / 1.5)
    }
  })
})

describe('a contended word', () => {
  const curveOf = (name: string, counts: readonly number[]) =>
    counts.map((cpus) => contendedNs(profiles.get(name)!, cpus, false))

  it('costs less per operation when more want it, on a modern machine', () => {
    const [two, eight] = curveOf('xeon-8176', [2, 8])
    expect(eight).toBeLessThan(two!)
  })

  it('costs more with each that waits, on an old one', () => {
    const costs = curveOf('power5+', [2, 4, 8, 16, 32, 64])
    expect(costs).toEqual([...costs].sort((one, other) => one - other))
  })
})

describe('forwarding on the E5-2650 under one shared lock', () => {
  const profile = profiles.get('xeon-e5-2650')!
  const onePacketNs = profile.workNs['forward-packet']!.value

  it('uses all of the first cores, and less than all of eight', () => {
    const row = calibrate(profile).find(({ operation }) => operation.startsWith('packet'))!
    expect(row.simulatedNs).toBeGreaterThan((1.5 * onePacketNs) / 8)
  })

  it('does not get faster by a tenth when packets take more work', () => {
    const costs = [100, 200, 400, 600, 800, 1000, 1400].map((packetNs) =>
      sharedLockPacketNs(profile, 8, packetNs),
    )
    for (const [i, cost] of costs.entries()) {
      expect(cost).toBeGreaterThan(0.9 * Math.max(...costs.slice(0, i + 1)))
    }
  })
})
