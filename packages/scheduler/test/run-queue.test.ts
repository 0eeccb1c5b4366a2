import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RunQueue } from '../src/policy/run-queue.ts'
import type { Thread } from '../src/thread/thread.ts'

const thread = (priority: number): Thread => ({ priority, next: undefined }) as unknown as Thread

describe('a run queue', () => {
  it('gives the most urgent first, and the first of equals', () => {
    const queue = new RunQueue()
    const [a, b, c, d] = [thread(120), thread(80), thread(121), thread(255)]
    for (const each of [a, d, b, c]) queue.append(each!)
    expect(Array.from({ length: 5 }, () => queue.take())).toEqual([b, a, c, d, undefined])
  })

  it('puts one that was interrupted before its equals', () => {
    const queue = new RunQueue()
    const [a, b] = [thread(120), thread(120)]
    queue.append(a!)
    queue.prepend(b!)
    expect([queue.take(), queue.take()]).toEqual([b, a])
  })

  it('gives, of the first few of a queue, rather one that fits', () => {
    const queue = new RunQueue()
    const [a, b, c] = [thread(120), thread(121), thread(120)]
    for (const each of [a, b, c]) queue.append(each!)
    const given = [1, 2, 3].map((most) => queue.firstLike((td) => td === c, most))
    expect(given).toEqual([a, a, c])
    expect(queue.firstLike((td) => td === b, 2)).toBe(b)
    expect(new RunQueue().firstLike(() => true, 2)).toBeUndefined()
  })

  it('knows whether a thread has rivals', () => {
    const queue = new RunQueue()
    queue.append(thread(120))
    expect(
      [80, 119, 120, 123, 124, 255].map((priority) => queue.rivals(thread(priority))),
    ).toEqual([false, false, true, true, true, true])
  })

  it('is a stable sort by queue, whatever comes and goes', () => {
    const steps = fc.array(fc.option(fc.nat(255), { freq: 3 }), { maxLength: 100 })
    fc.assert(
      fc.property(steps, (program) => {
        const queue = new RunQueue()
        let model: Thread[] = []
        for (const priority of program) {
          if (priority !== null) {
            const next = thread(priority)
            queue.append(next)
            model.push(next)
            continue
          }
          const best = Math.min(...model.map((each) => each.priority >> 2))
          const expected = model.find((each) => each.priority >> 2 === best)
          expect(queue.take()).toBe(expected)
          model = model.filter((each) => each !== expected)
        }
        expect(queue.length).toBe(model.length)
      }),
    )
  })
})
