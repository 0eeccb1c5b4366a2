import { describe, expect, it } from 'vitest'
import {
  assumed,
  checkProfile,
  figuresOf,
  mostCpus,
  type Profile,
  profileOf,
  profiles,
  withFigures,
} from '../src/sim/index.ts'
import { Placement, placementOf } from '../src/sim/placement.ts'
import { distanceBetween } from '../src/sim/topology.ts'

const SMALL = profiles.get('xeon-e5-2650')!
const LARGE = profiles.get('xeon-8176')!

function without(table: 'blindCasNs' | 'loadAndCasNs', distance: 'remote'): Profile {
  const { [distance]: _, ...rest } = SMALL.lines[table]
  return { ...SMALL, lines: { ...SMALL.lines, [table]: rest } }
}

describe('profiles', () => {
  it.each([...profiles.values()])('$name says where each figure comes from', (profile) => {
    for (const [, figure] of figuresOf(profile)) expect(figure.source.length).toBeGreaterThan(5)
  })

  it('numbers cores first, socket by socket, and then the other threads', () => {
    const { topology } = SMALL
    const names = [1, 7, 8, 15, 16, 24].map((cpu) => distanceBetween(topology, 0, cpu))
    expect(names).toEqual([2, 2, 4, 4, 1, 4])
    expect(distanceBetween(LARGE.topology, 0, 111)).toBe(4)
    expect(distanceBetween(LARGE.topology, 0, 112)).toBe(5)
    expect(distanceBetween(LARGE.topology, 0, 224)).toBe(1)
  })

  it('say how many CPUs they have, up to what the machine can do', () => {
    expect(mostCpus(SMALL)).toBe(32)
    expect(mostCpus(LARGE)).toBe(256)
  })

  it('are refused by name with a list of those that are known', () => {
    expect(() => profileOf('vax')).toThrow(
      new RangeError(`a machine profile is one of ${[...profiles.keys()].join(', ')}: 'vax' came`),
    )
  })
})

describe('a profile of one’s own', () => {
  it.each([
    ['a topology', { ...SMALL, topology: { ...SMALL.topology, coresPerDomain: 0 } }],
    ['full boards', { ...SMALL, topology: { ...SMALL.topology, sockets: 3 } }],
    ['a clock that moves', { ...SMALL, clockMhz: assumed(0, 'a test') }],
    ['no negative price', { ...SMALL, tickHz: assumed(-1, 'a test') }],
    ['a number', { ...SMALL, tickHz: assumed(Number.NaN, 'a test') }],
    ['a source', { ...SMALL, tickHz: assumed(1, '') }],
    ['every distance', without('blindCasNs', 'remote')],
    ['every distance twice', without('loadAndCasNs', 'remote')],
    ['all required work', { ...SMALL, workNs: {} }],
    ['a basis', { ...SMALL, tickHz: { value: 1, basis: 'guessed' as 'assumed', source: 'x' } }],
  ])('needs %s', (_, profile) => {
    expect(() => checkProfile(profile)).toThrow(/^profile xeon-e5-2650 needs .*: .* came$/)
  })

  it('does not get cheaper with distance', () => {
    const blindCasNs = { ...SMALL.lines.blindCasNs, remote: assumed(1, 'a test') }
    const profile = { ...SMALL, lines: { ...SMALL.lines, blindCasNs } }
    expect(() => checkProfile(profile)).toThrow('blindCasNs.remote of at least 28')
  })
})

describe('figures that are told', () => {
  it('take the place of those at their paths', () => {
    const changed = withFigures(SMALL, { 'queue.holdNs': 9, 'blindCasNs.remote': 120, mine: 3 })
    expect(changed.lines.queue.holdNs).toEqual({ value: 9, basis: 'assumed', source: 'told' })
    expect(changed.lines.blindCasNs.remote!.value).toBe(120)
    expect(changed.lines.loadAndCasNs).toEqual(SMALL.lines.loadAndCasNs)
    expect(changed.workNs['mine']!.value).toBe(3)
    expect(changed.workNs['tick']).toEqual(SMALL.workNs['tick'])
  })

  it.each([...profiles.values()])('reach every figure of $name', (profile) => {
    const paths = figuresOf(profile).filter(([path]) => !/^(checks|contendedNs)\./.test(path))
    for (const [path, { value }] of paths) {
      const changed = withFigures(profile, { [path]: value }, 'a test of this')
      const found = figuresOf(changed).filter(([, { source }]) => source === 'a test of this')
      expect(found.map(([name]) => name)).toEqual([path])
    }
  })

  it('are refused where there are none', () => {
    expect(() => withFigures(SMALL, { 'queue.hold': 1 })).toThrow(
      /has the figures .*: queue.hold came/,
    )
    expect(() => withFigures(SMALL, { 'lines.casNs': -1 })).toThrow('not below 0')
  })
})

describe('CPUs that are some threads of a machine', () => {
  it('are as far apart as these are', () => {
    const placement = placementOf(SMALL, 4, [0, 16, 7, 8])
    expect([1, 2, 3].map((cpu) => placement.distance(0, cpu))).toEqual([1, 2, 4])
    expect([...placement.siblings()]).toEqual([1, 0, -1, -1])
    expect(placement.sockets()).toEqual([0, 1])
    expect(Placement.first(SMALL.topology, 8).sockets()).toEqual([0])
  })

  it.each([
    ['another number than CPUs', [0, 1]],
    ['one twice', [0, 1, 1]],
    ['one that there is not', [0, 1, 32]],
    ['no list', 'all' as unknown as number[]],
  ])('are refused: %s', (_, on) => {
    expect(() => placementOf(SMALL, 3, on)).toThrow(RangeError)
  })
})
