import { block, type Driver } from '@smpnet/park'
import { describe, expect, it } from 'vitest'
import { RESET, WOULD_BLOCK } from '../src/index.ts'
import { bytesOf, makeEnds } from './ends.ts'

/** A driver that looks once more after `meanwhile` at the words that it was told to look at. */
function looking(meanwhile: () => void): Driver {
  return {
    spinWhile(memory, at, value, _withinMs, orAt, orValue) {
      meanwhile()
      return memory.load(at) !== value || memory.load(orAt) !== orValue
    },
    isToYield: () => false,
  }
}

/** A driver that spins once for what `meanwhile` does, and counts how often it was asked. */
function spinning(meanwhile: () => boolean): Driver & { spins: number } {
  return {
    spins: 0,
    spinWhile() {
      this.spins++
      return meanwhile()
    },
    isToYield: () => false,
  }
}

describe('receiveSoon', () => {
  it('brings what arrives while its thread spins', () => {
    const { a, b, atA, atB } = makeEnds()
    atB.driver = spinning(() => a.trySend(atA, bytesOf('soon')) > 0)
    const to = new Uint8Array(8)
    expect(b.receiveSoon(atB, to, 2)).toBe(4)
    expect(new TextDecoder().decode(to.subarray(2, 6))).toBe('soon')
  })

  it('sees while its thread spins that the peer has closed, shut down, or is gone', () => {
    const ends = { close: 0, shutdown: 0, abort: RESET } as const
    for (const [how, result] of Object.entries(ends)) {
      const { a, b, atA, atB } = makeEnds()
      atB.driver = looking(() => void block(atA, a[how as keyof typeof ends](atA)))
      expect([how, b.receiveSoon(atB, new Uint8Array(8))]).toEqual([how, result])
    }
  })

  it('does not spin for what is there', () => {
    const { a, b, atA, atB } = makeEnds()
    const driver = (atB.driver = spinning(() => false))
    a.trySend(atA, bytesOf('now'))
    expect(b.receiveSoon(atB, new Uint8Array(8))).toBe(3)
    expect(driver.spins).toBe(0)
  })

  it('gives up after one spin, and the wait that follows does not spin again', () => {
    const { b, atB } = makeEnds()
    const driver = (atB.driver = spinning(() => false))
    const to = new Uint8Array(8)
    expect(b.receiveSoon(atB, to)).toBe(WOULD_BLOCK)
    b.receive(atB, to).next()
    expect(driver.spins).toBe(1)
  })

  it('a wait without it spins before it parks', () => {
    const { b, atB } = makeEnds()
    const driver = (atB.driver = spinning(() => false))
    const to = new Uint8Array(8)
    expect(b.tryReceive(atB, to)).toBe(WOULD_BLOCK)
    b.receive(atB, to).next()
    expect(driver.spins).toBe(1)
  })

  it('is a try where no driver can spin', () => {
    const { b, atB } = makeEnds()
    expect(b.receiveSoon(atB, new Uint8Array(8))).toBe(WOULD_BLOCK)
  })
})
