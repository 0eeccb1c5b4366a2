import { Arena, LiveMemory } from '@smpnet/memory'
import {
  AWAKE,
  BUCKET,
  finish,
  Lot,
  type LotHandle,
  NotifyWaker,
  OUT,
  PARK,
  RUNNING,
  type Seat,
  Seats,
  TIMED_OUT,
  WAITER,
  type Waiter,
  type Waiting,
  WOKEN,
} from '@smpnet/park'
import { describe, expect, it } from 'vitest'
import { Barrier } from '../src/events/barrier.ts'
import { Condition } from '../src/events/condition.ts'
import { EventCount } from '../src/events/event-count.ts'
import { Mutex } from '../src/locks/mutex.ts'
import { RwWord } from '../src/words/rw-word.ts'
import { Semaphore } from '../src/locks/semaphore.ts'
import { SEMAPHORE_WAITERS, serve } from '../src/words/semaphore-word.ts'
import { diesAfter, DyingMemory } from './models/dying-memory.ts'

/*
 * One thread ends after each change of shared memory that an operation makes, and is buried: then
 * everybody else must come to the end. After each change that its undertaker makes, that one ends
 * as well, and a second one buries both.
 */
const LIMIT = { deadlineMs: 1, signal: undefined }
const [VICTIM, FIRST, SECOND] = [0, 1, 2]
const WAITERS = 12

interface Thread {
  readonly memory: DyingMemory
  readonly lot: Lot
  readonly td: Waiter
  readonly seat: Seat
}

interface World {
  readonly threads: readonly Thread[]
  readonly handle: LotHandle
  readonly memory: LiveMemory
  readonly at: number
  /** How many are inside, which excludes others: a check of the locks that exclude. */
  inside: number
}

type Life = (world: World, thread: Thread) => Waiting<unknown>

interface Scenario {
  readonly name: string
  /** What the victim does before it is mortal, and what it does while it is. */
  readonly before?: Life
  readonly dies: Life
  /** Whether a bystander holds the mutex until the dead are buried. */
  readonly holds?: boolean
  /** What others do, and park in, before that; each goes on when it is woken. */
  readonly waits: readonly Life[]
  /** Whether the waits may last: what they are for may not have happened. */
  readonly mayLast?: (world: World) => boolean
  /** Afterwards, by a thread that comes new; it must not park. */
  readonly then: Life
  /** What the undertaker does besides, as `remains.ts` says. */
  readonly clear?: Life
}

function worldOf(): World {
  const memory = new LiveMemory(new SharedArrayBuffer(16384))
  const arena = Arena.create(memory)
  const handle = Lot.place(arena, { buckets: 2, cpus: 0, threads: 8, waiters: WAITERS })
  const host = new Lot(memory, handle, new NotifyWaker(memory), 99)
  const at = arena.place('locks', 512)
  const isNamed = (entry: number): boolean => {
    for (let word = at; word < at + 512; word += 4) {
      if ((memory.load(word) & ~63) === entry) return true
    }
    return false
  }
  const threads = Array.from({ length: 8 }, () => {
    const own = new DyingMemory(memory.buffer)
    const seat = host.reserve()
    const lot = new Lot(own, handle, new NotifyWaker(own), Lot.attach(own, handle, seat))
    lot.isNamed = isNamed
    lot.patience = 50
    const td = lot.waiter()
    td.spins = 0
    return { memory: own, lot, td, seat }
  })
  return { threads, handle, memory, at, inside: 0 }
}

/** Runs until it parks or ends; undefined when it parks. */
function step(life: Waiting<unknown>, told: number): { done: boolean } {
  let at = life.next(told)
  for (let turns = 0; !at.done && at.value !== PARK; turns++) {
    if (turns > 2000) throw new Error('it spins for ever')
    at = life.next(WOKEN)
  }
  return { done: at.done === true }
}

interface Waits {
  readonly thread: Thread
  readonly life: Waiting<unknown>
  done: boolean
}

/** Lets those go on that were woken, until none is. */
function goOn(waits: readonly Waits[]): void {
  for (let any = true; any; ) {
    any = false
    for (const one of waits) {
      const state = one.thread.td.at + WAITER.offset.state
      if (one.done || one.thread.memory.load(state) !== AWAKE) continue
      one.thread.memory.store(state, RUNNING)
      one.done = step(one.life, WOKEN).done
      any = true
    }
  }
}

/** A planted fault, to show that the runs would find one like it. */
type Fault = 'none' | 'nobody buries' | 'takers forgotten' | 'decisions forgotten'

/** What the dead had written down for their undertakers is lost. */
function forget({ memory, handle }: World, fault: Fault): void {
  const buckets = handle.at + handle.threads * Seats.bytes
  const entries = buckets + 2 * BUCKET.size
  if (fault === 'takers forgotten') {
    for (let i = 0; i < WAITERS; i++) {
      memory.store(entries + i * WAITER.size + WAITER.offset.taker, OUT)
    }
  }
  if (fault === 'decisions forgotten') {
    for (const i of [0, 1]) memory.store(buckets + i * BUCKET.size + BUCKET.offset.decided, 0)
  }
}

/** One run; how it went, and whether the victim and its undertaker came to their ends. */
function run(scenario: Scenario, changes: number, undertakes: number, fault: Fault = 'none') {
  const world = worldOf()
  const [victim, first, second] = [VICTIM, FIRST, SECOND].map((i) => world.threads[i!]!)
  const { before, dies } = scenario
  if (before !== undefined) finish(victim!.td, before(world, victim!))
  const bystander = world.threads[7]!
  const held = mutexOf(world, bystander)
  if (scenario.holds) finish(bystander.td, held.enter(bystander.td))
  const waits = scenario.waits.map((wait, i) => {
    const thread = world.threads[i + 4]!
    const life = wait(world, thread)
    return { thread, life, done: step(life, WOKEN).done }
  })
  const hasDied = diesAfter(victim!.memory, changes, () => {
    const life = dies(world, victim!)
    // A victim that parks gives up: its time is over.
    if (!step(life, WOKEN).done) step(life, TIMED_OUT)
  })
  forget(world, fault)
  const bury = ({ lot, td }: Thread, { seat }: Thread): unknown =>
    finish(
      td,
      lot.buryGuest(
        seat,
        undefined,
        () => (scenario.clear ?? nothing)(world, { lot, td } as Thread) as Waiting,
      ),
      5000,
    )
  const undertakerDied = diesAfter(first!.memory, undertakes, () => {
    if (fault !== 'nobody buries') bury(first!, victim!)
  })
  if (undertakerDied) bury(second!, first!)
  if (undertakerDied) bury(second!, victim!)
  if (scenario.holds) finish(bystander.td, held.exit(bystander.td))
  goOn(waits)
  check(scenario, world, waits)
  return { hasDied, undertakerDied }
}

function check(scenario: Scenario, world: World, waits: readonly Waits[]): void {
  const stuck = waits.filter(({ done }) => !done).length
  if (stuck > 0 && scenario.mayLast?.(world) !== true) throw new Error(`${stuck} sleep for ever`)
  const late = world.threads[3]!
  const life = scenario.then(world, late)
  if (!step(life, WOKEN).done) throw new Error('who comes new sleeps')
  goOn(waits)
  const buckets = world.handle.at + world.handle.threads * Seats.bytes
  expect([0, 64].map((at) => world.memory.load(buckets + at))).toEqual([0, 0])
}

function* nothing(): Waiting<void> {}

function* sweep({ at }: World, { td }: Thread): Waiting<unknown> {
  return yield* serve(td, at)
}

/** Enters, sees that nobody else is inside, mends, exits. */
function visits(
  of: (
    world: World,
    thread: Thread,
  ) => {
    enter(td: Waiter): Waiting<number>
    exit(td: Waiter): Waiting
  },
  weight = 100,
): Life {
  return function* (world, thread) {
    const side = of(world, thread)
    yield* side.enter(thread.td)
    world.inside += weight
    if (world.inside > 100) throw new Error('two are inside')
    world.inside -= weight
    yield* side.exit(thread.td)
  }
}

const mutexOf = ({ at }: World, { memory }: Thread): Mutex => new Mutex(memory, at)
const timed = (world: World, thread: Thread) => {
  const mutex = mutexOf(world, thread)
  return {
    enter: (td: Waiter) => mutex.enter(td, { deadlineMs: 1e12, signal: undefined }),
    exit: (td: Waiter) => mutex.exit(td),
  }
}
const rwOf = ({ at }: World, { memory }: Thread): RwWord => new RwWord(memory, at, () => 'rw')
const writer = (world: World, thread: Thread) => {
  const rw = rwOf(world, thread)
  return { enter: (td: Waiter) => rw.write(td), exit: (td: Waiter) => rw.unwrite(td) }
}
const reader = (world: World, thread: Thread) => {
  const rw = rwOf(world, thread)
  return { enter: (td: Waiter) => rw.read(td), exit: (td: Waiter) => rw.unread(td) }
}
const semaphoreOf = ({ at }: World, { memory }: Thread): Semaphore => new Semaphore(memory, at, 3)
const permit = (count: number): Life =>
  function* (world, thread) {
    const one = semaphoreOf(world, thread)
    yield* one.acquire(thread.td, count)
    world.inside += count
    if (world.inside > 3) throw new Error('more than there are')
    world.inside -= count
    yield* one.release(thread.td, count)
  }

const lock = visits(mutexOf)
const lockTimed = visits(timed)
const write = visits(writer)
const read = visits(reader, 1)

const scenarios: Scenario[] = [
  { name: 'mutex, nobody waits', waits: [], dies: lock, then: lock },
  ...[[lock], [lock, lock], [lockTimed], [lockTimed, lock], [lock, lock, lock]].map(
    (waits, i) => ({
      name: `mutex, unlocked for those who wait, ${i}`,
      before: (world: World, thread: Thread) => mutexOf(world, thread).enter(thread.td),
      dies: (world: World, thread: Thread) => mutexOf(world, thread).exit(thread.td),
      waits,
      then: lock,
    }),
  ),
  ...[[write], [read], [read, read], [read, write], [write, read, read], [write, write]].map(
    (waits, i) => ({
      name: `rwlock, unwritten for those who wait, ${i}`,
      before: (world: World, thread: Thread) => rwOf(world, thread).write(thread.td),
      dies: (world: World, thread: Thread) => rwOf(world, thread).unwrite(thread.td),
      waits,
      then: write,
    }),
  ),
  {
    name: 'semaphore, released for two who wait',
    before: function* (world, thread) {
      world.memory.store(world.at, 6)
      yield* semaphoreOf(world, thread).acquire(thread.td, 1)
    },
    dies: (world, thread) => semaphoreOf(world, thread).release(thread.td, 1),
    waits: [permit(3), permit(1)],
    // The permit that the dead had not given back is gone with it, and no other.
    mayLast: ({ memory, at }) => memory.load(at) === 2 * 2 + SEMAPHORE_WAITERS,
    then: function* ({ memory, at }) {
      const left = memory.load(at) >>> 1
      if (left !== 2 && left !== 3) throw new Error(`${left} permits are left of 3`)
    },
    clear: sweep,
  },
  {
    name: 'event count, advanced for two',
    dies: (world, thread) => new EventCount(thread.memory, world.at).advance(thread.td),
    waits: [1, 2].map(() => (world: World, { memory, td }: Thread) => {
      return new EventCount(memory, world.at).wait(td, 0)
    }),
    mayLast: ({ memory, at }) => memory.load(at) >>> 1 === 0,
    then: (world, { memory, td }) => new EventCount(memory, world.at).advance(td),
  },
  ...[1, 2].map((count) => ({
    name: `barrier, of which ${count} wait for the last`,
    dies: (world: World, { memory, td }: Thread) => {
      return new Barrier(memory, world.at, count + 1).arrive(td)
    },
    waits: Array.from({ length: count }, () => (world: World, { memory, td }: Thread) => {
      return new Barrier(memory, world.at, count + 1).arrive(td)
    }),
    mayLast: ({ memory, at }: World) => memory.load(at) === 0,
    // The next round is passed by as many as all, whatever is left of the one before.
    then: function* (world: World, { memory, td }: Thread) {
      const next = memory.load(world.at) === 0 ? 1 : count + 1
      if (next === 1) yield* new Barrier(memory, world.at, count + 1).arrive(td)
    },
  })),
  ...[1, 2].flatMap((count) =>
    [true, false].map((isHeld) => ({
      name: `condition, of which ${count} are notified, ${isHeld ? 'under the mutex' : 'outside'}`,
      before: function* (world: World, thread: Thread) {
        if (isHeld && count > 9) yield* mutexOf(world, thread).enter(thread.td)
      },
      dies: function* (world: World, thread: Thread) {
        const mutex = mutexOf(world, thread)
        if (isHeld) yield* mutex.enter(thread.td)
        yield* new Condition(thread.memory, world.at + 64).notifyAll(thread.td, mutex)
        if (isHeld) yield* mutex.exit(thread.td)
      },
      waits: Array.from(
        { length: count },
        () =>
          function* (world: World, thread: Thread) {
            const mutex = mutexOf(world, thread)
            yield* mutex.enter(thread.td)
            yield* new Condition(thread.memory, world.at + 64).wait(thread.td, mutex)
            yield* mutex.exit(thread.td)
          },
      ),
      mayLast: ({ memory, at }: World) => memory.load(at + 64) !== 0,
      then: function* (world: World, thread: Thread) {
        const mutex = mutexOf(world, thread)
        yield* mutex.enter(thread.td)
        yield* mutex.exit(thread.td)
        yield* new Condition(thread.memory, world.at + 64).notifyAll(thread.td, mutex)
      },
    })),
  ),
  {
    name: 'mutex, given up in its queue before another',
    holds: true,
    dies: (world, thread) => mutexOf(world, thread).enter(thread.td, LIMIT),
    waits: [lock],
    then: lock,
  },
]

describe('A thread may end after any change of shared memory', () => {
  it.each(scenarios)('$name', (scenario) => {
    let points = 0
    let undertakings = 0
    for (let changes = 1; ; changes++) {
      const where = (undertakes: number): string => `after ${changes}, ${undertakes} changes`
      let point = { hasDied: true, undertakerDied: true }
      for (let undertakes = 1; point.undertakerDied; undertakes++) {
        try {
          point = run(scenario, changes, undertakes)
        } catch (error) {
          throw new Error(`${where(undertakes)}: ${(error as Error).message}`, { cause: error })
        }
        undertakings++
      }
      if (!point.hasDied) break
      points++
    }
    expect(points).toBeGreaterThan(1)
    expect(undertakings).toBeGreaterThan(points)
  })
})

describe('The runs find out', () => {
  const finds = (name: string, fault: Fault): boolean => {
    const scenario = scenarios.find((one) => one.name.startsWith(name))!
    for (let changes = 1; changes < 100; changes++) {
      try {
        if (!run(scenario, changes, Number.POSITIVE_INFINITY, fault).hasDied) return false
      } catch {
        return true
      }
    }
    return false
  }

  it.each([
    ['mutex, unlocked', 'nobody buries'],
    ['mutex, unlocked', 'takers forgotten'],
    ['rwlock, unwritten', 'takers forgotten'],
    ['event count', 'takers forgotten'],
    ['semaphore', 'decisions forgotten'],
  ] as const)('%s: %s', (name, fault) => {
    expect(finds(name, fault)).toBe(true)
  })

  it.each(['mutex, unlocked', 'rwlock, unwritten', 'event count', 'semaphore'])(
    'nothing in %s as it is',
    (name) => expect(finds(name, 'none')).toBe(false),
  )
})
