import { OWNER_DIED, YIELD } from '@smpnet/park'
import { Roster, Scheduler } from '@smpnet/scheduler'
import { EventCount, Mutex, RwLock } from '@smpnet/sync'
import { randomOf } from '../lib/random.mjs'
import { Mortal } from './mortal.mjs'
import { LEFT, RIGHT, VIOLATIONS } from './words.mjs'

const THREADS = 3

/**
 * Kernel threads of each CPU that exclude each other by a mutex and an rwlock, wake each other by
 * an event count, and sleep. What their CPU has made of it is counted in `steps`. CPU `mortal` ends
 * after `changes` of its changes of shared memory, from when it is told to begin.
 */
export default function boot(cpu, places) {
  const { memory } = cpu
  const roster = new Roster(memory, places.roster)
  const scheduler = new Scheduler(cpu, { roster })
  const world = {
    ...places,
    memory,
    cpu,
    mutex: new Mutex(memory, places.mutex),
    rwlock: new RwLock(memory, places.rwlock),
    count: new EventCount(memory, places.count),
    death: places.mortal === cpu.id ? new Mortal() : undefined,
  }
  for (let i = 0; i < THREADS; i++) {
    const random = randomOf(places.seed * 131 + cpu.id * THREADS + i)
    scheduler.spawn((td) => lives(td, world, random), { name: `${cpu.id}.${i}` })
  }
  return scheduler
}

function* lives(td, world, random) {
  const { memory, cpu, steps } = world
  for (;;) {
    yield* excludes(td, world, world.mutex, world.mutex, random)
    if (random() < 0.3) yield* excludes(td, world, world.rwlock, world.rwlock.write, random)
    if (random() < 0.1) yield* world.count.advance(td)
    memory.add(steps + 64 * cpu.id, 1)
    if (world.death !== undefined && memory.load(world.begins) === 1) {
      world.death.endsAfter(world.changes)
      world.death = undefined
    }
    if (random() < 0.05) yield* td.sleep(random() * 1e5)
    else if (random() < 0.3) yield YIELD
  }
}

function* excludes(td, { memory, words }, lock, side, random) {
  const isMutex = lock === side
  let outcome = 0
  if (!side.tryEnter(td)) outcome = yield* side.enter(td)
  if (isMutex) section(memory, words, outcome === OWNER_DIED)
  if (random() < 0.02) yield* td.sleep(1e4)
  if (isMutex) memory.write(words + 4 * RIGHT, memory.read(words + 4 * LEFT))
  if (outcome === OWNER_DIED || lock.isAbandoned()) lock.recover(td)
  if (!side.tryExit(td)) yield* side.exit(td)
}

/** `LEFT` is changed here, and `RIGHT` when the thread has slept inside, or not. */
function section(memory, words, mends) {
  const [left, right] = [LEFT, RIGHT].map((word) => memory.read(words + 4 * word))
  if (left !== right && !mends) memory.add(words + 4 * VIOLATIONS, 1)
  memory.write(words + 4 * LEFT, left + 1)
}
