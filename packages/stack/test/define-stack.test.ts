import { wakeupPolicies } from '@smpnet/scheduler'
import { describe, expect, it } from 'vitest'
import {
  bsd,
  defineStack,
  live,
  priority,
  sim,
  type StackInput,
  StackMisconfigured,
  ule,
  WAKEUP_NAMES,
} from '../src/index.ts'

const machine = sim({ cpus: 2 })

/** What somebody without a compiler may write. */
const WRONG: [input: unknown, sentence: string][] = [
  [{}, 'machine.kind: expected sim or live, came nothing'],
  [{ machine: { kind: 'vax' } }, 'machine.kind: expected sim or live, came "vax"'],
  [{ machine: sim({ cpus: 33 }) }, 'machine.cpus: expected a whole number from 1 to 32, came 33'],
  [
    { machine: sim({ cpus: 1.5 }) },
    'machine.cpus: expected a whole number from 1 to 32, came 1.5',
  ],
  [{ machine: live({ cpus: 65 }) }, 'machine.cpus: expected a whole number from 1 to 64, came 65'],
  [{ machine: { ...machine, profile: 'cray-1' } }, 'machine.profile: expected xeon-e5-2650, '],
  [
    { machine: { ...live({ cpus: 1 }), profile: 'xeon-8176' } },
    'machine: expected the keys kind, cpus, guests, on, seed and memoryBytes, came "profile"',
  ],
  [{ machine: sim({ cpus: 1, seed: -1 }) }, 'machine.seed: expected a whole number from 0'],
  [
    { machine, sheduler: ule() },
    'stack: expected the keys machine, scheduler, locks, netisr, socket, actions, mbufs, ',
  ],
  [
    { machine, scheduler: { policy: 'cfs' } },
    'scheduler.policy: expected priority, 4bsd or ule, came "cfs"',
  ],
  [
    { machine, scheduler: { policy: 'priority', knobs: {} } },
    'scheduler: expected the keys policy, preemption, wakeup, accounting and timecounter, came',
  ],
  [
    { machine, scheduler: { policy: 'ule', wakeup: 'eager' } },
    'scheduler.wakeup: expected preempt, no-preempt, deferred-to-unlock or handoff, came "eager"',
  ],
  [
    { machine, scheduler: { policy: 'ule', preemption: 256 } },
    'scheduler.preemption: expected none, kernel, full or a priority from 0 to 255, came 256',
  ],
  [
    { machine, scheduler: ule({ knobs: { slice: 0 } }) },
    "scheduler.knobs: ULE's slice is a whole number, at least 1: 0 came",
  ],
  [
    { machine, scheduler: bsd({ knobs: { runqFuzz: 0 } }) },
    "scheduler.knobs: 4BSD's runqFuzz is a whole number, at least 1: 0 came",
  ],
  [
    { machine, scheduler: { policy: 'ule', knobs: { slize: 3 } } },
    'scheduler.knobs: expected the keys slice, sliceMinDivisor, ',
  ],
  [{ machine, locks: { watch: 'yes' } }, 'locks.watch: expected true or false, came "yes"'],
  [{ machine, locks: true }, 'locks: expected an object with addressList, pcbHash, '],
  [
    { machine: live({ cpus: 1 }), scheduler: ule({ accounting: 'cycles' }) },
    'scheduler.accounting: expected none or time on real threads',
  ],
  [
    { machine, scheduler: ule({ timecounter: 'HPET' }) },
    'scheduler.timecounter: expected nothing where nothing is billed, came "HPET"',
  ],
  [
    { machine, scheduler: ule({ accounting: 'time', timecounter: 'sundial' }) },
    'scheduler.timecounter: expected i8254, ACPI-safe, ACPI-fast, HPET or TSC, came "sundial"',
  ],
  [{ machine, actions: 'later' }, 'actions: expected under-lock or after-unlock, came "later"'],
  [{ machine, netisr: { dispatch: 'eager' } }, 'netisr.dispatch: expected direct, hybrid or '],
  [{ machine, netisr: { policy: 'hash' } }, 'netisr.policy: expected source, flow or cpu, came'],
  [{ machine, netisr: { threads: 3 } }, 'netisr.threads: expected all or at most 2, as many as'],
  [{ machine, netisr: { threads: 0 } }, 'netisr.threads: expected all or a whole number of at'],
  [
    { machine, netisr: { threads: 1, dispatch: 'hybrid', policy: 'flow' } },
    'netisr.threads: expected all, since with hybrid dispatch and policy flow one of 2 starves',
  ],
  [{ machine, netisr: { bind: 1 } }, 'netisr.bind: expected true or false, came 1'],
  [{ machine, netisr: { limit: 0 } }, 'netisr.limit: expected a whole number from 1 to 10240'],
  [{ machine, netisr: { maxWaitUs: 0.5 } }, 'netisr.maxWaitUs: expected a whole number from 0'],
  [
    { machine: { kind: 'live', cpus: 1, guests: 2 }, locks: { pcbHash: 'mcs' } },
    'locks.pcbHash: expected a lock whose waiters may die, since machine.guests is 2, came',
  ],
  [
    { machine: { kind: 'live', cpus: 1, guests: 1 }, netisr: { maxWaitUs: 5 } },
    'machine.guests: expected 0 with netisr.maxWaitUs, since threads outside have no clock',
  ],
  [
    { machine, netisr: { buckets: 48 } },
    'netisr.buckets: expected 0 or a power of two up to 4096',
  ],
  [{ machine, netisr: { buckets: 8192 } }, 'netisr.buckets: expected 0 or a power of two up to'],
  [{ machine, netisr: { buckets: '8' } }, 'netisr.buckets: expected 0 or a power of two up to'],
  [
    { machine, netisr: { buckets: 8, steering: true } },
    'netisr.steering: expected false unless netisr.policy is flow, with netisr.buckets, came true',
  ],
  [
    { machine, netisr: { policy: 'flow', steering: true } },
    'netisr.steering: expected false unless netisr.policy is flow, with netisr.buckets, came true',
  ],
  [
    { machine, netisr: { maxthreads: 2 } },
    'netisr: expected the keys dispatch, policy, threads, bind, limit, maxWaitUs, buckets, ',
  ],
  [{ machine, socket: { locking: 'none' } }, 'socket.locking: expected split or single, came'],
  [{ machine, socket: { sockets: 0 } }, 'socket.sockets: expected a whole number from 1 to 65536'],
  [
    { machine, socket: { sendBytes: 9216 } },
    'socket: expected the keys locking, sockets and receiveBytes, came "sendBytes"',
  ],
  [{ machine, mbufs: { mbufs: 8 } }, 'mbufs.mbufs: expected a whole number from 16 to 1048576'],
  [{ machine, mbufs: { of16k: 8 } }, 'mbufs: expected the keys mbufs, of2k, of4k, of9k and of64k'],
  [{ machine, locks: { addressList: 'epoch' } }, 'locks.addressList: expected '],
  [{ machine, locks: { pcbHash: 'rcu' } }, 'locks.pcbHash: expected '],
  [{ machine, locks: { pcbHashHeld: 'ever' } }, 'locks.pcbHashHeld: expected lookup or output'],
]

describe('a configuration', () => {
  it.each(WRONG)('%j is refused, with the path of its key', (input, sentence) => {
    const define = () => defineStack(input as StackInput)
    expect(define).toThrow(StackMisconfigured)
    expect(define).toThrow(sentence)
  })

  it('that starves is let be, if it says so', () => {
    const starving = { threads: 1, dispatch: 'hybrid', policy: 'flow', mayStarve: true } as const
    expect(defineStack({ machine, netisr: starving }).netisr).toMatchObject(starving)
  })

  it('is filled in where it leaves something out', () => {
    expect(defineStack({ machine: live({ cpus: 1 }) })).toEqual({
      machine: { kind: 'live', cpus: 1, guests: 0, seed: 1 },
      scheduler: { policy: 'priority', preemption: 'full', wakeup: 'preempt', accounting: 'none' },
      locks: {
        addressList: 'rmlock',
        pcbHash: 'rmlock',
        pcbHashHeld: 'lookup',
        backoff: 'none',
        watch: false,
        profile: false,
      },
      netisr: {
        dispatch: 'direct',
        policy: 'source',
        threads: 'all',
        bind: false,
        limit: 256,
        buckets: 0,
        maxWaitUs: 0,
        steering: false,
        mayStarve: false,
      },
      socket: { locking: 'split', sockets: 256, receiveBytes: 212_992 },
      actions: 'after-unlock',
      mbufs: { mbufs: 4096, of2k: 2048, of4k: 64, of9k: 64, of64k: 16 },
      links: { lo0: { kind: 'loopback', mtu: 16_384, checksums: 'offloaded' } },
      addresses: { lo0: { inet: '127.0.0.1/8', alias: [] } },
      routes: {},
      captures: { ringBytes: 1_048_576, snapBytes: 256 },
      statistics: false,
    })
  })

  it.each([priority(), bsd({ knobs: { slice: 6 } }), ule({ preemption: 200, wakeup: 'handoff' })])(
    'is data that a worker can be given: %j',
    (scheduler) => {
      const config = defineStack({ machine, scheduler })
      expect(structuredClone(config)).toEqual(config)
      expect(defineStack(config)).toEqual(config)
      expect(config.scheduler).toMatchObject(scheduler)
    },
  )

  it('knows the wakeup policies that the scheduler has', () => {
    expect(WAKEUP_NAMES).toEqual([...wakeupPolicies.keys()])
  })
})
