import { work } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { SimMachine, type SimOptions } from '../src/sim/index.ts'
import { TinyExecutive } from './sim-tiny-executive.ts'

const GOOD: SimOptions = {
  profile: 'xeon-e5-2650',
  cpus: 2,
  seed: 1,
  memoryBytes: 1 << 16,
  boot: (cpu) => new TinyExecutive(cpu),
}

describe('options of a simulated machine', () => {
  it.each([
    [{ cpus: 0 }, 'a machine of profile xeon-e5-2650 has 1 to 32 CPUs: 0 came'],
    [{ cpus: 33 }, 'a machine of profile xeon-e5-2650 has 1 to 32 CPUs: 33 came'],
    [{ cpus: 1.5 }, 'a machine of profile xeon-e5-2650 has 1 to 32 CPUs: 1.5 came'],
    [{ profile: 'pdp-11' }, 'epyc-7742, power5+, xeon-e5-2650v4, atom-c2758, gx-412tc'],
    [{ seed: -1 }, 'a seed is a whole number from 0 to 4294967295: -1 came'],
    [{ untilNs: 0 }, 'virtual time ends after a number of ns above 0: 0 came'],
    [{ untilNs: Number.NaN }, 'virtual time ends after a number of ns above 0: NaN came'],
    [{ memoryBytes: 1000 }, /whole number of 64-byte lines.*: 1000 bytes came/],
    [{ memoryBytes: Number.NaN }, /whole number of 64-byte lines.*: NaN bytes came/],
    [{ memoryBytes: -64 }, /whole number of 64-byte lines.*: -64 bytes came/],
    [{ memoryBytes: 64 }, /needs \d+ bytes/],
    [{ workNs: { mine: -1 } }, 'work mine costs a number of ns, not below 0: -1 came'],
  ])('%j: %s', (wrong, sentence) => {
    expect(() => new SimMachine({ ...GOOD, ...wrong })).toThrow(sentence)
  })

  it('are setup or args, not both', () => {
    const both = { ...GOOD, setup: () => 1, args: 1 }
    expect(() => new SimMachine(both)).toThrow('a machine is given setup or args: both came')
  })

  it('can price work of one’s own', () => {
    const machine = new SimMachine({
      ...GOOD,
      cpus: 1,
      workNs: { 'bake-bread': 1000 },
      boot: (cpu) =>
        new TinyExecutive(cpu, function* () {
          cpu.memory.charge(work('bake-bread'), 3)
        }),
    })
    while (machine.run(100) === undefined);
    expect(machine.result().cpus[0]!.workCycles['bake-bread']).toBe(7800)
  })

  it('names the profile and what it prices when work has no price', () => {
    const machine = new SimMachine({
      ...GOOD,
      boot: (cpu) =>
        new TinyExecutive(cpu, function* () {
          cpu.memory.charge(work('unheard-of'), 1)
        }),
    })
    expect(() => machine.run(100)).toThrow(
      /^profile xeon-e5-2650 prices the work clock-read, .*nanosecond, park: unheard-of came$/,
    )
  })
})
