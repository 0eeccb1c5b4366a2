import { describe, expect, it } from 'vitest'
import { netperf } from './run-netperf.ts'

const CASES: [args: string, sentence: string][] = [
  ['run nonsense', 'expected a workload (rr, stream), got "nonsense"'],
  ['run rr --machine vax', 'expected a machine (live, sim), got "vax"'],
  ['run rr --cpus 0', 'expected --cpus to be a whole number from 1 to 64, got "0"'],
  ['run rr --cpus 65', 'expected --cpus to be a whole number from 1 to 64, got "65"'],
  ['run rr --cpus 1.5', 'expected --cpus to be a whole number from 1 to 64, got "1.5"'],
  ['run rr --machine sim --cpus 257', 'whole number from 1 to 256, got "257"'],
  ['run rr --size 0', 'expected --size to be from 1 to 16m bytes'],
  ['run rr --size 17m', 'got "17m"'],
  ['run rr --size many', 'got "many"'],
  ['run rr --duration 5', 'such as 2s, 500ms or 100us, got "5"'],
  ['run rr --duration 5ms', 'expected --duration with 10 runs to be from 10ms to 3600s'],
  ['run rr --runs 0', 'expected --runs to be a whole number from 1 to 1000, got "0"'],
  ['run rr --seed x', 'expected --seed to be a whole number from 0 to 2147483647, got "x"'],
  ['run rr --pairs 0', 'expected --pairs to be a whole number from 1 to 1024, got "0"'],
  ['run rr --variants node-tcp,pigeon', 'got "pigeon"'],
  ['run rr --machine sim --variants node-tcp', 'expected variants for the sim machine'],
  ['run', "missing required argument 'workload' (netperf --help says what is expected)"],
  ['run rr --colour', "unknown option '--colour'"],
  ['bake', 'expected a command (run, experiment, compare), got "bake"'],
  ['experiment polling', 'expected an experiment (none exist yet), got "polling"'],
]

describe('what cannot be done', () => {
  it.each(CASES)('netperf %s', async (args, sentence) => {
    const ended = await netperf([...args.split(' '), '--json'])
    const { status, stdout, stderr } = args.startsWith('experiment')
      ? await netperf(args.split(' '))
      : ended
    expect(stderr).toContain(sentence)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).toMatch(/^netperf: /)
  })
})
