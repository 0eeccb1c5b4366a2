import { describe, expect, it } from 'vitest'
import {
  address,
  BadHandle,
  detach,
  enterAgain,
  enterDomain,
  leaveDomain,
  LockMisuse,
  Mutex,
  SyncDomain,
} from '../src/index.ts'

describe('A domain', () => {
  it('is opened once in a thread, though each message brings another buffer object', () => {
    const domain = SyncDomain.create()
    const other = SyncDomain.create()
    const mutex = Mutex.create(domain)
    const again = Mutex.open(structuredClone(mutex.handle))
    expect(again.domain).toBe(domain)
    expect(Mutex.open(Mutex.create(other).handle).domain).toBe(other)
    mutex.lockSync()
    again.unlock()
  })

  it('lies in a part of the caller’s own buffer, beside the caller’s data', () => {
    const buffer = new SharedArrayBuffer(1 << 18)
    const mine = new Uint8Array(buffer).fill(7, 0, 4096).fill(7, 200_000)
    const domain = SyncDomain.create({ buffer, at: 4096, bytes: 128 * 1024 })
    Mutex.create(domain).lockSync().unlock()
    expect(mine.subarray(0, 4096).every((byte) => byte === 7)).toBe(true)
    expect(mine.subarray(200_000).every((byte) => byte === 7)).toBe(true)
  })

  it('gives its threads back what they had', () => {
    const domain = SyncDomain.create({ threads: 1, waiters: 1 })
    detach(domain)
    const again = SyncDomain.open(domain.handle)
    expect(again).not.toBe(domain)
    expect(again.thread).toBe(domain.thread)
    expect(() => detach(domain)).toThrow(LockMisuse)
  })

  it('is left when the last who entered it leaves, unless it was opened otherwise', () => {
    const { handle } = SyncDomain.create({ threads: 2 })
    const elsewhere = { ...handle, buffer: structuredClone(handle.buffer) }
    const first = SyncDomain.create({ threads: 1 })
    detach(first)
    const guest = enterDomain(first.handle)
    expect(enterDomain(first.handle)).toBe(guest)
    expect(() => detach(guest)).toThrow('2 objects of this thread still use its domain')
    leaveDomain(guest)
    expect(enterDomain(first.handle)).toBe(guest)
    expect(enterAgain(guest)).toBe(guest)
    for (const _ of [1, 2, 3]) leaveDomain(guest)
    const again = SyncDomain.open(first.handle)
    expect(again).not.toBe(guest)
    expect(enterAgain(guest)).toBe(again)
    leaveDomain(again)
    expect(enterDomain(first.handle)).toBe(again)
    leaveDomain(again)
    expect(SyncDomain.open(elsewhere)).not.toBe(again)
    expect(SyncDomain.open(first.handle)).toBe(again)
  })

  it('gives back the waiters of tasks, but for a few', () => {
    const domain = SyncDomain.create({ waiters: 200 })
    const tds = Array.from({ length: 199 }, () => domain.borrow())
    for (const td of tds) domain.giveBack(td)
    const others = Array.from({ length: 135 }, () => domain.lot.waiter())
    expect(() => domain.lot.waiter()).toThrow('has 200 already')
    expect(domain.borrow()).toBe(tds[63])
    expect(others).toHaveLength(135)
  })

  it('is not left by a thread with a task that holds a lock', async () => {
    const domain = SyncDomain.create()
    const guard = await Mutex.create(domain).lock()
    expect(() => detach(domain)).toThrow('1 tasks of this thread still use its domain')
    guard.unlock()
    detach(domain)
  })

  it('says which figures it cannot have', () => {
    const buffer = new SharedArrayBuffer(1 << 18)
    expect(() => SyncDomain.create({ buffer, at: 100 })).toThrow('at 100 came')
    expect(() => SyncDomain.create({ buffer, bytes: 1 << 19 })).toThrow('524288 bytes at 0 came')
    expect(() => SyncDomain.create({ bytes: 640 })).toThrow('lot needs')
    expect(() => SyncDomain.create({ buffer: new SharedArrayBuffer(100) })).toThrow(RangeError)
    expect(() => SyncDomain.create({ waiters: 0 })).toThrow('at least 1: 0 came')
    SyncDomain.create({ buffer, bytes: 1 << 17 })
    expect(() => SyncDomain.create({ buffer })).toThrow('begins where the buffer is zero')
  })
})

describe('An address of the caller’s choice', () => {
  const buffer = new SharedArrayBuffer(1 << 18)
  const domain = SyncDomain.create({ buffer, at: 65536, bytes: 128 * 1024 })

  it('is where the lock is', () => {
    const mutex = Mutex.create(domain, { at: address(1024) })
    mutex.lockSync()
    expect(new Int32Array(buffer)[1024 / 4]).toBe(domain.here.at)
    Mutex.open(structuredClone(mutex.handle)).unlock()
    expect(new Int32Array(buffer)[1024 / 4]).toBe(0)
  })

  it.each([1016, 1020, 1024, 1028, 1036])('may not overlap another lock: %i', (at) => {
    expect(() => Mutex.create(domain, { at: address(at) })).toThrow(
      'would overlap the lock whose bytes are 1024',
    )
  })

  it('may touch another lock', () => {
    const placed = [2048, 2076, 2020].map((at) => Mutex.create(domain, { at: address(at) }).at)
    expect(placed).toEqual([2048, 2076, 2020])
  })

  it.each([2, -4, 1 << 18, (1 << 18) - 8, 1.5, Number.NaN])('has to be one: %d', (at) => {
    expect(() => Mutex.create(domain, { at: address(at) })).toThrow(BadHandle)
  })

  it('may not be the domain’s own', () => {
    for (const at of [65536, 65536 - 8, 65536 + 128 * 1024 - 4]) {
      expect(() => Mutex.create(domain, { at: address(at) })).toThrow("are the domain's own")
    }
  })

  it('must be zero', () => {
    new Int32Array(buffer)[4096 / 4 + 1] = 5
    expect(() => Mutex.create(domain, { at: address(4096) })).toThrow('the word at 4100 is not')
  })
})

describe('A handle', () => {
  const domain = SyncDomain.create()
  const { handle } = Mutex.create(domain)

  it('of another kind or version is refused by name', () => {
    expect(() => Mutex.open({ ...handle, version: 99 })).toThrow('version 99, came')
    expect(() => Mutex.open({ ...handle, kind: 'sx' })).toThrow('that of a sx')
  })

  it('that leads nowhere is refused', () => {
    for (const at of [handle.at + 4, handle.at + 2, -8, 1 << 30, Number.NaN]) {
      expect(() => Mutex.open({ ...handle, at })).toThrow(BadHandle)
    }
    const nowhere = { ...handle.domain, buffer: new SharedArrayBuffer(1 << 17) }
    expect(() => Mutex.open({ ...handle, domain: nowhere })).toThrow(BadHandle)
    expect(() => Mutex.open({ ...handle, domain: { ...nowhere, at: 3 } })).toThrow(BadHandle)
  })
})
