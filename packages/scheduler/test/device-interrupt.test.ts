import { type LiveMachine, startLive } from '@smpnet/machine/live'
import { simulate } from '@smpnet/machine/sim'
import { VECTOR } from '@smpnet/machine'
import { allowBothMemories, type Arena, Zone } from '@smpnet/memory'
import { afterEach, describe, expect, it } from 'vitest'
import boot, { BYTES, PACKETS as ZONE } from './fixtures/netisr.mjs'

// Nothing is measured here, and the live machine's CPUs are in isolates of their own.
allowBothMemories()

const PACKETS = 5_000
const SUM = (PACKETS * (PACKETS + 1)) / 2
/** Each packet was allocated once and freed once, and the device never found the zone empty. */
const ALL = { allocated: PACKETS, freed: PACKETS, failed: 0 }
const machines: LiveMachine[] = []

afterEach(async () => {
  await Promise.all(machines.splice(0).map((machine) => machine.stop()))
})

const setup = ({ arena }: { arena: Arena }) => ({
  at: arena.place('netisr', BYTES),
  zone: Zone.create(arena, ZONE).handle,
  packets: PACKETS,
  everyNs: 4_000,
})

describe('an interrupt allocates, enqueues and wakes', () => {
  it('on a simulated machine, at one instant of each', () => {
    const { reports, ending, statistics } = simulate({
      profile: 'xeon-e5-2650',
      cpus: 2,
      seed: 1,
      memoryBytes: 1 << 20,
      setup,
      boot,
      untilNs: 1e9,
    })
    expect(ending).toBe('quiet')
    expect(reports.map(({ value }) => value)).toEqual(['the device is done', { sum: SUM, ...ALL }])
    expect(statistics.interrupts).toBeLessThan(1.1 * (PACKETS / 4))
  })

  it.each([true, false])('on a live machine; its CPUs spin: %s', async (spins) => {
    let over = (): void => {}
    const ended = new Promise<void>((resolve) => (over = resolve))
    const reports: unknown[] = []
    const onReport = (_cpu: number, value: unknown): void => {
      if (reports.push(value) === 2) over()
    }
    const url = new URL('./fixtures/netisr.mjs', import.meta.url)
    const machine = await startLive({ cpus: 2, boot: url, setup, spins, onReport })
    machines.push(machine)
    while (reports.length < 2) {
      for (let burst = 0; burst < 50; burst++) machine.here.raise(0, VECTOR.device)
      await Promise.race([ended, machine.stopped, new Promise((done) => setTimeout(done, 0))])
    }
    expect(reports).toContainEqual({ sum: SUM, ...ALL })
  })
})
