import { expect, it } from 'vitest'
import { SimRandom } from '@smpnet/machine/sim'
import { arrivalsOf, busiestQueue } from '../../src/workloads/dispatch/arrivals.ts'
import type { Traffic } from '../../src/workloads/dispatch/dispatch-settings.ts'
import { ReceiveQueue } from '../../src/workloads/dispatch/receive-queue.ts'

const FILE: Traffic = {
  kind: 'capture',
  timesNs: Float64Array.of(0, 100, 200, 300),
  flows: Int32Array.of(2, 3, 0, 5),
  sources: Uint16Array.of(0, 0, 1, 0),
  isFlood: false,
}

function taken(queue: ReceiveQueue, nowNs: number) {
  queue.admit(nowNs)
  const packets: [timeNs: number, flow: number][] = []
  while (!queue.isEmpty) {
    queue.take(nowNs)
    packets.push([queue.timeNs, queue.flow])
  }
  return packets
}

const arrivals = (traffic: Traffic, queue: number, queues: number) =>
  arrivalsOf(traffic, queue, queues, new SimRandom(1))

it('A capture is brought at its times, again and again, by flow to queues', () => {
  const all = new ReceiveQueue(arrivals(FILE, 0, 1), 16)
  // Four packets in 300 ns are 100 ns apart, and so is the first from the last.
  const came = taken(all, 650)
  expect(came.map(([timeNs]) => timeNs)).toEqual([0, 100, 200, 300, 400, 500, 600])
  expect(came.map(([, flow]) => flow)).toEqual([2, 3, 0, 5, 2, 3, 0])
  expect(all.dueNs).toBe(700)
  const odd = new ReceiveQueue(arrivals(FILE, 1, 2), 16)
  expect(taken(odd, 350)).toEqual([
    [100, 3],
    [200, 0],
    [300, 5],
  ])
  expect(busiestQueue(FILE, 2)).toBe(1)
  const none = new ReceiveQueue(arrivals(FILE, 6, 7), 16)
  expect([taken(none, 1e9), none.dueNs]).toEqual([[], Number.POSITIVE_INFINITY])
})

it('A full receive queue loses what comes, and nothing that it has', () => {
  const queue = new ReceiveQueue(arrivals(FILE, 0, 1), 2)
  expect(taken(queue, 300)).toEqual([
    [0, 2],
    [100, 3],
  ])
  expect([queue.came, queue.lost]).toEqual([4, 2])
})

it('Time stands still for the traffic while it is paused', () => {
  const queue = new ReceiveQueue(arrivals(FILE, 0, 1), 16)
  queue.admit(50)
  queue.pause(50)
  queue.resume(1050)
  expect(taken(queue, 1099)).toEqual([[1000, 2]])
  expect(taken(queue, 1100)).toEqual([[1100, 3]])
})

it('A flood comes when it is taken, and is never lost', () => {
  const queue = new ReceiveQueue(arrivals({ ...FILE, isFlood: true }, 0, 1), 2)
  queue.admit(10)
  queue.take(20)
  expect([queue.timeNs, queue.flow]).toEqual([20, 2])
  queue.admit(30)
  queue.take(40)
  expect([queue.timeNs, queue.flow, queue.lost]).toEqual([40, 3, 0])
})
