import { describe, expect, it } from 'vitest'
import { StackMisconfigured } from '../src/config/checking/check.ts'
import { defineStack } from '../src/config/define-stack.ts'
import { preset } from '../src/config/presets/presets.ts'
import {
  bsd,
  live,
  priority,
  sim,
  type StackConfig,
  type StackInput,
  ule,
} from '../src/config/stack-config.ts'
import { DERIVED, KNOB_DEFAULTS, type Sysctl, SYSCTLS } from '../src/config/sysctl/sysctl-table.ts'
import { type CountedStack, sysctls, sysctlText } from '../src/config/sysctl/sysctl-text.ts'
import {
  describeSysctl,
  readSysctl,
  setSysctl,
  sysctlAt,
  sysctlNames,
} from '../src/config/sysctl/sysctl.ts'

const machine = sim({ cpus: 4, memoryBytes: 2 ** 20 })
const INPUTS: readonly StackInput[] = [
  { machine, scheduler: ule({ accounting: 'time' }), netisr: { policy: 'flow', buckets: 64 } },
  { machine, scheduler: bsd({ accounting: 'time' }) },
  { machine, scheduler: priority() },
  { machine: live({ cpus: 2 }), ...preset('freebsd-7') },
  { machine: live({ cpus: 2 }), ...preset('freebsd-5.3') },
]

function inputFor({ of = ['ule'] }: Pick<Sysctl, 'of'>): StackInput {
  return INPUTS.find(({ scheduler }) => of.includes(scheduler!.policy))!
}

/** Another value than the one that is there. */
function otherThan(value: string | number, { type, path }: Sysctl): string {
  // A simulated CPU keeps its accounting, since the timecounter of these inputs is of use then.
  const known = type.words?.filter((word) => word !== String(value) && word !== 'none')
  if (known !== undefined && known.length > 0) return known[0]!
  if (path === 'netisr.threads') return '2'
  // Powers of two.
  if (path === 'captures.ringBytes' || path === 'netisr.buckets') return String(2 * Number(value))
  return String(Number(value) + (value === 255 ? -1 : 1))
}

const settable = SYSCTLS.filter(({ isReadOnly }) => !isReadOnly)

describe('the tree', () => {
  it('has each name once, each with what it stands for', () => {
    const names = sysctlNames()
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) {
      expect(name).toMatch(/^(kern|net|debug|hw|smpnet)(\.[a-z0-9_]+)+$/)
      expect(describeSysctl(name)).toMatch(/^[A-Z]/)
    }
  })

  it('has a name for every key of a configuration but those that are for ifconfig to say', () => {
    const paths = INPUTS.flatMap((input) => leaves(defineStack(input)))
    const known = new Set(SYSCTLS.map(({ path }) => path))
    const unknown = paths.filter((path) => !known.has(path))
    expect(unknown.filter((path) => !/^(links|addresses|routes)\./.test(path))).toEqual([])
  })

  it('has the keys of all knobs', () => {
    for (const [policy, defaults] of Object.entries(KNOB_DEFAULTS)) {
      for (const key of Object.keys(defaults)) {
        const row = SYSCTLS.find(({ path }) => path === `scheduler.knobs.${key}`)
        expect({ key, of: row?.of }).toMatchObject({ key, of: expect.arrayContaining([policy]) })
      }
    }
  })
})

describe.each(settable)('$name', (row) => {
  it('is read, set and set back', () => {
    const input = inputFor(row)
    const config = defineStack(input)
    const was = readSysctl(config, row.name)
    const other = otherThan(was, row)
    const changed = defineStack(setSysctl(input, `${row.name}=${other}`))
    expect(String(readSysctl(changed, row.name))).toBe(other)
    expect(changed).not.toEqual(config)
    const back = defineStack(setSysctl(changed, `${row.name}=${was}`))
    expect(readSysctl(back, row.name)).toBe(was)
    expect([...sysctls(back)]).toEqual([...sysctls(config)])
  })

  it('refuses what it cannot be', () => {
    const wrong = () => defineStack(setSysctl(inputFor(row), `${row.name}=some thing`))
    expect(wrong).toThrow(StackMisconfigured)
    expect(wrong).toThrow(/^[\w.]+: expected .*, came "some thing"$/)
  })

  it('is found by its path, for sentences about it', () => {
    expect(sysctlAt(row.path)).toBe(row.name)
  })
})

describe.each([...SYSCTLS.filter(({ isReadOnly }) => isReadOnly), ...DERIVED])('$name', (row) => {
  it('is read, and not set', () => {
    const kind = row.name === 'smpnet.machine.guests' ? 'live' : 'sim'
    const input = INPUTS.find(({ machine }) => machine.kind === kind)!
    expect(['string', 'number']).toContain(typeof readSysctl(defineStack(input), row.name))
    const set = () => setSysctl(input, `${row.name}=2`)
    expect(set).toThrow(`${row.name}: expected no value, since it is read only, came "2"`)
  })
})

const VALUES: [assignment: string, of: (config: StackConfig) => unknown, value: unknown][] = [
  ['kern.sched.name=4BSD', ({ scheduler }) => scheduler.policy, '4bsd'],
  ['kern.sched.preempt_thresh=0', ({ scheduler }) => scheduler.preemption, 'none'],
  ['kern.sched.preempt_thresh=80', ({ scheduler }) => scheduler.preemption, 'kernel'],
  ['kern.sched.preempt_thresh=200', ({ scheduler }) => scheduler.preemption, 200],
  ['kern.sched.preempt_thresh=255', ({ scheduler }) => scheduler.preemption, 'full'],
  ['kern.timecounter.hardware=HPET', ({ scheduler }) => scheduler.timecounter, 'HPET'],
  ['kern.timecounter.hardware=default', ({ scheduler }) => scheduler.timecounter, undefined],
  ['net.isr.maxthreads=-1', ({ netisr }) => netisr.threads, 'all'],
  ['net.isr.maxthreads = 2 ', ({ netisr }) => netisr.threads, 2],
  ['net.isr.bindthreads=1', ({ netisr }) => netisr.bind, true],
  ['debug.witness.watch=0', ({ locks }) => locks.watch, false],
]

describe('values of FreeBSD', () => {
  it.each(VALUES)('%s', (assignment, of, value) => {
    expect(of(defineStack(setSysctl(INPUTS[0]!, assignment)))).toBe(value)
  })
})

const WRONG: [assignment: string, sentence: string][] = [
  ['net.isr.dispatch', 'sysctl: expected name=value, came "net.isr.dispatch"'],
  ['=1', 'sysctl: expected name=value, came "=1"'],
  ['net.isr.dispach=direct', 'sysctl: expected a name such as net.isr.dispatch, '],
  ['net.isr.maxthread=1', 'such as net.isr.maxthreads, '],
  ['net.isr.dispatch=fast', 'net.isr.dispatch: expected direct, hybrid or deferred, came "fast"'],
  ['net.isr.maxthreads=-2', 'net.isr.maxthreads: expected -1 or a whole number, came "-2"'],
  ['net.isr.defaultqlimit=1.5', 'net.isr.defaultqlimit: expected a whole number, came "1.5"'],
  ['kern.sched.preempt_thresh=256', 'expected a priority from 0 to 255, came "256"'],
  ['kern.sched.name=CFS', 'kern.sched.name: expected priority, 4BSD or ULE, came "CFS"'],
  ['debug.witness.watch=2', 'debug.witness.watch: expected 0 or 1, came "2"'],
  ['kern.sched.runq_fuzz=1', 'expected the scheduler 4BSD (kern.sched.name), came "ULE"'],
  ['hw.ncpu=8', 'hw.ncpu: expected no value, since it is read only, came "8"'],
]

describe('what cannot be set', () => {
  it.each(WRONG)('%s', (assignment, sentence) => {
    const set = () => setSysctl(INPUTS[0]!, assignment)
    expect(set).toThrow(StackMisconfigured)
    expect(set).toThrow(sentence)
  })

  it('leaves ranges to the definition', () => {
    const input = setSysctl(INPUTS[0]!, 'net.isr.defaultqlimit=0')
    expect(() => defineStack(input)).toThrow(
      'netisr.limit: expected a whole number from 1 to 10240, came 0',
    )
  })

  it('is not read either, where the configuration has it not', () => {
    const config = defineStack(INPUTS[3]!)
    expect(() => readSysctl(config, 'smpnet.machine.profile')).toThrow('came "live"')
    expect(() => readSysctl(config, 'kern.sched.runq_fuzz')).toThrow('the scheduler 4BSD')
  })
})

const COUNTED: CountedStack = {
  cpus: [0, 1].map((cpu) => ({
    sysctl: {
      'kern.sched.slice': 12,
      'kern.sched.stats.stolen': cpu,
      'kern.sched.topology_spec': '<a>\n</a>',
    },
    isShared: false,
  })),
  net: {
    netisr: {
      configuration: {
        threads: 1,
        maxThreads: 4,
        defaultLimit: 50,
        maxLimit: 10_240,
        dispatch: 'direct',
        bind: false,
      },
      protocols: [],
      workstreams: [
        {
          id: 0,
          cpu: 0,
          state: 'idle',
          works: [
            {
              protocol: 1,
              name: 'ip',
              length: 1,
              watermark: 7,
              dispatched: 2,
              hybridDispatched: 3,
              drops: 4,
              late: 0,
              queued: 5,
              handled: 6,
              failed: 0,
            },
          ],
        },
      ],
      elsewhere: [],
      placement: { buckets: [], pins: [] },
      latencies: [],
    },
    counters: { udps_ipackets: 9, ips_total: 8, other: 1 },
  },
}

describe('the print', () => {
  const config = defineStack({ ...preset('freebsd-7'), machine })

  it('has a line for each name that the configuration has, FreeBSD’s order first', () => {
    const lines = sysctlText(config).split('\n')
    expect(lines).toContain('net.isr.dispatch: direct')
    expect(lines).toContain('kern.sched.name: ULE')
    expect(lines).toContain('kern.sched.preempt_thresh: 80')
    expect(lines).toContain('hw.ncpu: 4')
    expect(lines).toContain('smpnet.locks.pcbhash: rwlock')
    expect(lines.some((line) => line.startsWith('kern.sched.runq_fuzz'))).toBe(false)
    const roots = lines.map((line) => line.split('.')[0])
    expect([...new Set(roots)]).toEqual(['kern', 'net', 'debug', 'hw', 'smpnet'])
  })

  it('may be of some names and what is below them', () => {
    expect(sysctlText(config, undefined, ['net.isr'])).toBe(
      [
        'net.isr.bindthreads: 0',
        'net.isr.defaultqlimit: 50',
        'net.isr.dispatch: direct',
        'net.isr.maxthreads: 1',
        'net.isr.numthreads: 1',
      ].join('\n'),
    )
    expect(sysctlText(config, undefined, ['hw.ncpu'])).toBe('hw.ncpu: 4')
  })

  it('has what was counted between', () => {
    const text = sysctlText(config, COUNTED)
    expect(text).toContain('\nkern.sched.slice: 12\nkern.sched.stats.stolen: 0 1\n')
    expect(text).toContain('\nkern.sched.topology_spec:\n<a>\n</a>\n')
    expect(text).toContain('\nnet.inet.ip.stats.ips_total: 8\n')
    expect(text).toContain('\nnet.inet.udp.stats.udps_ipackets: 9\n')
    expect(text).toContain('\nnet.isr.work.0.ip.qdrops: 4\nnet.isr.work.0.ip.queued: 5\n')
    expect(text).toContain('\nsmpnet.stats.other: 1')
  })
})

function leaves(value: object, path = ''): string[] {
  return Object.entries(value).flatMap(([key, of]) => {
    const at = path === '' ? key : `${path}.${key}`
    return typeof of === 'object' && of !== null ? leaves(of, at) : [at]
  })
}
