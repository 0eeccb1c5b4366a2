import { describe, expect, it } from 'vitest'
import {
  BadNetisr,
  type DispatchName,
  Netisr,
  type NetisrShape,
  type PolicyName,
  type Protocol,
  ProtocolMismatch,
  UnknownProtocol,
} from '../src/index.ts'
import { netisrByHand, noting } from './by-hand.ts'

describe('A shape is refused with a sentence', () => {
  it.each<[Partial<NetisrShape>, string]>([
    [{ cpus: 0 }, 'cpus: expected a whole number from 1 to 4096, came 0'],
    [{ guests: -1 }, 'guests: expected a whole number from 0 to 4096, came -1'],
    [{ threads: 5 }, "threads: expected 'all', or 1 to 4, as many as CPUs, came 5"],
    [{ threads: 0 }, "threads: expected 'all', or 1 to 4, as many as CPUs, came 0"],
    [{ defaultLimit: 0 }, 'defaultLimit: expected a whole number from 1 to 10240, came 0'],
    [
      { maxLimit: 8, defaultLimit: 9 },
      'defaultLimit: expected a whole number from 1 to 8, came 9',
    ],
    [{ protocols: 33 }, 'protocols: expected a whole number from 1 to 32, came 33'],
    [{ buckets: 3 }, 'buckets: expected 0 or a power of two up to 4096, came 3'],
    [{ buckets: 8192 }, 'buckets: expected 0 or a power of two up to 4096, came 8192'],
    [{ pins: 1 }, 'pins: expected a whole number from 0 to 0, came 1'],
    [{ buckets: 1, pins: 1025 }, 'pins: expected a whole number from 0 to 1024, came 1025'],
    [{ maxWaitUs: 0 }, 'maxWaitUs: expected a whole number from 1 to 1000000000, came 0'],
  ])('%j', (shape, sentence) => {
    const bytes = (): number => Netisr.bytes({ cpus: 4, ...shape })
    expect(bytes).toThrow(BadNetisr)
    expect(bytes).toThrow(sentence)
  })

  it('when a dispatch has an unknown name', () => {
    const place = (): unknown => netisrByHand({ dispatch: 'fast' as DispatchName })
    expect(place).toThrow('dispatch: expected direct, hybrid, deferred, came fast')
  })
})

describe('A protocol is refused with a sentence', () => {
  it.each<[Partial<Protocol>, string]>([
    [{ number: 16 }, 'protocol ip: expected a number from 0 to 15, came 16'],
    [{ number: 0.5 }, 'protocol ip: expected a number from 0 to 15, came 0.5'],
    [{ limit: 10_241 }, 'protocol ip: expected a limit from 1 to 10240, came 10241'],
    [{ limit: 0 }, 'protocol ip: expected a limit from 1 to 10240, came 0'],
    [{ name: '' }, "expected a name of 1 to 16 visible characters of ASCII, came ''"],
    [{ name: 'a b' }, "expected a name of 1 to 16 visible characters of ASCII, came 'a b'"],
    [{ policy: 'cpu' }, 'protocol ip: expected a function cpu with policy cpu, came none'],
    [{ policy: 'random' as PolicyName }, 'policy: expected source, flow, cpu, came random'],
    [{ dispatch: 'now' as DispatchName }, 'dispatch: expected direct, hybrid, deferred, came now'],
  ])('%j', (more, sentence) => {
    const { netisr } = netisrByHand()
    expect(() => netisr.register(noting(more).protocol)).toThrow(sentence)
    expect(netisr.statistics().protocols).toEqual([])
  })

  it('when its number is taken in this isolate', () => {
    const { netisr } = netisrByHand()
    netisr.register(noting().protocol)
    expect(() => netisr.register(noting({ name: 'other' }).protocol)).toThrow(
      'protocol other: expected a number that is free here, came 1, which is that of ip',
    )
  })

  it.each<[Partial<Protocol>, string]>([
    [{ name: 'ipv6' }, 'name was ip when another registered it, and ipv6 came'],
    [{ policy: 'flow' }, 'policy, in which 1 is source, was 1 when another registered it, and 2'],
    [{ dispatch: 'direct' }, 'dispatch, in which 0 is the default'],
    [{ limit: 3 }, 'limit, in which 0 is the default, was 0 when another registered it, and 3'],
    [{ flow: () => 1 }, 'set of functions'],
  ])('when another CPU registered it otherwise: %j', (more, sentence) => {
    const { netisr, view } = netisrByHand()
    netisr.register(noting().protocol)
    const register = (): void => view().register(noting(more).protocol)
    expect(register).toThrow(ProtocolMismatch)
    expect(register).toThrow(sentence)
    expect(() => view().register(noting().protocol)).not.toThrow()
  })

  it('when it is not registered and a packet comes', () => {
    const { netisr, td, packet } = netisrByHand()
    expect(() => netisr.tryQueue(td(), 3, 0, packet())).toThrow(UnknownProtocol)
    netisr.register(noting().protocol)
    expect(() => netisr.tryQueue(td(), 3, 0, packet())).toThrow(
      'protocol 3: expected one that this CPU has registered, which are 1 (ip)',
    )
  })
})

describe('Hybrid dispatch with one thread for several CPUs', () => {
  const starves = 'expected more than 1 thread for hybrid dispatch with policy'
  const byFlow = noting({ policy: 'flow' }).protocol
  const byCpu = noting({ policy: 'cpu', cpu: () => 0 }).protocol

  it.each([byFlow, byCpu])('is refused, since the others would starve: $policy', (protocol) => {
    const { netisr } = netisrByHand({ dispatch: 'hybrid' })
    expect(() => netisr.register(protocol)).toThrow(`${starves} ${protocol.policy} over 4 CPUs`)
    const own = netisrByHand().netisr
    expect(() => own.register({ ...protocol, dispatch: 'hybrid' })).toThrow(starves)
  })

  it('is refused when it is set later, and then nothing has changed', () => {
    const { netisr } = netisrByHand()
    netisr.register(byFlow)
    expect(() => netisr.setDefaultDispatch('hybrid')).toThrow(starves)
    expect(netisr.defaultDispatch).toBe('direct')
    netisr.setDefaultDispatch('deferred')
    expect(netisr.defaultDispatch).toBe('deferred')
  })

  it.each([
    ['policy source', {}, noting().protocol],
    ['one CPU', { cpus: 1 }, byFlow],
    ['more threads', { threads: 2 }, byCpu],
  ])('is taken with %s', (_name, shape, protocol) => {
    const { netisr } = netisrByHand({ dispatch: 'hybrid', ...shape })
    expect(() => netisr.register(protocol)).not.toThrow()
  })
})
