import { fileURLToPath } from 'node:url'
import { presets, sysctlNames } from '@smpnet/stack'
import { someOf } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { netperf, rowsOf } from './run-netperf.ts'

const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url))
const FILE = fixture('kernel.ts')
const SHORT = {
  sim: ['--machine', 'sim', '--duration', '0.2ms'],
  live: ['--machine', 'live', '--variants', 'smpnet', '--duration', '40ms', '--runs', '2'],
}

async function tree(...args: string[]): Promise<Map<string, string>> {
  const { status, stdout, stderr } = await netperf(['sysctl', ...args])
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  const lines = stdout.trimEnd().split('\n')
  return new Map(lines.map((line) => line.split(': ') as [string, string]))
}

describe('netperf presets', () => {
  it('lists them all, as the help does', async () => {
    const [list, help] = await Promise.all([netperf(['presets']), netperf(['--help'])])
    for (const [name, { summary }] of presets) {
      expect(list.stdout).toContain(`${name.padEnd(16)} ${summary}\n`)
      expect(help.stdout).toContain(summary)
    }
  })
})

describe.each(someOf([...presets.keys()], 4))('--preset %s', (preset) => {
  it.each(['sim', 'live'] as const)('runs on the %s machine, and rows say so', async (machine) => {
    const args = ['run', 'rr', ...SHORT[machine], '--cpus', '2', '--preset', preset, '--json']
    const ended = await netperf(args)
    expect(ended.status).toBe(0)
    expect(rowsOf(ended)[0]).toMatchObject({ cpus: 2, settings: { preset } })
    expect(rowsOf(ended)[0]!.median).toBeGreaterThan(0)
  })

  it('has each name of its kernel in its tree', async () => {
    const values = await tree('--preset', preset)
    expect(sysctlNames()).toEqual(expect.arrayContaining([...values.keys()]))
    expect(values.get('kern.sched.name')).toBe(preset === 'freebsd-5.3' ? '4BSD' : 'ULE')
  })
})

describe('what says a kernel', () => {
  it('is laid in the order preset, file, sysctl, flag', async () => {
    const preset = ['--preset', 'freebsd-5.3']
    const file = ['--config', FILE]
    const sysctl = [
      '--sysctl',
      'smpnet.sched.wakeup=no-preempt',
      '--sysctl',
      'net.isr.maxthreads=2',
    ]
    const flag = ['--wakeup', 'deferred-to-unlock']
    const of = async (...args: string[][]) => {
      const values = await tree(...args.flat())
      return ['smpnet.sched.wakeup', 'net.isr.maxthreads'].map((name) => values.get(name))
    }
    expect(await of(preset)).toEqual(['preempt', '1'])
    expect(await of(file, preset)).toEqual(['handoff', '-1'])
    expect(await of(sysctl, file, preset)).toEqual(['no-preempt', '2'])
    expect(await of(flag, sysctl, file, preset)).toEqual(['deferred-to-unlock', '2'])
  })

  it('may be a file over a preset that says one key', async () => {
    const values = await tree('--preset', 'freebsd-5.3', '--config', fixture('part.mjs'))
    expect(values.get('net.isr.defaultqlimit')).toBe('99')
    expect(values.get('net.isr.dispatch')).toBe('deferred')
  })

  it('may be sysctls of the scheduler that a flag names', async () => {
    const values = await tree('--sysctl', 'kern.sched.steal_idle=0', '--scheduler', 'ule')
    expect(values.get('kern.sched.steal_idle')).toBe('0')
  })

  it('says the machine, too, unless the command line does', async () => {
    const args = ['run', 'rr', '--duration', '0.2ms', '--json', '--config', FILE]
    const [as, other] = await Promise.all([
      netperf(args),
      netperf([...args, '--cpus', '3', '--profile', 'xeon-e5-2650', '--seed', '2']),
    ])
    const settings = { config: 'kernel.ts' }
    const filed = { machine: 'sim', cpus: 4, profile: 'xeon-8176', seed: 7, settings }
    expect(rowsOf(as)[0]).toMatchObject(filed)
    const typed = { machine: 'sim', cpus: 3, profile: 'xeon-e5-2650', seed: 2, settings }
    expect(rowsOf(other)[0]).toMatchObject(typed)
  })

  it('may make a simulated machine of a file a live one', async () => {
    const ended = await netperf(['run', 'rr', ...SHORT.live, '--json', '--config', FILE])
    expect(rowsOf(ended)[0]).toMatchObject({ machine: 'live', cpus: 4 })
  })

  it('prints what it asks for, as flags do', async () => {
    const args = ['run', 'list_walk', ...SHORT.sim, '--lock', 'mutex']
    const { stdout } = await netperf([...args, '--sysctl', 'debug.lock.prof.enable=1'])
    expect(stdout).toContain('debug.lock.prof.stats:\n')
    expect(stdout).toContain('debug.lock.prof.enable 1')
  })

  it('leaves a workload that compares timecounters its own', async () => {
    const billed = ['--sysctl', 'smpnet.sched.accounting=cycles']
    const clock = ['--sysctl', 'kern.timecounter.hardware=HPET']
    const args = ['run', 'switch', ...SHORT.sim, '--timecounter', 'TSC,none', '--json']
    const ended = await netperf([...args, ...billed, ...clock])
    const names = rowsOf(ended).map(({ variant, settings }) => [variant, settings?.['accounting']])
    expect(names.slice(0, 2)).toEqual([
      ['TSC', 'cycles'],
      ['none', 'cycles'],
    ])
  })
})

describe('netperf sysctl', () => {
  it('prints what is at and below the names', async () => {
    const values = await tree('hw', 'net.isr.dispatch', '--cpus', '7')
    expect([...values]).toEqual([
      ['net.isr.dispatch', 'direct'],
      ['hw.ncpu', '7'],
    ])
  })

  it('says what they stand for', async () => {
    expect([...(await tree('-d', 'hw.ncpu'))]).toEqual([['hw.ncpu', 'CPUs']])
  })
})

const WRONG: [args: string, sentence: string][] = [
  ['--preset freebsd-2', 'expected a preset (freebsd-5.3, freebsd-7, best), got "freebsd-2"'],
  [
    '--config kernel.yaml',
    'expected --config to be a module (.ts, .mts, .js, .mjs), got "kernel.yaml"',
  ],
  ['--config none.ts', 'expected --config to be a module, got no file at "none.ts"'],
  [
    '--config no-config.mjs',
    'no-config.mjs to export by default what defineStack takes, got nothing',
  ],
  ['--config boot-hangs.mjs', 'to export by default what defineStack takes, got a function'],
  [
    '--config wrong-key.mjs',
    'wrong-key.mjs: netisr: expected the keys dispatch, policy, threads, bind, limit, maxWaitUs, ',
  ],
  [
    '--config wrong-part.mjs',
    'netperf: locks.pcbHash: expected mutex, spin, ticket, mcs, rwlock, sx or rmlock, came "latch"',
  ],
  ['--sysctl net.isr.dispatch', '--sysctl: expected name=value, came "net.isr.dispatch"'],
  ['--sysctl net.isr.dispach=direct', '--sysctl: expected a name such as net.isr.dispatch, '],
  ['--sysctl hw.ncpu=4', '--sysctl hw.ncpu: expected no value, since it is read only, came "4"'],
  [
    '--sysctl net.isr.dispatch=fast',
    '--sysctl net.isr.dispatch: expected direct, hybrid or deferred, came "fast"',
  ],
  [
    '--sysctl net.isr.defaultqlimit=0',
    '--sysctl net.isr.defaultqlimit: expected a whole number from 1 to 10240, came 0',
  ],
  [
    '--sysctl net.isr.maxthreads=3 --cpus 2',
    '--sysctl net.isr.maxthreads: expected all or at most 2, as many as CPUs, came 3',
  ],
  [
    '--sysctl kern.sched.steal_idle=0',
    '--sysctl kern.sched.steal_idle: expected the scheduler ULE (kern.sched.name), came "priority"',
  ],
  [
    '--sysctl kern.timecounter.hardware=HPET',
    '--sysctl kern.timecounter.hardware: expected nothing where nothing is billed, came "HPET"',
  ],
]

describe.each(['sysctl', 'run rr --machine sim'])('netperf %s', (command) => {
  it.each(WRONG)('with %s ends with a sentence', async (args, sentence) => {
    const typed = args.replace(/\S+\.mjs/, fixture)
    const { status, stdout, stderr } = await netperf(`${command} ${typed}`.split(' '))
    expect(stderr).toContain(sentence)
    expect(stderr).toMatch(/^netperf: [^\n]+\n$/)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  })
})

describe('a name to print that does not exist', () => {
  it.each([
    ['net.isr.dispach', 'sysctl: expected a name such as net.isr.dispatch, '],
    ['kern.sched.runq_fuzz', 'expected a name that this kernel has, got "kern.sched.runq_fuzz"'],
  ])('%s', async (name, sentence) => {
    const { status, stderr } = await netperf(['sysctl', name])
    expect(status).toBe(2)
    expect(stderr).toContain(sentence)
  })
})
