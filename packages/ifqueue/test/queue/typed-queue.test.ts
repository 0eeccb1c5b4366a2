import { describe, expect, it } from 'vitest'
import { QueueClosed, TypedQueue } from '../../src/index.ts'

const FIELDS = { side: 'u8', qty: 'i32', price: 'f64', ratio: 'f32', stamp: 'u64' } as const
const tick = { side: 200, qty: -7, price: 1.25, ratio: 0.5, stamp: 2n ** 60n }

describe('A queue of typed records', () => {
  it('carries fields of all kinds, as objects and in their places', () => {
    const queue = TypedQueue.create(FIELDS, { kind: 'spsc', records: 2 })
    queue.sendSync(tick)
    const place = queue.tryPlace()!
    Object.assign(place, { ...tick, qty: 8 })
    expect(queue.commit()).toBe(true)
    expect(queue.tryPlace()).toBeUndefined()
    expect(queue.trySend(tick)).toBe(false)
    const other = TypedQueue.open(structuredClone(queue.typedHandle))
    expect({ ...other.lookSync() }).toEqual(tick)
    other.release()
    expect(other.tryLook()!.qty).toBe(8)
    other.release()
    expect(other.tryLook()).toBeUndefined()
  })

  it('iterates over objects of their own, to its end', async () => {
    const queue = TypedQueue.create({ n: 'u32' }, { kind: 'mpsc', records: 4 })
    const got: number[] = []
    const reads = (async () => {
      for await (const { n } of queue) got.push(n)
    })()
    for (let n = 0; n < 20; n++) await queue.send({ n })
    queue.close()
    await reads
    expect(got).toEqual(Array.from({ length: 20 }, (_, n) => n))
    expect(() => queue.tryPlace()).toThrow(QueueClosed)
    expect(await queue.look()).toBeUndefined()
  })

  it('refuses fields and records that cannot be, and stays whole', () => {
    expect(() => TypedQueue.create({})).toThrow(/the fields of a record are an object/)
    expect(() => TypedQueue.create({ a: 'u7' as never })).toThrow(/a field of a record is one of/)
    const queue = TypedQueue.create(FIELDS, { records: 2 })
    expect(() => queue.trySend({ ...tick, stamp: 5 as never })).toThrow(TypeError)
    queue.sendSync(tick)
    expect({ ...queue.tryLook() }).toEqual(tick)
    queue.release()
    expect(() => TypedQueue.open(queue.handle as never)).toThrow(/one whose fields are undefined/)
    expect(() => TypedQueue.open({ ...queue.handle, fields: { a: 'u8' } })).toThrow(
      /the record of/,
    )
  })
})
