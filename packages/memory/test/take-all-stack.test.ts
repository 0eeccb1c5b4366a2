import { describe, expect, it } from 'vitest'
import { NIL, TakeAllStack } from '../src/index.ts'
import { kinds } from './memories.ts'

describe.each(kinds)('a take-all stack in %s memory', (_, create) => {
  const make = (): TakeAllStack => new TakeAllStack(create(1024), 64, 8)
  const drain = (stack: TakeAllStack): number[] => {
    const entries: number[] = []
    for (let at = stack.takeAll(); at !== NIL; at = stack.after(at)) entries.push(at)
    return entries
  }

  it('gives back what was pushed, in that order', () => {
    const stack = make()
    for (const entry of [128, 192, 256]) stack.push(entry)
    expect(drain(stack)).toEqual([128, 192, 256])
    expect(drain(stack)).toEqual([])
  })

  it('takes a chain at once, whose oldest entry comes first', () => {
    const stack = make()
    stack.push(128)
    stack.memory.write(256 + 8, 192)
    expect(stack.push(256, 192)).toBe(false)
    expect(drain(stack)).toEqual([128, 192, 256])
  })

  it('tells the one that found it empty', () => {
    const stack = make()
    expect([stack.push(128), stack.push(192)]).toEqual([true, false])
    expect(stack.isEmpty()).toBe(false)
    drain(stack)
    expect(stack.isEmpty()).toBe(true)
    expect(stack.push(128)).toBe(true)
  })
})
