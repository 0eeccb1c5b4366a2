import type { Arena } from '@smpnet/memory'
import { afterEach, describe, expect, it } from 'vitest'
import { VECTOR } from '../src/index.ts'
import { attachLive, type LiveMachine, type LiveOptions, startLive } from '../src/live/index.ts'

const boot = new URL('./fixtures/raise-boot.mjs', import.meta.url)
const machines: LiveMachine[] = []
const { device } = VECTOR

afterEach(async () => {
  await Promise.all(machines.splice(0).map((machine) => machine.stop()))
})

interface Args {
  readonly what: string
  readonly at: number
  readonly [name: string]: unknown
}

/** Starts a machine, whose reports can be awaited one by one. */
async function start(
  cpus: number,
  what: string,
  args: object = {},
  more: Partial<LiveOptions<Args>> = {},
) {
  const reports: unknown[] = []
  let wake = (): void => {}
  let at = 0
  const setup = ({ arena }: { arena: Arena }): Args => {
    at = arena.place('words', 64 * cpus)
    return { ...args, what, at }
  }
  const onReport = (_cpu: number, value: unknown): void => {
    reports.push(value)
    wake()
  }
  const machine = await startLive<Args>({ cpus, boot, setup, onReport, ...more })
  machines.push(machine)
  const next = async (): Promise<unknown> => {
    while (reports.length === 0) {
      await Promise.race([machine.stopped, new Promise<void>((resolve) => (wake = resolve))])
    }
    return reports.shift()
  }
  return { machine, next, at }
}

describe('a vector that is raised on a live CPU', () => {
  it.each([
    ['that spins', { spins: true }],
    ['that sleeps', { spins: false }],
    ['beside an event loop', { eventLoop: true }],
  ])('%s by threads outside the machine is never lost', async (_how, more) => {
    const expected = 20_000
    const { machine, next, at } = await start(1, 'counts', { expected }, more)
    const others = [machine.here, attachLive(machine.handle)]
    for (let left = expected; left > 0; left--) {
      const { memory, raise } = others[left % 2]!
      memory.add(at, 1)
      raise(0, device)
      // Now and then the CPU gets the time to fall asleep.
      if (left % 500 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    }
    expect(await next()).toEqual({ cpu: 0, token: 'Interrupt', done: expected })
  })

  it.each([
    ['that spin', { spins: true }, 2_000],
    ['that sleep', { spins: false }, 300],
    ['beside event loops', { eventLoop: true }, 300],
  ])('by another is handled there: CPUs %s', async (_how, more, rounds) => {
    const { machine, next } = await start(2, 'relay', { rounds }, more)
    machine.here.raise(0, device)
    expect(await next()).toBe(rounds)
  })

  it.each([false, true])('by itself is handled soon; by its event loop: %s', async (beside) => {
    // A busy host may be late once; a CPU that only looks now and then is late each time.
    const took: number[] = []
    for (let i = 0; i < 5 && !took.some((ms) => ms < 700); i++) {
      const { next } = await start(1, 'own', { beside }, { eventLoop: beside })
      const [cpu, tookMs] = (await next()) as [number, number]
      expect(cpu).toBe(0)
      expect(tookMs).toBeGreaterThan(15)
      took.push(tookMs)
    }
    expect(Math.min(...took)).toBeLessThan(700)
  })

  it('runs its handler between two threads, lowest first, once for many raises', async () => {
    const { next } = await start(1, 'ordered')
    expect(await next()).toEqual([8, 9, 31])
  })

  it('fails the machine when that CPU has no handler for it', async () => {
    const { machine } = await start(2, 'counts', { expected: 1 })
    machine.here.raise(1, 20)
    await expect(machine.stopped).rejects.toThrow(
      'CPU 1 failed: CPU 1 was interrupted by vector 20 and has no handler for it',
    )
  })

  it('fails the machine when its handler throws', async () => {
    const { machine } = await start(1, 'throws')
    machine.here.raise(0, device)
    await expect(machine.stopped).rejects.toThrow('CPU 0 failed: the ring is torn')
  })

  it('is refused when there is no such vector or CPU', async () => {
    const { machine, next } = await start(2, 'refused')
    const cpus = 'RangeError: this machine has the CPUs 0 to 1'
    const vectors = 'RangeError: a vector is a whole number from 0 to 31'
    expect(await next()).toEqual([
      `${cpus}: 2 came`,
      `${vectors}: 32 came`,
      `${vectors}: -1 came`,
      expect.stringMatching(/^Error: vector 2 of CPU [01] has a handler already$/),
      `${cpus}: 7 came`,
      `${cpus}: 2 came`,
      expect.any(Number),
      expect.any(Number),
      false,
    ])
    expect(() => machine.here.raise(2, device)).toThrow(`CPUs 0 to 1: 2 came`)
    expect(() => machine.here.raise(0, 0.5)).toThrow('from 0 to 31: 0.5 came')
  })

  it('is as far away as it is: the same CPU, or another', async () => {
    const { next } = await start(2, 'refused')
    const both = [(await next()) as unknown[], (await next()) as unknown[]]
    expect(both.map((told) => told.slice(6, 8)).toSorted()).toEqual([
      [0, 2],
      [2, 0],
    ])
  })
})

describe('a machine whose CPUs die', () => {
  it('goes on, whatever its executives know of death, and stops with the last', async () => {
    const dead: number[] = []
    let hear = (): void => {}
    const onDeath = ({ cpu }: { cpu: number }): void => {
      dead.push(cpu)
      hear()
    }
    const heard = (): Promise<void> => new Promise((resolve) => (hear = resolve))
    const { machine, next, at } = await start(2, 'mortal', {}, { onDeath })
    machine.here.memory.store(at, 1)
    machine.here.raise(1, device)
    await heard()
    machine.here.memory.store(at, 0)
    for (const _ of [1, 2]) {
      machine.here.raise(0, device)
      expect(await next()).toBe(0)
    }
    machine.here.memory.store(at, 1)
    machine.here.raise(0, device)
    await expect(machine.stopped).rejects.toThrow('CPU 0 failed')
    expect(dead).toEqual([1, 0])
  })
})

describe('a rendezvous of live CPUs', () => {
  it.each([{ spins: true }, { spins: false }])('ends when all have come: %j', async (more) => {
    const { next } = await start(3, 'meets', {}, more)
    expect(await next()).toBe('met')
  })

  it('comes one at a time', async () => {
    const { next } = await start(2, 'meetOften', { rounds: 50 })
    expect([await next(), await next()]).toEqual(['met', 'met'])
  })

  it('does not wait for a CPU that has died', async () => {
    const deaths: number[] = []
    const onDeath = ({ cpu }: { cpu: number }): void => void deaths.push(cpu)
    const { next } = await start(2, 'meetsTheDead', {}, { onDeath })
    expect(await next()).toBe('met')
    expect(deaths).toEqual([1])
  })
})
