import { Arena } from '@smpnet/memory'
import { YIELD } from '@smpnet/park'
import { Mutex } from '@smpnet/sync'
import { describe, expect, it } from 'vitest'
import { type Observer, Roster, Scheduler, SWITCH_REASONS } from '../src/index.ts'
import { HandCpu } from './hand-cpu.ts'

/** An observer that writes down all that it is told, by the names of threads. */
function recorder(): { log: string[]; observer: Observer } {
  const log: string[] = []
  const observer: Observer = {
    switched: (to, from, why) =>
      log.push(`${from?.name ?? 'idle'} to ${to?.name ?? 'idle'}: ${SWITCH_REASONS[why]}`),
    woken: (td) => log.push(`${td.name} woken`),
    preempting: (current, by) => log.push(`${by.name} preempts ${current.name}`),
    blocked: (td, lock) => log.push(`${td.name} blocks on ${lock}`),
    started: (td) => log.push(`${td.name} started`),
    ended: (td, isError) => log.push(`${td.name} ended${isError ? ' by an error' : ''}`),
  }
  return { log, observer }
}

function make(...observers: Observer[]) {
  const cpu = new HandCpu()
  const scheduler = new Scheduler(cpu, { observers })
  cpu.executive = scheduler
  return { cpu, scheduler }
}

describe('An observer', () => {
  it('is told of the start, the switches and the end of a thread, in order', () => {
    const { log, observer } = recorder()
    const { cpu, scheduler } = make(observer)
    scheduler.spawn(() => [][Symbol.iterator]() as never, { name: 'brief' })
    cpu.runUntilIdle()
    expect(log).toEqual([
      'brief started',
      'brief woken',
      'idle to brief: idle',
      'brief ended',
      'brief to idle: relinquish',
    ])
  })

  it('is told what a thread blocks on, and which thread preempts it', () => {
    const { log, observer } = recorder()
    const { cpu, scheduler } = make(observer)
    const mutex = new Mutex(cpu.memory, 900_000)
    const body = function* (td: Parameters<Mutex['tryEnter']>[0]) {
      if (!mutex.tryEnter(td)) yield* mutex.enter(td)
      yield YIELD
      if (!mutex.tryExit(td)) yield* mutex.exit(td)
    }
    scheduler.spawn(body, { name: 'low', priority: 200 })
    scheduler.run()
    scheduler.spawn(body, { name: 'high', priority: 20 })
    cpu.runUntilIdle()
    expect(log).toContain('high preempts low')
    expect(log).toContain('high blocks on 900000')
  })

  it('is told of each step if it listens to steps', () => {
    let steps = 0
    const { cpu, scheduler } = make({ stepped: () => steps++ })
    scheduler.spawn(function* () {
      yield YIELD
      yield YIELD
    })
    cpu.runUntilIdle()
    expect(steps).toBe(3)
  })

  it('is told before those that the program lists after it', () => {
    const told: string[] = []
    const { scheduler } = make(
      { started: () => told.push('first') },
      { started: () => told.push('second') },
    )
    scheduler.spawn(function* () {})
    expect(told).toEqual(['first', 'second'])
  })
})

describe('A thread that an observer cannot take', () => {
  it('is not started, and leaves no entry behind', () => {
    const cpu = new HandCpu(2)
    const arena = Arena.open(cpu.memory)
    const roster = new Roster(cpu.memory, Roster.place(arena, 1))
    const scheduler = new Scheduler(cpu, { roster })
    cpu.executive = scheduler
    const spawn = () => scheduler.spawn(function* () {})
    spawn()
    for (let i = 0; i < 4; i++) expect(spawn).toThrow('a roster for 1 threads has 1')
    expect(scheduler.threads).toBe(1)
  })
})
