import type { Cpu } from '@smpnet/machine'
import { simulate } from '@smpnet/machine/sim'
import { type Waiting, YIELD, until } from '@smpnet/park'
import { Mutex } from '@smpnet/sync'
import { Scheduler, type SchedulingPolicy, type Thread, type WakeupPolicy } from '../src/index.ts'
import { compute } from './simulated-load.ts'

const CPUS = 4
const THREADS = 12
const ROUNDS = 40

/**
 * Threads that pin themselves again and again, and inside are preempted, wait for a mutex whose
 * owner they lend to, sleep, are woken by threads of other CPUs and give their turns away: how
 * often one found itself on another CPU before it unpinned, and afterwards.
 */
export function pinnedLoad(
  policy: () => (cpu: Cpu) => SchedulingPolicy,
  wakeup: WakeupPolicy,
): { strayed: number; moved: number } {
  const seen = { strayed: 0, moved: 0 }
  const policyOf = policy()
  simulate({
    profile: 'xeon-e5-2650',
    cpus: CPUS,
    seed: 1,
    memoryBytes: 1 << 20,
    setup: ({ arena }) => arena.place('mutex', 64),
    boot: (cpu, at: number) => {
      const scheduler = new Scheduler(cpu, { policy: policyOf(cpu), preemption: 'full', wakeup })
      for (let n = cpu.id; n < THREADS; n += CPUS) {
        const priority = n % 3 === 0 ? 80 : 120
        scheduler.spawn((td) => live(td as Thread, at, n), { priority })
      }
      return scheduler
    },
  })
  return seen

  function* live(td: Thread, at: number, n: number): Waiting {
    const mutex = new Mutex(td.pcpu.memory, at)
    for (let round = 0; round < ROUNDS; round++) {
      let { cpu } = td
      td.pin()
      yield* compute(td, 20_000)
      if (!mutex.tryEnter(td)) yield* mutex.enter(td)
      yield* compute(td, 10_000)
      if (!mutex.tryExit(td)) yield* mutex.exit(td)
      yield YIELD
      yield* td.lot.unpark(wordOf(at, n + 1), 1)
      const limit = until(td, { timeoutMs: 0.02 + n * 0.003 })
      yield* td.lot.park(td, wordOf(at, n), wordOf(at, n), 0, limit)
      if (td.cpu !== cpu) seen.strayed++
      ;({ cpu } = td)
      td.unpin()
      yield* td.sleep(5_000 * (1 + (n % 4)))
      if (td.cpu !== cpu) seen.moved++
    }
  }
}

/** A word of thread n that nobody writes. */
function wordOf(at: number, n: number): number {
  return at + 4 + (n % THREADS) * 4
}
