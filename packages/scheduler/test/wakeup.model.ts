import '@smpnet/interleave/vitest'
import { explore } from '@smpnet/interleave'
import { type Cpu, type Executive, IDLE, VECTOR } from '@smpnet/machine'
import { Mailbox } from '@smpnet/machine/live'
import { type Address, Arena, CACHE_LINE_BYTES, LiveMemory, NIL } from '@smpnet/memory'
import { Lot, type Waiting, type Waker, YIELD } from '@smpnet/park'
import { expectToHold, timely, whole } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { Scheduler } from '../src/scheduler.ts'
import { Turnstiles } from '../src/turnstile/turnstiles.ts'

/** What a CPU and those outside of it share: a lot, a mailbox, and words of the model's own. */
function place(waiters: number) {
  const memory = LiveMemory.create(8192)
  const arena = Arena.create(memory)
  const handle = Lot.place(arena, { buckets: 1, cpus: 1, threads: 2, waiters })
  const at = arena.place('mailbox', 2 * CACHE_LINE_BYTES)
  return { memory, handle, at, stopping: arena.place('stop', 4) }
}

type BoxOf = (memory: LiveMemory, at: Address) => Mailbox

const mailbox: BoxOf = (memory, at) => new Mailbox(memory, at)

/** Wakes threads of the CPU from outside of it, as other CPUs do: through its mailbox. */
class Poster implements Waker {
  constructor(readonly box: Mailbox) {}

  wake(entry: Address): boolean {
    this.box.post(entry)
    return false
  }
}

/** The CPU's loop, as `LiveCpu` has it but without spinning: ends with the last thread. */
function runCpu(
  executive: Executive,
  box: Mailbox,
  stopping: Address,
  isOver: () => boolean,
  interrupted: () => void = () => {},
): void {
  for (;;) {
    for (let entry = box.mail.takeAll(); entry !== NIL; ) {
      const next = box.mail.after(entry)
      executive.receive(entry)
      entry = next
    }
    if (box.takePending() !== 0) interrupted()
    if (executive.run() !== IDLE) continue
    if (isOver()) return
    if (box.fallAsleep(stopping, 0)) box.sleep(Number.POSITIVE_INFINITY)
  }
}

function cpuOf(memory: LiveMemory, lot: Lot): Cpu {
  const cpu = { id: 0, cpus: 1, memory, lot, onInterrupt() {}, interruptBelow() {} }
  return cpu as unknown as Cpu
}

type SchedulerOf = (cpu: Cpu) => Scheduler

const plain: SchedulerOf = (cpu) => new Scheduler(cpu)

/** Threads of one CPU park, and another CPU wakes each once, perhaps before it has parked. */
function wakeup(
  name: string,
  sleepers: number,
  boxOf = mailbox,
  schedulerOf = plain,
  limits = whole,
) {
  return explore({ name, ...limits }, ({ thread, after }) => {
    const { memory, handle, at, stopping } = place(sleepers)
    const lot = new Lot(memory, handle, { wake: (entry) => scheduler.receive(entry) }, 0)
    const scheduler = schedulerOf(cpuOf(memory, lot))
    const woken: string[] = []
    const tds = Array.from({ length: sleepers }, () =>
      scheduler.spawn(function* (td): Waiting {
        yield YIELD
        yield* td.parkUntilWoken()
        woken.push(td.name)
      }),
    )
    thread('cpu', () => {
      runCpu(scheduler, boxOf(memory, at), stopping, () => scheduler.threads === 0)
    })
    tds.forEach((td, i) => {
      thread(`waker ${i}`, () => new Poster(boxOf(memory, at)).wake(td.at))
    })
    after(() => expect(woken.toSorted()).toEqual(tds.map((td) => td.name)))
  })
}

/** Forgets a wake that comes before its thread has parked: the classic lost wakeup. */
class Forgetful extends Scheduler {
  override receive(entry: Address): boolean {
    return this.policy.table.find(entry)?.parked === true && super.receive(entry)
  }
}

/** Posts without looking at the bell: a CPU that sleeps is not woken. */
class DeafMailbox extends Mailbox {
  override post(entry: Address): boolean {
    this.mail.push(entry)
    return false
  }
}

describe('Under every schedule, a thread that parks', () => {
  it.each([1, 2])('is woken by another CPU: %i threads', (sleepers) => {
    const limits = sleepers === 1 ? whole : timely
    expectToHold(
      wakeup(`wakeup against park, ${sleepers} threads`, sleepers, mailbox, plain, limits),
    )
  })

  it('is found to sleep on if a wake is lost that comes before it has parked', () => {
    const forgetful: SchedulerOf = (cpu) => new Forgetful(cpu)
    expect(wakeup('forgetful scheduler', 1, mailbox, forgetful)).toFailWith('deadlock')
  })

  it('is found to sleep on if its CPU is not rung', () => {
    const deaf: BoxOf = (memory, at) => new DeafMailbox(memory, at)
    expect(wakeup('deaf mailbox', 1, deaf)).toFailWith('deadlock')
  })
})

/** Two threads of other CPUs lend to one of this CPU, whose scheduler is to hear of the last. */
function notices(name: string, raises: (times: number) => boolean) {
  return explore({ name }, ({ thread }) => {
    const { memory, handle, at, stopping } = place(3)
    const lotOf = (cpu: number): Lot =>
      new Lot(memory, handle, new Poster(mailbox(memory, at)), cpu)
    const [owner, ...lenders] = [0, 0, 0].map((cpu) => lotOf(cpu).claimEntry(cpu)) as Address[]
    const deaf = { knows: () => false, settle() {}, tell() {} }
    for (const td of [owner!, ...lenders]) new Turnstiles(lotOf(0), deaf).reset(td)
    thread('cpu', () => {
      let lent = 255
      const turnstiles = new Turnstiles(lotOf(0), {
        knows: () => true,
        settle: (_td, now) => (lent = now),
        tell() {},
      })
      const executive = { run: () => IDLE, receive: () => false, tick() {} }
      const hear = (): void => turnstiles.hear(0)
      runCpu(executive, mailbox(memory, at), stopping, () => lent === 10, hear)
    })
    lenders.forEach((td, i) => {
      let times = 0
      const tell = (): void => {
        if (raises(times++)) mailbox(memory, at).raise(VECTOR.turnstile)
      }
      thread(`lender ${i}`, () => {
        const turnstiles = new Turnstiles(lotOf(i + 1), { knows: () => false, settle() {}, tell })
        turnstiles.block(td, 10 + 10 * i, 64, owner!)
      })
    })
  })
}

describe('Under every schedule, a CPU', () => {
  it('hears of what others lend to its threads', () => {
    const result = notices('notices of two lenders', () => true)
    console.log(result.summary)
    expect(result).toHold()
  })

  it('is found to miss it if it is not interrupted', () => {
    expect(notices('silent lenders', () => false)).toFailWith('deadlock')
  })
})
