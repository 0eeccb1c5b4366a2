import { work } from '@smpnet/memory'
import { AHEAD, BUSY, IDLE } from '@smpnet/machine'
import { SimMachine } from '@smpnet/machine/sim'
import { PARK, SETTLE, Waiter, WOKEN } from '@smpnet/park'
import { bench } from '@smpnet/testing'
import { bareHeap, coreNs, pythonWithSimpy, simpyRing } from './support/others.mjs'

/**
 * How many events the simulated machine gets through in a second for which its process has a core,
 * whole: turns, wakes, interrupts, with threads that wake each other and park. An event is a turn
 * given to a CPU or an interrupt. One CPU alone never waits for another's time, so that each of
 * its turns is a whole switch.
 *
 * Beside it the same ring in SimPy, Debian's python3-simpy or another that Python finds, whose
 * events are those that it schedules; and a bare heap, which is what is left of a simulation in
 * which nothing happens, with an event pending for each of the threads.
 */
const SWITCH = work('context-switch')
const THREADS_PER_CPU = 4

/** The threads of a CPU, which run in turn when they are woken. */
class Threads {
  #threads = new Map()
  #ready = []

  constructor(cpu, bodies) {
    this.cpu = cpu
    for (const body of bodies) {
      const td = new Waiter(cpu.lot, cpu.lot.claimEntry(cpu.id))
      const thread = { body: body(td), parked: false, wakes: 0 }
      this.#threads.set(td.at, thread)
      this.#ready.push(thread)
    }
  }

  run() {
    const thread = this.#ready[0]
    if (thread === undefined) return IDLE
    const { value } = thread.body.next(WOKEN)
    if (value === SETTLE) return AHEAD
    if (value !== PARK) return BUSY
    this.cpu.memory.charge(SWITCH, 1)
    this.#ready.shift()
    if (thread.wakes === 0) thread.parked = true
    else {
      thread.wakes--
      this.#ready.push(thread)
    }
    return this.#ready.length > 0 ? BUSY : IDLE
  }

  receive(entry) {
    const thread = this.#threads.get(entry)
    if (thread.parked) {
      thread.parked = false
      this.#ready.push(thread)
    } else thread.wakes++
    return false
  }

  tick() {}
}

/**
 * All threads stand in a ring, neighbours on different CPUs if there are several, and every second
 * one begins with a token: who has one hands it on and waits for the next.
 */
function* passing(td, memory, box, next, begins) {
  if (begins) memory.store(box, 1)
  for (;;) {
    while (!memory.settled()) yield SETTLE
    while (memory.load(box) === 0) {
      yield* td.lot.park(td, box, box, 0)
      while (!memory.settled()) yield SETTLE
    }
    memory.add(box, -1)
    while (!memory.settled()) yield SETTLE
    memory.add(next, 1)
    yield* td.lot.unpark(next, 1)
  }
}

function machine(cpus, profile) {
  const threads = cpus * THREADS_PER_CPU
  return new SimMachine({
    profile,
    cpus,
    seed: 1,
    memoryBytes: 1 << 20,
    lot: { waiters: threads, threads: 0 },
    setup: ({ arena }) => arena.place('boxes', threads * 64),
    boot: (cpu, at) =>
      new Threads(
        cpu,
        Array.from({ length: THREADS_PER_CPU }, (_, turn) => {
          const index = turn * cpus + cpu.id
          const box = at + index * 64
          const next = at + ((index + 1) % threads) * 64
          return (td) => passing(td, cpu.memory, box, next, index % 2 === 0)
        }),
      ),
  })
}

/** Slices of one machine that goes on from slice to slice. */
function variant(cpus, profile = 'xeon-e5-2650') {
  return {
    async start() {
      const sim = machine(cpus, profile)
      return {
        async slice({ ms }) {
          const before = sim.progress().events
          const [begin, since] = [performance.now(), coreNs()]
          while (performance.now() - begin < ms) sim.run(1000)
          return { count: sim.progress().events - before, ns: coreNs() - since }
        },
        async stop() {},
      }
    },
  }
}

const python = pythonWithSimpy()
if (python === undefined) {
  process.stderr.write('no Python here has SimPy (Debian: python3-simpy): it is left out\n')
}
const simpy = (cpus) =>
  python && { [`SimPy, ${cpus} CPUs`]: simpyRing(python, cpus, THREADS_PER_CPU) }

await bench(import.meta.url, {
  name: 'events of a simulated machine',
  measure: 'rate',
  what: 'event',
  baseline: '4 CPUs',
  variants: {
    '1 CPU': variant(1),
    '4 CPUs': variant(4),
    '16 CPUs': variant(16),
    '256 CPUs': variant(256, 'epyc-7742'),
    ...simpy(4),
    ...simpy(16),
    'bare heap, 16 events': bareHeap(4 * THREADS_PER_CPU),
    'bare heap, 64 events': bareHeap(16 * THREADS_PER_CPU),
  },
})
