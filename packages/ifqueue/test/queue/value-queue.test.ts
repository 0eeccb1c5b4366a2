import { describe, expect, it } from 'vitest'
import { CannotSend, END, ValueQueue } from '../../src/index.ts'

const ring: { self?: unknown } = {}
ring.self = ring

const VALUES: unknown[] = [
  undefined,
  null,
  true,
  -0.5,
  'text, ünïcode',
  2n ** 70n,
  [1, [2, { a: 'b' }]],
  { a: undefined, date: new Date(5), map: new Map([[1, { x: 1 }]]), set: new Set(['a']) },
  new Float64Array([1, 2, 3]),
  new Uint8Array([1, 2, 3]),
  /a+/g,
]

describe('A queue of values', () => {
  it.each(VALUES)('carries what can be cloned: %o', (value) => {
    const queue = ValueQueue.create()
    queue.sendSync(value)
    expect(queue.receiveSync()).toEqual(value)
  })

  it('carries errors, and values that are part of themselves', () => {
    const queue = ValueQueue.create({ kind: 'spsc' })
    queue.sendSync(new RangeError('too far'))
    const error = queue.receiveSync() as Error
    expect(error).toBeInstanceOf(Error)
    expect(error.message).toBe('too far')
    queue.sendSync(ring)
    const copy = queue.receiveSync() as typeof ring
    expect(copy.self).toBe(copy)
  })

  it('refuses what cannot be cloned, and what is larger than the queue, and stays whole', () => {
    const queue = ValueQueue.create<unknown>({ bytes: 1024 })
    expect(() => queue.trySend(() => {})).toThrow(CannotSend)
    expect(() => queue.trySend({ deep: [Symbol('no')] })).toThrow(CannotSend)
    expect(() => queue.trySend(new SharedArrayBuffer(8))).toThrow(CannotSend)
    const others = [new WeakMap(), new WeakSet(), new WeakRef({}), Promise.resolve(1)]
    for (const one of others) expect(() => queue.trySend({ one })).toThrow(CannotSend)
    expect(() => queue.trySend('x'.repeat(2000))).toThrow(/from 0 to 1024 bytes/)
    expect(queue.tryReceive()).toBeUndefined()
    expect(queue.trySend('fits')).toBe(true)
    expect(queue.tryReceive()).toBe('fits')
  })

  it('ends, for those that receive and for those that iterate', async () => {
    const queue = ValueQueue.create<number>()
    const got: number[] = []
    const reads = (async () => {
      for await (const value of queue) got.push(value)
    })()
    for (let n = 0; n < 10; n++) await queue.send(n)
    queue.close()
    await reads
    expect(got).toHaveLength(10)
    expect([queue.tryReceive(), queue.receiveSync(), await queue.receive()]).toEqual([
      END,
      END,
      END,
    ])
  })
})
