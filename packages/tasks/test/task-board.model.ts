import { awaitExchange, awaitValue, bounded, exhaustive, explore } from '@smpnet/interleave'
import '@smpnet/interleave/vitest'
import { type Address, Arena, NIL } from '@smpnet/memory'
import { Lot, type Waiter } from '@smpnet/park'
import { CalmMemory, ImmortalLot, CalmWaker, untilPosted } from '@smpnet/park/model'
import { expectToHold, timely, toTheEnd, whole } from '@smpnet/testing/models'
import { expect, it } from 'vitest'
import { TaskBoard } from '../src/task-board.ts'

/** How a sender tells the CPUs of a task. */
type Send = (board: TaskBoard, place: Address, td: Waiter) => void

const putThenCall: Send = (board, place, td) => {
  board.put(place)
  if (!board.tryCall(td.lot)) untilPosted(td, board.call(td.lot))
}

/** Every schedule, however often threads preempt each other. */
const ALL = Number.POSITIVE_INFINITY

/** Of two servers, the schedules are too many; in CI, of those with fewer preemptions, too. */
const MOST = toTheEnd(2, 1)

/** One thread sends tasks and waits for their results; each server serves `each` of them. */
function model(
  name: string,
  servers: number,
  each: number,
  preemptions: number,
  send = putThenCall,
  passesOn = true,
  limits = whole,
) {
  const strategy = preemptions === ALL ? exhaustive() : bounded(preemptions)
  return explore({ name, strategy, ...limits }, ({ thread, after }) => {
    const memory = new CalmMemory(new SharedArrayBuffer(8192), { awaitExchange, awaitValue })
    const arena = Arena.create(memory)
    const shape = { buckets: 1, cpus: 3, threads: 1, waiters: 3 }
    const handle = Lot.place(arena, shape)
    const waker = new CalmWaker(memory)
    const td = (cpu: number) => new ImmortalLot(memory, handle, waker, cpu).waiter()
    const board = new TaskBoard(memory, TaskBoard.place(arena, { places: 2, payloadBytes: 64 }))
    const sent = board.places().slice(0, servers * each)
    const came: Address[] = []
    const sender = td(0)
    memory.locks.push((sender.lot as Lot).queueOf(0))
    const served = Array.from({ length: servers }, () => [] as Address[])
    const tds = served.map((_, server) => td(server + 1))
    thread('sender', () => {
      for (const place of sent) send(board, place, sender)
      while (came.length < sent.length) {
        let place = board.takeDone()
        if (place === NIL) untilPosted(sender, board.waitForDone(sender))
        while (place !== NIL) {
          came.push(place)
          place = board.after(place)
        }
      }
    })
    served.forEach((mine, server) => {
      const self = tds[server]!
      thread(`server ${server}`, () => {
        let wasCalled = false
        while (mine.length < each) {
          const place = board.take()
          if (place === NIL) {
            wasCalled = untilPosted(self, board.waitForTask(self))
            continue
          }
          mine.push(place)
          if (wasCalled && passesOn) untilPosted(self, board.passOn(self.lot))
          wasCalled = false
          untilPosted(self, board.finish(place, self.lot))
        }
      })
    })
    after(() => {
      expect(came.toSorted((a, b) => a - b)).toEqual(sent)
      expect(served.flat().toSorted((a, b) => a - b)).toEqual(sent)
    })
  })
}

it.each([
  [1, 1, ALL],
  [1, 2, ALL],
  [2, 1, MOST],
])('loses nothing: %i servers, %i tasks each, %d preemptions', (servers, each, preemptions) => {
  const name = `task board, ${servers} servers, ${each} tasks each`
  expectToHold(model(name, servers, each, preemptions, putThenCall, true, timely))
})

it('finds a sender that looks for sleepers before its task can be seen', () => {
  const result = model('hasty sender', 1, 1, ALL, (board, place, td) => {
    if (!board.tryCall(td.lot)) untilPosted(td, board.call(td.lot))
    board.put(place)
  })
  expect(result.verdict).toBe('fails')
  expect(['deadlock', 'lost-wakeup']).toContain(result.failure?.kind)
})

it('finds a server that was called and calls no other, though there is more than it takes', () => {
  const result = model('silent server', 2, 1, 1, putThenCall, false)
  expect(result.verdict).toBe('fails')
  expect(['deadlock', 'lost-wakeup']).toContain(result.failure?.kind)
})
