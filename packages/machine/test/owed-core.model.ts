import { explore } from '@smpnet/interleave'
import { Arena, LiveMemory } from '@smpnet/memory'
import { Lot } from '@smpnet/park'
import { expectToHold, timely } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { BUSY, IDLE, type Step } from '../src/cpu.ts'
import { LiveCpu } from '../src/live/live-cpu.ts'
import { LiveWaker } from '../src/live/live-waker.ts'
import { Mailbox } from '../src/live/mailbox.ts'
import {
  type LiveHandle,
  MACHINE,
  mailboxes,
  placeMachine,
  tellToStop,
} from '../src/live/machine-block.ts'
import { CPU_BLOCK } from '../src/cpu-block.ts'
import { RENDEZVOUS } from '../src/rendezvous.ts'
import { OwedCore } from '../src/live/owed-core.ts'
import { VECTOR } from '../src/vectors.ts'

/**
 * CPUs as they are, `LiveCpu` with its mailbox, that give their core to others. No wait times out
 * here: a CPU that gives its core sleeps until it is rung, so that what it does not hear of is a
 * lost wakeup, where in truth it would be late by what the CPU sleeps.
 */
const PATIENCE = { ringNs: 1, runs: 1, looks: 1 }

interface Places {
  readonly handle: LiveHandle
  readonly memory: LiveMemory
  /** Of CPU 0, and one of CPU 1. */
  readonly entries: readonly number[]
  readonly echo: number
  readonly progress: number
}

function place(cpus: number): Places {
  const memory = LiveMemory.create(1 << 14)
  const arena = Arena.create(memory)
  const lot = Lot.place(arena, { buckets: 1, cpus, threads: 3, waiters: 4 })
  const at = placeMachine(memory, arena, { cpus, lot })
  const handle = { buffer: memory.buffer, lot, cpus, at, originNs: 0 }
  const own = new Lot(memory, lot, { wake: () => false }, 0)
  const entries = [0, 1, 2].map(() => own.claimEntry(0))
  const echo = own.claimEntry(1)
  return { handle, memory, entries, echo, progress: arena.place('progress', 64) }
}

function wakerOf({ memory, handle }: Places): LiveWaker {
  return new LiveWaker(memory, mailboxes(memory, handle), handle.cpus)
}

function stop({ memory, handle }: Places): void {
  tellToStop(memory, handle, mailboxes(memory, handle))
}

type Undertaker = 'none' | 'right' | 'deaf' | 'lazy'

/**
 * CPU 0 overruns another, which does not go on, and gives its core, while two wakers post to it, or
 * one that posts twice and may die after any of its steps. Then its heir posts, and tells CPU 0 as
 * the thread does that has started a machine. CPU 0 stops when it has got both, or the heir's.
 */
function giving(name: string, undertaker: Undertaker) {
  const deaths = undertaker === 'none' ? 0 : 1
  const options = { name, deaths, timeouts: 'never', ...timely } as const
  return explore(options, (world) => {
    const places = place(1)
    const { memory, handle, entries, progress } = places
    const got: number[] = []
    const cpu = (): void => {
      let [left, nowNs] = [2, 0]
      const host = { now: () => (nowNs += 10), report() {} }
      const self = new LiveCpu(0, handle, host, false, new OwedCore(PATIENCE))
      const receive = (entry: number): boolean => {
        got.push(entry)
        if (got.length === 2 || entry === entries[2]) stop(places)
        left = 1
        return false
      }
      const run = (): Step => {
        if (left-- <= 0) return IDLE
        self.overrun(progress, got.length)
        return BUSY
      }
      self.run({ run, receive, tick() {} })
    }
    world.thread('cpu', cpu, { mortal: false })
    const wake = (entry: number): void => void wakerOf(places).wake(entry)
    if (deaths === 0) {
      world.thread('waker', () => wake(entries[0]!))
      world.thread('other', () => wake(entries[1]!))
    } else {
      world.thread('waker', () => (wake(entries[0]!), wake(entries[1]!)))
    }
    world.onDeath(() => {
      const box = mailboxes(memory, handle)[0]!
      wake(entries[2]!)
      if (undertaker !== 'deaf') box.raise(VECTOR.mail)
      if (undertaker !== 'lazy') box.stir()
    })
    world.after(() => expect(new Set(got).size).toBe(got.length))
  })
}

/**
 * CPU 0 posts to CPU 1, which sleeps, and gives its core as soon as it sees that it was not heard,
 * and again since it has overrun it; CPU 1 posts back, and stops when it has got two answers.
 */
function answering(name: string) {
  return explore({ name, timeouts: 'never', ...timely }, (world) => {
    const places = place(2)
    const { memory, handle, entries, echo, progress } = places
    const cpuOf = (id: number): LiveCpu => {
      let nowNs = 0
      const host = { now: () => (nowNs += 10), report() {} }
      return new LiveCpu(id, handle, host, false, new OwedCore(PATIENCE))
    }
    const wake = (cpu: LiveCpu, entry: number): void => void (cpu.lot as Lot).waker.wake(entry)
    let answers = 0
    world.thread('cpu 0', () => {
      const self = cpuOf(0)
      let left = 3
      const run = (): Step => {
        if (left === 0) return IDLE
        if (left-- === 3) wake(self, echo)
        else self.overrun(progress, 0)
        return BUSY
      }
      const receive = (): boolean => {
        answers++
        stop(places)
        return false
      }
      self.run({ run, receive, tick() {} })
    })
    world.thread('cpu 1', () => {
      const self = cpuOf(1)
      const receive = (): boolean => {
        memory.store(progress, 1)
        wake(self, entries[0]!)
        return false
      }
      self.run({ run: () => IDLE, receive, tick() {} })
    })
    world.after(() => expect(answers).toBe(1))
  })
}

const right = Mailbox.prototype.fallAsleep

/** While `Mailbox` falls asleep by `fallAsleep`. */
function planted<T>(fallAsleep: Mailbox['fallAsleep'], act: () => T): T {
  Mailbox.prototype.fallAsleep = fallAsleep
  try {
    return act()
  } finally {
    Mailbox.prototype.fallAsleep = right
  }
}

/** Looks first, and says that it sleeps later. */
function hasty(this: Mailbox, at: number, value: number): boolean {
  if (!this.mail.isEmpty() || this.memory.load(at) !== value) return false
  this.memory.store(at - MACHINE.offset.stopping + BELL, ASLEEP)
  return true
}

/** What a bell says of an owner that sleeps, and where that of CPU 0 is in its machine. */
const ASLEEP = 1
const BELL = MACHINE.size + RENDEZVOUS.size + CPU_BLOCK.offset.bell

describe('A CPU that gives its core', () => {
  it('hears of what two wakers post meanwhile', () => {
    expectToHold(giving('giving', 'none'))
  })

  it('hears of it when a waker dies anywhere', () => {
    expectToHold(giving('giving, a death', 'right'))
  })

  it('hears of the CPU that it has given it to', () => {
    expectToHold(answering('answering'))
  })

  it.each(['deaf', 'lazy'] as const)('is found out if the undertaker is %s', (undertaker) => {
    expect(giving(undertaker, undertaker).failure?.kind).toBe('lost-wakeup')
  })

  it('is found out if it looks first, and says that it sleeps later', () => {
    expect(planted(hasty, () => giving('hasty', 'none')).failure?.kind).toBe('deadlock')
  })
})
