import { figuresOf, profiles } from '@smpnet/machine/sim'
import { describe, expect, it } from 'vitest'
import type { Finding } from '../src/model/finding.ts'
import { drawnMachine, uncertainFigures } from '../src/vary/drawn-machine.ts'
import { survivingClaims } from '../src/vary/surviving-claims.ts'

describe.each([...profiles.values()])('machines that are as likely as $name', (profile) => {
  const drawn = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => drawnMachine(profile, seed))

  it('differ in all that is assumed, within its range, and in nothing else', () => {
    const uncertain = new Set(uncertainFigures(profile).map(([path]) => path))
    // Of some the draw is rounded, bounded, or lifted to what is nearer.
    const isPlain = (path: string) => !/CasNs|nearRun|Entries|Share/.test(path)
    const wrong = drawn.flatMap((machine) => {
      const other = new Map(figuresOf(machine))
      return figuresOf(profile).filter(([path, { value, range = [value / 2, value * 2] }]) => {
        const found = other.get(path)!.value
        const [least, most] = uncertain.has(path) ? range : [value, value]
        return isPlain(path) && !(found >= least * 0.999 && found <= most * 1.001)
      })
    })
    expect(wrong).toEqual([])
    expect(new Set(drawn.map((machine) => machine.workNs['tick']!.value)).size).toBeGreaterThan(4)
  })

  it('are the same for a seed', () => {
    expect(drawnMachine(profile, 5)).toEqual(drawn[4])
  })
})

function finding(claim: string, median: number): Finding {
  const evidence = [{ of: 'x', unit: 'ns', median, low: 1, high: 2, runs: 5, confidence: 0.9 }]
  return { claim, machine: 'sim', profile: 'p', evidence } as unknown as Finding
}

describe('a claim', () => {
  const own = finding('On 8 CPUs rmlock does most, 2.10 M/s (2.0 M/s–2.2 M/s).', 2.1)

  it('survives other numbers, and not other words', () => {
    const [found] = survivingClaims(
      [own],
      [
        [finding('On 8 CPUs rmlock does most, 9.00 M/s (8.0 M/s–9.2 M/s).', 9)],
        [finding('On 8 CPUs rwlock does most, 2.10 M/s (2.0 M/s–2.2 M/s).', 2)],
        [finding('On 8 CPUs rmlock does most, 1.50 k/s.', 1.5)],
      ],
    )
    expect(found).toMatchObject({ held: 2, machines: 3, figure: { range: [1.5, 9] } })
  })
})
