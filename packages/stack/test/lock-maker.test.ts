import { LiveMemory } from '@smpnet/memory'
import { CountedSection } from '@smpnet/scheduler'
import { LockProfile, Mutex, Witness } from '@smpnet/sync'
import { describe, expect, it } from 'vitest'
import { LockMaker } from '../src/index.ts'

const of = { name: 'table', type: 'sleep mutex', place: 'here' }
const memory = LiveMemory.create(1 << 16)
const mutex = () => new Mutex(memory, 64)
const witness = () => Witness.over(memory, 4096, { names: 4, edges: 4 })

describe('a lock of a kernel', () => {
  it('of which nothing is asked is the lock itself', () => {
    const lock = mutex()
    expect(new LockMaker(false, undefined, undefined).make(lock, of)).toBe(lock)
  })

  it('is counted for a policy that looks at what a waker holds', () => {
    const lock = mutex()
    const made = new LockMaker(true, undefined, undefined).make(lock, of)
    expect(made).toBeInstanceOf(CountedSection)
    expect((made as CountedSection).lock).toBe(lock)
  })

  it('can be counted, watched and profiled at once', () => {
    const made = new LockMaker(true, witness(), new LockProfile(() => 0)).make(mutex(), of)
    const { lock } = made as CountedSection
    expect(String((lock as unknown as { name(): string }).name())).toContain('table, ')
  })
})
