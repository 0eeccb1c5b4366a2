import { NIL } from '@smpnet/memory'
import { expect } from 'vitest'
import { ByteQueue, type Mbufs } from '../src/index.ts'
import { Chance } from './chance.ts'
import { bytesOf, MEMORY_BYTES, pattern, run } from './pools.ts'
import { expectBytes } from './program.ts'

const here = { cpu: 0 }
export const QUEUE_AT = MEMORY_BYTES - 4096

export function peeked(queue: ByteQueue, offset: number, bytes: number): Uint8Array {
  const to = new Uint8Array(bytes)
  queue.peek(offset, to, 0, bytes)
  return to
}

/** Does the same things to a queue and to a list of arrays of bytes. */
export function soak(mbufs: Mbufs, seed: number, isStream: boolean, steps: number): void {
  const chance = new Chance(seed)
  const queue = ByteQueue.create(mbufs, QUEUE_AT, { high: 6000, buffers: 20_000 })
  let records: Uint8Array[] = []
  let next = 0
  for (let i = 0; i < steps; i++) {
    const place = { cpu: chance.below(2) }
    const which = chance.below(8)
    if (which < 4) {
      const bytes = chance.below(4) === 0 ? chance.below(3000) : chance.below(100)
      const packet = run(mbufs.alloc(place, bytes))
      if (packet === NIL) continue
      const data = pattern(bytes, next++)
      mbufs.copyIn(packet, 0, data, 0, bytes)
      const isIn = isStream ? queue.appendStream(place, packet) : queue.appendRecord(packet)
      if (!isIn) run(mbufs.free(place, packet))
      else if (isStream && records.length > 0) records = [concat(records[0]!, data)]
      else records.push(data)
    } else if (which < 6 && records.length > 0) {
      const bytes = chance.below(records[0]!.length + 1)
      run(mbufs.free(place, queue.cut(bytes)))
      if (bytes === records[0]!.length) records.shift()
      else records[0] = records[0]!.subarray(bytes)
    } else if (which === 6 && records.length > 0) {
      expectBytes(peeked(queue, 0, records[0]!.length), records[0]!)
    } else if (which === 7 && !isStream && records.length > 0) {
      const record = queue.takeRecord()
      expectBytes(bytesOf(mbufs, record), records.shift()!)
      run(mbufs.free(place, record))
    }
    const bytes = records.reduce((sum, { length }) => sum + length, 0)
    expect([queue.bytes(), queue.records()]).toEqual([bytes, records.length])
  }
  for (let record = queue.takeRecord(); record !== NIL; record = queue.takeRecord()) {
    expectBytes(bytesOf(mbufs, record), records.shift()!)
    run(mbufs.free(here, record))
  }
  expect([queue.bytes(), queue.bufferBytes(), mbufs.statistics().mbufs]).toEqual([0, 0, 0])
}

function concat(one: Uint8Array, other: Uint8Array): Uint8Array {
  const both = new Uint8Array(one.length + other.length)
  both.set(one)
  both.set(other, one.length)
  return both
}
