import { formatAddress } from '@smpnet/inet'
import { describe, expect, it } from 'vitest'
import {
  capture,
  defineStack,
  loopback,
  sim,
  type StackConfig,
  type StackInput,
  wire,
} from '../../src/index.ts'
import { type SimRun, simulateStack } from '../../src/sim/index.ts'
import {
  ADDRESSES,
  CAPTURED,
  expectDissected,
  expectWhole,
  type LinkAccount,
  type LinkPlan,
  program,
  sentBy,
} from './kernel.case.ts'
import { HAS_TSHARK, NO_TSHARK } from './support/tshark.ts'

const OVER_WIRE: LinkPlan = { to: '10.0.0.2', trips: 20, bytes: 100 }
const OVER_LOOPBACK: LinkPlan = { ...OVER_WIRE, to: '127.0.0.1' }

function run(config: StackConfig, plan: LinkPlan): { account: LinkAccount } & SimRun {
  let account: LinkAccount | undefined
  const ran = simulateStack(config, program, {
    settings: plan,
    untilNs: 1e9,
    onReport: (report, stop) => {
      account = report as LinkAccount
      stop()
    },
  })
  if (account === undefined) throw new Error(`nothing was reported: ${ran.result.ending}`)
  return { account, ...ran }
}

const kernel = (rest: Omit<StackInput, 'machine'>, cpus = 2): StackConfig => {
  return defineStack({ machine: sim({ cpus }), ...rest })
}

describe('a wire of a simulated kernel', () => {
  it.each([1, 2, 4])('carries datagrams and errors between its ends, on %i CPUs', (cpus) => {
    const config = kernel(
      { links: { wire0: wire({ delayNs: 50_000 }) }, addresses: ADDRESSES },
      cpus,
    )
    const { account } = run(config, OVER_WIRE)
    expectWhole(account, OVER_WIRE)
    expect(formatAddress(account.address)).toBe('10.0.0.1')
    const [one, other] = account.statistics.wires
    expect([one!.name, other!.name]).toEqual(['wire0a', 'wire0b'])
    expect(one!.arrived + other!.arrived).toBe(sentBy(OVER_WIRE) + 1)
  })

  it('takes its delay and its rate of virtual time', () => {
    const ns = (options: Parameters<typeof wire>[0]): number => {
      const links = { wire0: wire(options) }
      const { times } = run(kernel({ links, addresses: ADDRESSES }), OVER_WIRE).account
      return times.reduce((sum, time) => sum + time, 0) / times.length
    }
    // So late that CPUs sleep meanwhile, which adds to a round trip what it takes to come back.
    const base = ns({ bitsPerSecond: 1e8, delayNs: 100_000 })
    // Twice on the way, a packet of 128 bytes takes 10,240 ns more at half the rate.
    const slower = ns({ bitsPerSecond: 5e7, delayNs: 100_000 })
    expect(Math.abs(slower - base - 20_480)).toBeLessThan(100)
    const later = ns({ bitsPerSecond: 1e8, delayNs: 1e6 })
    expect(Math.abs(later - base - 1.8e6)).toBeLessThan(100)
  })

  it('is found by a route that is written, from the first address of its end', () => {
    const addresses = {
      ...ADDRESSES,
      wire0b: { ...ADDRESSES.wire0b, alias: ['10.1.0.1'] },
    }
    const links = { wire0: wire() }
    const routes = { '10.1.0.0/16': 'wire0a' }
    const plan = { ...OVER_WIRE, to: '10.1.0.1' }
    const { account } = run(kernel({ links, addresses, routes }), plan)
    expectWhole(account, plan)
    expect(formatAddress(account.address)).toBe('10.0.0.1')
    expect(() => run(kernel({ links, addresses }), plan)).toThrow('EHOSTUNREACH')
  })

  it('does not take what is above its MTU', () => {
    const links = { wire0: wire({ mtu: 100 }) }
    expect(() => run(kernel({ links, addresses: ADDRESSES }), OVER_WIRE)).toThrow('EMSGSIZE')
  })
})

describe('an address of a loopback', () => {
  it('is one of the host, with an interface and a name of its own', () => {
    const plan = { ...OVER_LOOPBACK, to: '192.0.2.7' }
    for (const [links, addresses] of [
      [{}, { lo0: { inet: '127.0.0.1/8', alias: ['192.0.2.7/32'] } }],
      [{ lo1: loopback({ mtu: 1500 }) }, { lo1: { inet: '192.0.2.7/24' } }],
    ] as const) {
      const { account } = run(kernel({ links, addresses }), plan)
      expectWhole(account, plan)
      expect(formatAddress(account.address)).toBe('192.0.2.7')
    }
  })
})

describe('a capture of a simulated kernel', () => {
  it('makes no difference to what is simulated', () => {
    for (const plan of [OVER_WIRE, OVER_LOOPBACK]) {
      const links = { wire0: wire({ delayNs: 20_000 }) }
      const bare = run(kernel({ links, addresses: ADDRESSES }), plan)
      const captured = run(kernel(CAPTURED), plan)
      expect(captured.account).toEqual(bare.account)
      expect(captured.result).toEqual(bare.result)
      expect(bare.capture).toBeUndefined()
    }
  })

  it('is the same file for the same seed, and another one for another', () => {
    const fileOf = (seed: number): Uint8Array => {
      const config = defineStack({ machine: sim({ cpus: 2, seed }), ...CAPTURED })
      return run(config, OVER_WIRE).capture!.file()
    }
    expect(fileOf(3)).toEqual(fileOf(3))
    expect(fileOf(3)).not.toEqual(fileOf(4))
  })

  it('loses nothing where rings are far too small for a run', () => {
    const captures = { snapBytes: 128, ringBytes: 512 }
    const { capture: reader, account } = run(kernel({ ...CAPTURED, captures }), OVER_LOOPBACK)
    const sent = account.statistics.counters['ips_localout']
    expect(reader!.counts()[0]).toEqual({ name: 'lo0', seen: sent, dropped: 0 })
    expect(reader!.packets()).toHaveLength(sent!)
  })

  it('counts what a bounded reader leaves', () => {
    const { capture: reader, account } = (() => {
      let account: LinkAccount | undefined
      const ran = simulateStack(kernel({ links: { lo0: capture(loopback()) } }), program, {
        settings: OVER_LOOPBACK,
        untilNs: 1e9,
        mostCaptured: 1024,
        onReport: (report, stop) => {
          account = report as LinkAccount
          stop()
        },
      })
      return { ...ran, account }
    })()
    const [{ seen, dropped } = { seen: 0, dropped: 0 }] = reader!.counts()
    expect(seen).toBe(account!.statistics.counters['ips_localout'])
    expect(dropped).toBeGreaterThan(0)
    expect(reader!.packets()).toHaveLength(seen - dropped)
  })

  it.for([
    ['a wire', OVER_WIRE],
    ['a loopback', OVER_LOOPBACK],
  ] as const)(
    'of %s is what Wireshark reads, with right sums and no packet more or less',
    ([, plan], context) => {
      if (!HAS_TSHARK) context.skip(NO_TSHARK)
      const { capture: reader, account } = run(kernel(CAPTURED), plan)
      expectWhole(account, plan)
      expectDissected(reader!, account, plan)
    },
  )
})
