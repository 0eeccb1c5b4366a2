import { startLive } from '@smpnet/machine/live'
import { Arena } from '@smpnet/memory'
import { Mutex } from '@smpnet/sync'
import { describe, expect, it } from 'vitest'
import { Roster, Scheduler, type Thread } from '../src/index.ts'
import { HandCpu } from './hand-cpu.ts'

/** Kills CPU 1 of two, and returns what CPU 0 says, and which threads were found dead. */
async function kill(how: 'exit' | 'throw') {
  const said: unknown[] = []
  let died: string[] = []
  let why = ''
  let roster: Roster | undefined
  let bothSaid!: () => void
  const done = new Promise<void>((resolve) => (bothSaid = resolve))
  const machine = await startLive({
    cpus: 2,
    boot: new URL('./fixtures/dying.mjs', import.meta.url),
    setup: ({ arena, memory }) => {
      roster = new Roster(memory, Roster.place(arena, 8))
      const words = arena.place('words', 64)
      return { roster: roster.handle, mutex: arena.place('mutex', Mutex.bytes), words, how }
    },
    onReport: (_cpu, value) => {
      if (said.push(value) === 2) bothSaid()
    },
    onDeath: ({ cpu, message }) => {
      why = message
      died = roster!.bury(cpu)
    },
  })
  await Promise.race([done, machine.stopped])
  await machine.stop()
  return { said: said.toSorted(), died: died.toSorted(), why }
}

describe('a CPU that dies', () => {
  it.each([
    ['exit', 'CPU 1 failed: its worker ended with exit code 3'],
    ['throw', 'CPU 1 failed: no space'],
  ] as const)('is noticed, with its threads and their locks: by %s', async (how, message) => {
    const { said, died, why } = await kill(how)
    expect(why).toBe(message)
    // A thread that has thrown had ended by itself before.
    expect(died).toEqual(how === 'exit' ? ['holder', 'sleeper'] : ['sleeper'])
    const ending = how === 'exit' ? 'thread holder has died with its CPU 1' : 'threw'
    expect(said).toEqual(['the mutex was abandoned', ending].toSorted())
  })
})

describe('a roster', () => {
  function make(threads = 4) {
    const cpu = new HandCpu()
    const roster = new Roster(cpu.memory, Roster.place(Arena.open(cpu.memory), threads))
    const scheduler = new Scheduler(cpu, { roster })
    cpu.executive = scheduler
    return { cpu, roster, scheduler }
  }

  /** Joins a thread by its ticket, and returns how it ended. */
  function joined({ cpu, roster, scheduler }: ReturnType<typeof make>, td: Thread) {
    const endings: string[] = []
    const { ticket } = td
    scheduler.spawn(function* (self) {
      endings.push(yield* roster.join(self as Thread, ticket!))
    })
    for (let look = 0; look < 5; look++) {
      cpu.runUntilIdle()
      cpu.pass(2e6)
    }
    return endings
  }

  it('says how a thread ended, and that it has when its place is another’s', () => {
    const made = make(2)
    const td = made.scheduler.spawn(function* (self) {
      yield* self.sleep(3e6)
    })
    expect(joined(made, td as Thread)).toEqual(['returned'])
    for (let i = 0; i < 2; i++) made.scheduler.spawn(function* () {})
    made.cpu.runUntilIdle()
    expect(joined(made, td as Thread)).toEqual(['ended'])
  })

  it('is full of threads that live, and says so', () => {
    const { scheduler } = make(1)
    scheduler.spawn(function* () {})
    expect(() => scheduler.spawn(function* () {})).toThrow('a roster for 1 threads has 1')
  })

  it('names the dead of one CPU only, for as long as it is asked', () => {
    const { roster } = make()
    const tickets = [0, 1, 1].map((cpu, i) => roster.enter(cpu, `thread ${i}`))
    expect(roster.bury(1)).toEqual(['thread 1', 'thread 2'])
    expect(roster.bury(1)).toEqual([])
    roster.leave(tickets[0]!, false)
    roster.enter(0, 'another')
    expect(roster.nameOf(tickets[2]!.place)).toBe('thread 2')
  })
})
