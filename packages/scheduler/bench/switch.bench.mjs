import { Arena, LiveMemory } from '@smpnet/memory'
import { Scheduler } from '@smpnet/scheduler'
import { Lot, PARK, YIELD } from '@smpnet/park'
import { bench } from '@smpnet/testing'
import { Effect } from 'effect'

/**
 * A switch from one thread to another on the same CPU, beside what an event loop offers for it.
 * Two threads run in each variant; one operation is one switch.
 */
function kernel(body) {
  const memory = LiveMemory.create(1 << 20)
  const handle = Lot.place(Arena.create(memory), { cpus: 1 })
  const cpu = {
    id: 0,
    cpus: 1,
    memory,
    alarm() {},
    onInterrupt() {},
    interruptBelow() {},
    raise() {},
    fail: (error) => {
      throw error
    },
  }
  cpu.lot = new Lot(memory, handle, { wake: (entry) => scheduler.receive(entry) }, 0)
  const scheduler = new Scheduler(cpu)
  const threads = [0, 1].map(() => scheduler.spawn((td) => body(td, () => threads)))
  return (slice) => {
    let n = 0
    for (; !slice.done(n); n++) scheduler.run()
    return n
  }
}

/** Both threads are always runnable and yield to each other. */
export function yields() {
  return kernel(function* () {
    for (;;) yield YIELD
  })
}

/** Each wakes the other and parks. */
export function wakes() {
  return kernel(function* (td, threads) {
    for (;;) {
      const other = threads().find((each) => each !== td)
      if (other.parked) td.lot.waker.wake(other.at)
      yield PARK
    }
  })
}

/** Two async functions that await a promise that is settled. */
export function awaits() {
  return async (slice) => {
    let n = 0
    const turn = async () => {
      while (!slice.done(n)) {
        n++
        await null
      }
    }
    await Promise.all([turn(), turn()])
    return n
  }
}

/** Two fibers of effect that yield to each other. */
export function effects() {
  return async (slice) => {
    let n = 0
    const turn = Effect.gen(function* () {
      while (!slice.done(n)) {
        n++
        yield* Effect.yieldNow
      }
    })
    await Effect.runPromise(Effect.all([turn, turn], { concurrency: 2 }))
    return n
  }
}

const team = (run) => ({ threads: [{ module: import.meta.url, run }] })

await bench(import.meta.url, {
  name: 'switch on one CPU',
  baseline: 'await null',
  what: 'switch',
  variants: {
    'await null': team('awaits'),
    'effect, yieldNow': team('effects'),
    'yield YIELD': team('yields'),
    'wake and park': team('wakes'),
  },
})
