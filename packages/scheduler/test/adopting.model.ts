import { awaitExchange, bounded, explore } from '@smpnet/interleave'
import { type Cpu, IDLE } from '@smpnet/machine'
import { Mailbox } from '@smpnet/machine/live'
import { type Address, Arena, CACHE_LINE_BYTES, LiveMemory, NIL } from '@smpnet/memory'
import { AWAKE, finish, Lot, Seats, WAITER, type Waiter, type Waker } from '@smpnet/park'
import { expectToHold, someOf, thorough } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { Scheduler, type Thread } from '../src/index.ts'

/**
 * A thread of CPU 0 waits for a word, and then for what never comes. CPU 1 writes that word and
 * wakes it, through the mailbox of CPU 0, and dies after any of its steps. CPU 2 buries it,
 * interrupts CPU 0, which adopts what CPU 1 owed, and does its work once more.
 *
 * Planted faults: CPU 0 does not adopt; it does so before it has received what was posted; its
 * scheduler does not write down that it has heard of a wake; or the undertaker does not notify.
 */
type Fault = 'none' | 'orphaned' | 'hasty' | 'forgetful' | 'not stirred'

/** Vectors, and the CPU that dies. */
const [MAIL, WORK, DEAD] = [1, 2, 1]

/** Takes the lock of the only queue in a step that can be made when it is free: without tries. */
class AwaitingMemory extends LiveMemory {
  lock: Address = NIL

  override compareExchange(at: Address, expected: number, value: number): number {
    if (at !== this.lock || expected !== 0) return super.compareExchange(at, expected, value)
    return awaitExchange(this.words, at >> 2, 0, value)
  }
}

class Poster implements Waker {
  constructor(
    readonly memory: LiveMemory,
    readonly box: Mailbox,
  ) {}

  wake(entry: Address): boolean {
    this.memory.store(entry + WAITER.offset.state, AWAKE)
    this.box.post(entry)
    return false
  }
}

function place() {
  const memory = LiveMemory.create(8192)
  const arena = Arena.create(memory)
  const handle = Lot.place(arena, { buckets: 1, cpus: 3, threads: 1, waiters: 3 })
  const queue = handle.at + Seats.bytes * handle.threads
  const box = arena.place('mailbox', 2 * CACHE_LINE_BYTES)
  const [word, over] = ['word', 'over'].map((name) => arena.place(name, CACHE_LINE_BYTES))
  return { buffer: memory.buffer, handle, queue, box, word: word!, over: over! }
}

type Places = ReturnType<typeof place>

/** Memory and mailbox as one CPU uses them. */
function own({ buffer, queue, box }: Places) {
  const memory = new AwaitingMemory(buffer)
  memory.lock = queue
  return { memory, box: new Mailbox(memory, box) }
}

function lotOf(places: Places, number: number): Lot {
  const { memory, box } = own(places)
  return new Lot(memory, places.handle, new Poster(memory, box), number)
}

/** What the mortal CPU does, and its heir once more: as often as is wanted. */
function wakes(lot: Lot, td: Waiter, { word, over, ...places }: Places): void {
  lot.memory.store(word, 1)
  finish(td, lot.unpark(word, 1))
  lot.memory.store(over, 1)
  new Mailbox(lot.memory as LiveMemory, places.box).raise(WORK)
}

type Living = ReturnType<typeof schedulerOn>

function schedulerOn(places: Places, fault: Fault) {
  const { memory, box } = own(places)
  const lot = new Lot(memory, places.handle, { wake: (entry) => scheduler.receive(entry) }, 0)
  const parts = { id: 0, cpus: 3, memory, lot, onInterrupt() {}, interruptBelow() {} }
  const fail = (error: unknown): void => {
    throw error
  }
  const scheduler: Scheduler = new Scheduler({ ...parts, fail } as unknown as Cpu)
  const receive = (): void => {
    for (let entry = box.mail.takeAll(); entry !== NIL; ) {
      const next = box.mail.after(entry)
      const taker = memory.load(entry + WAITER.offset.taker)
      scheduler.receive(entry)
      if (fault === 'forgetful') memory.store(entry + WAITER.offset.taker, taker)
      entry = next
    }
  }
  const adopt = (): void => {
    if (fault === 'orphaned') return
    if (fault !== 'hasty') receive()
    scheduler.adopt(DEAD)
  }
  return { memory, box, scheduler, receive, adopt }
}

/** The CPU's loop, as `LiveCpu` has it but without spinning: ends when all is over. */
function runCpu({ memory, box, scheduler, receive, adopt }: Living, over: Address): void {
  for (let isLast = false; ; ) {
    receive()
    if (box.takePending() & (1 << MAIL)) adopt()
    while (scheduler.run() !== IDLE) continue
    if (isLast) return
    if (box.fallAsleep(over, 0)) box.sleep(Number.POSITIVE_INFINITY)
    isLast = memory.load(over) !== 0
  }
}

function dying(fault: Fault, preemptions: number) {
  const strategy = bounded(preemptions)
  return explore({ name: `a dying waker, ${fault}`, deaths: 1, strategy }, (world) => {
    const places = place()
    const living = schedulerOn(places, fault)
    const told: string[] = []
    living.scheduler.spawn(function* (td) {
      const { lot } = td as Thread
      while (lot.memory.load(places.word) === 0) yield* lot.park(td, places.word, places.word, 0)
      told.push('woken')
      yield* (td as Thread).parkUntilWoken()
      told.push('woken again')
    })
    for (let turns = 0; turns < 4; turns++) living.scheduler.run()
    const [mortal, heir] = [lotOf(places, 1), lotOf(places, 2)]
    const [td, undertaker] = [mortal.waiter(), heir.waiter()]
    heir.patience = 2
    world.thread('cpu 0', () => runCpu(living, places.over), { mortal: false })
    world.thread('cpu 1', () => wakes(mortal, td, places))
    world.onDeath(() => {
      finish(undertaker, heir.bury(DEAD))
      // As the thread that has started a machine does it when a CPU is buried.
      const { box } = own(places)
      box.raise(MAIL)
      if (fault !== 'not stirred') box.stir()
      wakes(heir, undertaker, places)
    })
    world.after(() => expect(told).toEqual(['woken']))
  })
}

describe('A CPU that dies anywhere while it wakes a thread of another', () => {
  it('has woken it, or that CPU does', () => {
    const result = dying('none', thorough(1, 0))
    console.log(result.summary)
    expectToHold(result)
  })

  it.each(someOf(['orphaned', 'hasty', 'forgetful', 'not stirred'] as const, 2))(
    'is found out if that is %s',
    (fault) => {
      const result = dying(fault, 1)
      console.log(result.summary)
      expect(result.failure).toBeDefined()
    },
  )
})
