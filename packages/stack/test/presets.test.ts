import { describe, expect, it } from 'vitest'
import { StackMisconfigured } from '../src/config/checking/check.ts'
import { defineStack } from '../src/config/define-stack.ts'
import { layOver } from '../src/config/lay-over.ts'
import { preset, presets, withPreset } from '../src/config/presets/presets.ts'
import { live, sim, type StackInput, type StackPart } from '../src/config/stack-config.ts'

const MACHINES = [sim({ cpus: 1 }), sim({ cpus: 16 }), live({ cpus: 1 }), live({ cpus: 4 })]
const machine = sim({ cpus: 4 })

describe.each([...presets])('%s', (name, { input, summary }) => {
  it.each(MACHINES)('is a kernel of a machine that is %j', (on) => {
    const config = defineStack({ ...preset(name), machine: on })
    expect(config).toMatchObject({ ...input, machine: on })
    expect(structuredClone(config)).toEqual(config)
  })

  it('has a name and a line that says what it is', () => {
    expect(presets.get(name)).toMatchObject({ name })
    expect(summary).toMatch(/^\S.{20,90}\S$/)
  })

  it('says itself all that distinguishes kernels', () => {
    expect(Object.keys(input).toSorted()).toEqual([
      'actions',
      'links',
      'locks',
      'netisr',
      'scheduler',
      'socket',
    ])
  })
})

describe('a preset', () => {
  it('that does not exist is refused, with those that do', () => {
    expect(() => preset('freebsd-2')).toThrow(StackMisconfigured)
    expect(() => preset('freebsd-2')).toThrow(
      'preset: expected freebsd-5.3, freebsd-7 or best, came "freebsd-2"',
    )
  })

  it('holds the table of control blocks while a packet goes out, in 5.3 alone', () => {
    const held = [...presets].map(([name, { input }]) => [name, input.locks?.pcbHashHeld])
    expect(held).toEqual([
      ['freebsd-5.3', 'output'],
      ['freebsd-7', 'lookup'],
      ['best', 'lookup'],
    ])
  })

  it('may have something of one’s own laid over it', () => {
    const input = withPreset('freebsd-7', { machine, netisr: { threads: 'all' } })
    const config = defineStack(input)
    expect(config.netisr).toEqual({
      ...presets.get('freebsd-7')!.input.netisr,
      threads: 'all',
      buckets: 0,
      maxWaitUs: 0,
      steering: false,
      mayStarve: false,
    })
    expect(config.scheduler).toMatchObject({ policy: 'ule', preemption: 'kernel' })
    expect(presets.get('freebsd-7')!.input.netisr?.threads).toBe(1)
  })
})

const OVER: [what: string, below: StackPart, above: StackPart, laid: StackPart][] = [
  ['nothing', {}, {}, {}],
  [
    'keys of a record',
    { netisr: { bind: true, limit: 9 } },
    { netisr: { limit: 8 } },
    { netisr: { bind: true, limit: 8 } },
  ],
  ['a word', { actions: 'under-lock' }, { actions: 'after-unlock' }, { actions: 'after-unlock' }],
  [
    'rules without a policy',
    { scheduler: { policy: 'ule', knobs: { slice: 3 } } },
    { scheduler: { wakeup: 'handoff' } },
    { scheduler: { policy: 'ule', knobs: { slice: 3 }, wakeup: 'handoff' } },
  ],
  [
    'knobs of the same policy',
    { scheduler: { policy: 'ule', knobs: { slice: 3 } } },
    { scheduler: { knobs: { interact: 1 } } },
    { scheduler: { policy: 'ule', knobs: { slice: 3, interact: 1 } } },
  ],
  [
    'another policy, which leaves the knobs behind',
    { scheduler: { policy: 'ule', preemption: 'none', knobs: { slice: 3 } } },
    { scheduler: { policy: '4bsd' } },
    { scheduler: { policy: '4bsd', preemption: 'none' } },
  ],
  [
    'rules, where no policy was said',
    {},
    { scheduler: { wakeup: 'handoff' } },
    { scheduler: { policy: 'priority', wakeup: 'handoff' } },
  ],
  [
    'another kind of machine, which begins anew',
    { machine: sim({ cpus: 4, profile: 'xeon-8176' }) },
    { machine: live({ cpus: 2 }) },
    { machine: { kind: 'live', cpus: 2 } },
  ],
]

describe('a part laid over another', () => {
  it.each(OVER)('%s', (_what, below, above, laid) => {
    expect(layOver(below, above)).toEqual(laid)
  })

  it.each([{ netisr: 'fast' }, { scheduler: 7 }, { sheduler: {} }, { locks: null }])(
    'keeps what is wrong, to be refused: %j',
    (wrong) => {
      const input = layOver({ ...preset('best'), machine }, wrong as StackPart)
      expect(() => defineStack(input as StackInput)).toThrow(StackMisconfigured)
    },
  )
})
