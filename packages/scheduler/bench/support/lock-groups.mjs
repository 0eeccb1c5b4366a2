import { simulate } from '@smpnet/machine/sim'
import { work } from '@smpnet/memory'
import { SETTLE } from '@smpnet/park'
import { Scheduler } from '@smpnet/scheduler'
import { Mutex } from '@smpnet/sync'

const NANOSECOND = work('nanosecond')
const CPUS_OF_GROUP = 4
const THREADS_OF_CPU = 2
const HOLD_NS = 300
const FOR_NS = 2e6

/**
 * Groups of four CPUs, each with two threads, that fight for one mutex of their group: what one
 * group does, says how often its mutex was taken in two milliseconds. Groups have nothing in common
 * but what lending has, so a group that is slowed down by others says what that costs.
 */
export function lockGroups({ profile, groups, lends = true, seed = 1 }) {
  let taken = 0
  simulate({
    profile,
    cpus: groups * CPUS_OF_GROUP,
    seed,
    memoryBytes: 4 << 20,
    lot: { buckets: 4096, waiters: 1024 },
    setup: ({ arena }) => Array.from({ length: groups }, () => arena.place('mutex', Mutex.bytes)),
    boot: (cpu, mutexes) => {
      const scheduler = new Scheduler(cpu)
      if (!lends) lendNothing(scheduler.turnstiles)
      for (let i = 0; i < THREADS_OF_CPU; i++) {
        scheduler.spawn(function* (td) {
          const mutex = new Mutex(cpu.memory, mutexes[Math.floor(cpu.id / CPUS_OF_GROUP)])
          while (cpu.now() < FOR_NS) {
            if (!mutex.tryEnter(td)) yield* mutex.enter(td)
            cpu.memory.charge(NANOSECOND, HOLD_NS)
            while (!cpu.memory.settled()) yield SETTLE
            if (!mutex.tryExit(td)) yield* mutex.exit(td)
            taken++
          }
        })
      }
      return scheduler
    },
    untilNs: FOR_NS * 1.5,
  })
  return taken / groups
}

function lendNothing(turnstiles) {
  for (const call of ['block', 'unblock', 'pass']) turnstiles[call] = () => {}
}
