import type { Cpu } from '@smpnet/machine'
import { describe, expect, it } from 'vitest'
import { Priority, type SchedulingPolicy, wakeupPolicies } from '../src/index.ts'
import { pinnedLoad } from './pinned-load.ts'
import { type LoadThread, runLoad, spread } from './simulated-load.ts'

/** Gives each CPU of one machine its policy. */
export type PolicyMaker = () => (cpu: Cpu) => SchedulingPolicy

export const hogs = (count: number, more: Partial<LoadThread> = {}): LoadThread[] =>
  Array.from({ length: count }, () => ({ name: 'hog', runNs: 1e9, ...more }))

/** What every policy promises whose CPUs share threads. */
export function sharedPolicyCases(name: string, policy: PolicyMaker): void {
  describe(`${name}, as every policy of many CPUs`, () => {
    it('shares one CPU among equal hogs', () => {
      const { got } = runLoad({ cpus: 1, untilNs: 10e9, threads: hogs(4), policy })
      const { least, most } = spread(got, 'hog')
      expect(most / least).toBeLessThan(1.2)
      expect(least * 4).toBeGreaterThan(0.9 * 10e9)
    })

    it('leaves no CPU idle while threads wait, wherever they were spawned', () => {
      const { got, result } = runLoad({ cpus: 4, untilNs: 1e9, threads: hogs(4), policy })
      expect(spread(got, 'hog').least).toBeGreaterThan(0.95e9)
      for (const { idleCycles, busyCycles } of result.cpus) {
        expect(idleCycles).toBeLessThan(0.01 * busyCycles)
      }
    })

    it('leaves pinned threads where they are, though another CPU is idle', () => {
      const threads = hogs(4, { pinned: true })
      const { got } = runLoad({ cpus: 2, untilNs: 1e9, threads, policy })
      expect(got.map(({ moves }) => moves)).toEqual([0, 0, 0, 0])
      expect(spread(got, 'hog').most).toBeLessThan(0.4e9)
    })

    it.each(['preempt', 'handoff'])('leaves a thread where it has pinned itself: %s', (wakeup) => {
      const { strayed, moved } = pinnedLoad(policy, wakeupPolicies.get(wakeup)!)
      expect(strayed).toBe(0)
      expect(moved).toBeGreaterThan(10)
    })

    it('starves no thread that has pinned itself among equals of fixed priority', () => {
      const kernel = { priority: Priority.kernel, name: 'hog' }
      const threads = [...hogs(3, kernel), { ...hogs(1)[0]!, ...kernel, pinned: true }]
      const { got } = runLoad({ cpus: 2, untilNs: 2e9, threads, policy })
      expect(spread(got, 'hog').least).toBeGreaterThan(0.3e9)
    })

    // 4BSD tells them apart only when the load average has risen, some ten seconds after the start.
    it('serves threads that mostly sleep before threads that mostly run', () => {
      const sleeper = { name: 'sleeper', runNs: 100_000, sleepNs: 5e6 }
      const { got } = runLoad({ cpus: 1, untilNs: 20e9, threads: [...hogs(4), sleeper], policy })
      const { rounds } = got.find(({ name: one }) => one === 'sleeper')!
      expect(rounds).toBeGreaterThan(0.5 * (20e9 / 5.2e6))
    })

    it('gives less to nice threads, and not nothing', () => {
      const threads = [...hogs(2), ...hogs(2, { name: 'nice', nice: 10 })]
      const { got } = runLoad({ cpus: 1, untilNs: 8e9, threads, policy })
      expect(spread(got, 'hog').least).toBeGreaterThan(spread(got, 'nice').most)
      expect(spread(got, 'nice').least).toBeGreaterThan(0.02 * 8e9)
    })

    it('runs a kernel thread at once when it is woken', () => {
      const urgent = { name: 'kernel', priority: 80, runNs: 50_000, sleepNs: 1e6 }
      const { got } = runLoad({ cpus: 2, untilNs: 1e9, threads: [...hogs(6), urgent], policy })
      const { rounds } = got.find(({ name: one }) => one === 'kernel')!
      expect(rounds).toBeGreaterThan(0.95 * (1e9 / 1.07e6))
    })

    it('gives the same result whether CPUs run ahead of each other or not', () => {
      const threads = [...hogs(5), { name: 'sleeper', runNs: 50_000, sleepNs: 1e6 }]
      const results = [false, true].map((settlesAlways) => {
        const load = { cpus: 3, untilNs: 0.3e9, threads, policy, settlesAlways }
        const { got, result } = runLoad(load)
        return JSON.stringify([got, result.virtualCycles, result.cpus])
      })
      expect(results[0]).toBe(results[1])
    })
  })
}
