import { describe, expect, it } from 'vitest'
import { BadHandle, Interrupt, type Pinning, type Place } from '../src/index.ts'

describe('a place', () => {
  it('is whatever knows on which CPU it is', () => {
    const cpuOf = (place: Place): number => place.cpu
    expect(cpuOf({ cpu: 3 })).toBe(3)
    expect(cpuOf(new Interrupt(2))).toBe(2)
  })
})

describe('an interrupt', () => {
  it('stays where it is, pinned or not', () => {
    const irq: Pinning = new Interrupt(5)
    irq.pin()
    expect(irq.cpu).toBe(5)
    irq.unpin()
    expect(irq.cpu).toBe(5)
  })

  it('is nothing that another object can be taken for', () => {
    const handler = (irq: Interrupt): number => irq.cpu
    const thread = { cpu: 1, pin() {}, unpin() {} }
    // @ts-expect-error A thread is no interrupt, though it has all of its public members.
    expect(handler(thread)).toBe(1)
  })
})

describe('a bad handle', () => {
  it('is a TypeError by its own name', () => {
    const error = new BadHandle('there is no zone at 4')
    expect(error).toBeInstanceOf(TypeError)
    expect(error.name).toBe('BadHandle')
  })
})
