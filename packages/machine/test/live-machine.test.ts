import { type Arena, OutOfMemory } from '@smpnet/memory'
import { awaiting, CHANGED, WOKEN } from '@smpnet/park'
import { afterEach, describe, expect, it } from 'vitest'
import {
  attachLive,
  coresHere,
  CpuFailed,
  type LiveMachine,
  type LiveOptions,
  startLive,
} from '../src/live/index.ts'

const boot = new URL('./fixtures/boot.mjs', import.meta.url)
const machines: LiveMachine[] = []

afterEach(async () => {
  await Promise.all(machines.splice(0).map((machine) => machine.stop()))
})

interface Program {
  readonly what: string
  readonly [name: string]: unknown
}

/** Starts a machine whose reports can be awaited one by one. */
async function start(cpus: number, args: Program, more: Partial<LiveOptions<Program>> = {}) {
  const reports: { cpu: number; value: unknown }[] = []
  let wake = (): void => {}
  const onReport = (cpu: number, value: unknown): void => {
    reports.push({ cpu, value })
    wake()
  }
  const machine = await startLive({ cpus, boot, setup: () => args, onReport, ...more })
  machines.push(machine)
  const next = async (): Promise<{ cpu: number; value: unknown }> => {
    while (reports.length === 0) {
      await Promise.race([machine.stopped, new Promise<void>((resolve) => (wake = resolve))])
    }
    return reports.shift()!
  }
  return { machine, next }
}

describe('a live machine', () => {
  it('runs the boot module on every CPU', async () => {
    const { next } = await start(3, { what: 'reports' })
    const reports = [await next(), await next(), await next()].sort((a, b) => a.cpu - b.cpu)
    expect(reports).toEqual([0, 1, 2].map((cpu) => ({ cpu, value: { id: cpu, cpus: 3 } })))
  })

  it('hands what is posted to the code of CPUs that block', async () => {
    const { machine, next } = await start(2, { what: 'takesMessages' })
    machine.post({ shared: 1 })
    expect([(await next()).value, (await next()).value]).toEqual([
      [{ shared: 1 }],
      [{ shared: 1 }],
    ])
  })

  it('serves the event loop of a CPU while its executive awaits something', async () => {
    const { next } = await start(1, { what: 'awaits', times: 2 })
    expect([(await next()).value, (await next()).value]).toEqual([1, 0])
  })

  it.skipIf(coresHere().length === 0)('binds each CPU to the core that it is told', async () => {
    const core = coresHere().at(-1)!
    const { next } = await start(2, { what: 'saysCores' }, { on: [core, core] })
    expect([(await next()).value, (await next()).value]).toEqual([String(core), String(core)])
  })

  it.skipIf(coresHere().length === 0)('says that a core is not to be had', async () => {
    const starting = start(1, { what: 'reports' }, { on: [100_000] })
    await expect(starting).rejects.toThrow(/^CPU 0 .*could not be bound to core 100000: /)
  })

  it.each([[[0]], [[0, -1]], [[0, 0.5]], ['0-1']])('is bound to a core for each CPU: %j', (on) => {
    const starting = start(2, { what: 'reports' }, { on: on as number[] })
    return expect(starting).rejects.toThrow('on is a list of 2 cores, one for each CPU')
  })

  it('stops more than once', async () => {
    const { machine } = await start(2, { what: 'reports' })
    await machine.stop()
    await machine.stop()
    await expect(machine.stopped).resolves.toBeUndefined()
  })

  it('stops a CPU that never gives itself back', async () => {
    const { machine, next } = await start(1, { what: 'hangs' })
    expect((await next()).value).toBe('about to hang')
    await machine.stop()
    await expect(machine.stopped).resolves.toBeUndefined()
  })

  it('says which CPU could not be set up, and why', async () => {
    const failed = startLive({ cpus: 2, boot, setup: () => ({ what: 'throws' }) })
    await expect(failed).rejects.toThrow(CpuFailed)
    await expect(failed).rejects.toThrow('CPU 1 did not start: no such socket buffer')
  })

  it('gives up on a CPU that does not start in time', async () => {
    const setup = (): Program => ({ what: 'hangsInBoot' })
    await expect(startLive({ cpus: 2, boot, setup, bootMs: 300 })).rejects.toThrow(
      /CPU [01] did not start: it was not set up within 300 ms/,
    )
  })

  it('says what a boot module is when it gets another', async () => {
    const notABoot = new URL('./fixtures/not-a-boot.mjs', import.meta.url)
    await expect(startLive({ cpus: 1, boot: notABoot })).rejects.toThrow(
      /default export is a function \(cpu, args\) => executive: that of .* is number/,
    )
    const returns = startLive({ cpus: 1, boot, setup: () => ({ what: 'returnsNothing' }) })
    await expect(returns).rejects.toThrow(
      /returns an executive, with run, receive and tick: that of .* returned undefined/,
    )
    for (const strange of ['./boot.mjs', undefined, 7]) {
      await expect(startLive({ cpus: 1, boot: strange as never })).rejects.toThrow(
        `boot is the URL of a module, such as new URL('./boot.mjs', import.meta.url): ` +
          `${typeof strange === 'string' ? `'${strange}'` : strange} came`,
      )
    }
    const missing = new URL('./fixtures/missing.mjs', import.meta.url)
    await expect(startLive({ cpus: 1, boot: missing })).rejects.toThrow(
      /CPU 0 did not start.*missing/,
    )
  })

  it('tells of an error that nobody on the CPU was told', async () => {
    const { machine } = await start(2, { what: 'fails' })
    await expect(machine.stopped).rejects.toThrow(/CPU [01] failed: thread t0 met an error/)
    await machine.stop()
    await expect(machine.stopped).rejects.toThrow('thread t0 met an error')
  })

  it('says what caused an error, as far as that can be said elsewhere', async () => {
    const { machine } = await start(1, { what: 'failsForAReason' })
    const error = await machine.stopped.catch((failed: unknown) => failed)
    expect(error).toMatchObject({
      message: 'CPU 0 failed: no page to be had',
      cause: { name: 'RangeError', cause: { message: 'the disk is full' } },
    })
  })

  it('says that a report cannot be cloned', async () => {
    const { machine } = await start(1, { what: 'reportsWhatCannotBe' })
    await expect(machine.stopped).rejects.toThrow(
      'CPU 0 failed: a report is a value that can be cloned: callback() {} could not be cloned',
    )
  })

  it('does not fail in silence when nobody listens', async () => {
    const unheard = new Promise((resolve) => process.once('unhandledRejection', resolve))
    const heard = process.listeners('unhandledRejection').slice(0, -1)
    for (const listener of heard) process.off('unhandledRejection', listener)
    await start(1, { what: 'fails' })
    expect(await unheard).toBeInstanceOf(CpuFailed)
    for (const listener of heard) process.on('unhandledRejection', listener)
  })

  it('tells of a worker that ends by itself', async () => {
    const { machine } = await start(1, { what: 'exits' })
    await expect(machine.stopped).rejects.toThrow(
      'CPU 0 failed: its worker ended with exit code 7',
    )
  })

  it('refuses figures that it cannot have', async () => {
    for (const cpus of [0, -1, 1.5, 65, Number.NaN]) {
      await expect(startLive({ cpus, boot })).rejects.toThrow(`1 to 64 CPUs: ${cpus} came`)
    }
    for (const bootMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      await expect(startLive({ cpus: 1, boot, bootMs })).rejects.toThrow(`2^31: ${bootMs} came`)
    }
    await expect(startLive({ cpus: 1, boot, memoryBytes: 1024 })).rejects.toThrow(OutOfMemory)
    await expect(startLive({ cpus: 1, boot, memoryBytes: 1000 })).rejects.toThrow(
      '1000 bytes came',
    )
  })
})

describe('a live CPU', () => {
  /** Reserves what the fixtures keep at a fixed address: words from 64000 on. */
  const reserve = (args: Program) => ({
    setup: ({ arena }: { arena: Arena }): Program => {
      arena.place('test words', 64 * 1001)
      return args
    },
  })

  it.each([true, false])('spins before it sleeps, for either word: %s', async (spins) => {
    for (const what of ['spins', 'spinsForAnother']) {
      const args = { what }
      const { next } = await start(1, args, { ...reserve(args), spins })
      expect([what, (await next()).value]).toEqual([what, spins])
    }
  })

  it.each([
    [true, 2_000],
    [false, 300],
  ])('receives what other CPUs wake, spinning (%s) or asleep', async (spins, rounds) => {
    const args = { what: 'relay', rounds }
    const { machine, next } = await start(2, args, { ...reserve(args), spins })
    const entries = [await next(), await next()]
    for (const { cpu, value } of entries)
      machine.here.memory.write(64_000 + 4 * cpu, value as number)
    machine.here.lot.waker.wake(machine.here.memory.read(64_000))
    const ends = [await next()]
    expect(ends[0]!.value).toMatchObject({ received: rounds })
  })

  it('loses nothing that an outside thread posts', async () => {
    const expected = 5_000
    const args = { what: 'counts', expected }
    const { machine, next } = await start(1, args, reserve(args))
    const entries = (await next()).value as number[]
    const { memory, lot } = machine.here
    for (let posted = 0; posted < expected; posted++) {
      while (memory.load(64_000) < posted - 3) memory.pause(1)
      lot.waker.wake(entries[posted % 4]!)
    }
    expect((await next()).value).toEqual([1250, 1250, 1250, 1250])
  })

  it('wakes a thread outside the machine that has attached to it', async () => {
    const args = { what: 'wakesOutside' }
    const { machine } = await start(1, args, reserve(args))
    const outside = attachLive(machine.handle)
    expect(outside.lot.cpu).toBe(2)
    const td = outside.lot.waiter()
    const outcome = await awaiting(td, outside.lot.park(td, 64_000, 64_000, 0))
    expect([WOKEN, CHANGED]).toContain(outcome)
    outside.detach()
    expect(() => outside.detach()).toThrow('detached from a machine once')
    expect(attachLive(machine.handle).lot.cpu).toBe(2)
  })

  it('is attached to and left any number of times, with all waiters', async () => {
    const { machine } = await start(1, { what: 'reports' }, { lot: { waiters: 4 } })
    for (let i = 0; i < 10; i++) {
      const outside = attachLive(machine.handle)
      const [td] = [outside.lot.waiter(), outside.lot.waiter(), outside.lot.waiter()]
      const waiting = awaiting(td, outside.lot.park(td, 64_000, 64_000, 0))
      expect(() => outside.detach()).toThrow('when it waits no more: 1 waiters do')
      while (outside.lot.tryUnpark(64_000, 1) < 1);
      expect(await waiting).toBe(WOKEN)
      outside.detach()
    }
  })

  it('rings its alarms in order, never early, and not those cancelled', async () => {
    const { next } = await start(1, { what: 'alarms' })
    const rung = (await next()).value as { delayMs: number; lateMs: number }[]
    expect(rung.map(({ delayMs }) => delayMs)).toEqual([10, 20, 30])
    for (const { lateMs } of rung) expect(lateMs).toBeGreaterThanOrEqual(0)
  })

  it('rings its alarms soon, not when it would look anyway', async () => {
    // A busy host may be late once; to look anyway takes the longer time each time.
    const tookMs: number[] = []
    for (let i = 0; i < 5 && !tookMs.some((ms) => ms < 6_000); i++) {
      const begin = performance.now()
      const { next } = await start(1, { what: 'alarmsInARow', count: 12 })
      expect((await next()).value).toBe('all rang')
      tookMs.push(performance.now() - begin)
    }
    expect(Math.min(...tookMs)).toBeLessThan(6_000)
  })

  it('rings its alarms though it is never idle', async () => {
    const { next } = await start(1, { what: 'busyUntilAlarm', runs: 20_000_000 })
    expect((await next()).value).toBe('rang')
  })

  it('receives what it woke itself while it was set up', async () => {
    const { next } = await start(1, { what: 'wokenInBoot' })
    expect((await next()).value).toBe('received')
  })

  it('agrees with the others on the time, and refuses alarms that never could ring', async () => {
    const { machine, next } = await start(2, { what: 'clocks' })
    const hostNs = (): number => Number(process.hrtime.bigint()) - machine.handle.originNs
    for (const { value } of [await next(), await next()]) {
      const { nowNs, refused } = value as { nowNs: number; refused: string }
      expect(nowNs).toBeGreaterThan(0)
      expect(nowNs).toBeLessThanOrEqual(hostNs() + 1e5)
      expect(refused).toContain('not below 0: NaN came')
    }
  })

  it('notices at once what its own event loop wakes', async () => {
    const { next } = await start(1, { what: 'wokenByLoop' }, { eventLoop: true })
    expect((await next()).value).toBeLessThan(300)
  })

  it('can serve an event loop beside its threads', async () => {
    const { next } = await start(1, { what: 'eventLoop' }, { eventLoop: true })
    expect((await next()).value).toBe('the timer ran')
  })
})
