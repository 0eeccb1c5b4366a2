import { bruteForce, explore, type ExploreOptions, type World } from '@smpnet/interleave'
import '@smpnet/interleave/vitest'
import { describe, expect, it } from 'vitest'
import { outcomesOf, words } from './support/outcomes.ts'

/** What the types of this repository do not know. */
interface Root {
  readonly WebAssembly: {
    Memory: new (size: object) => { buffer: SharedArrayBuffer; grow(pages: number): number }
  }
}

/** A thread waits with a timeout for a word that another sets, and the other forgets to notify. */
function forgetful({ thread }: World): void {
  const x = words(1)
  thread('waiter', () => {
    while (Atomics.load(x, 0) === 0) Atomics.wait(x, 0, 0, 1_000)
  })
  thread('writer', () => void Atomics.store(x, 0, 1))
}

/** A thread that waits twice and one that waits once, and what came of it. */
const waits = ({ thread }: World) => {
  const x = words(1)
  const seen: unknown[] = []
  const wait = () => seen.push(Atomics.wait(x, 0, 0, 5))
  thread('twice', () => void (wait(), wait()))
  thread('once', () => void wait())
  thread('waker', () => {
    Atomics.store(x, 0, 1)
    Atomics.notify(x, 0)
  })
  return () => seen.sort()
}

describe('how many waits time out', () => {
  it('is any number unless said otherwise, which hides what nobody wakes', () => {
    expect(explore({}, forgetful)).toHold()
    expect(explore({ timeouts: 'never' }, forgetful)).toFailWith('lost-wakeup', 'waiter')
    expect(explore({ timeouts: 0 }, forgetful)).toFailWith('lost-wakeup')
  })

  it('is at most the number that is given', () => {
    const counts = ([0, 1, 2, 3] as const).map((timeouts) => {
      const { outcomes } = outcomesOf(waits, { timeouts })
      const times = outcomes.map((text) => text.split('timed-out').length - 1)
      return Math.max(...times)
    })
    expect(counts).toEqual([0, 1, 2, 3])
  })

  it.each([0, 1, 2])('up to %i finds what every order of every step finds', (timeouts) => {
    const small = (options: ExploreOptions) =>
      outcomesOf(
        ({ thread }) => {
          const x = words(1)
          const seen: unknown[] = []
          for (const i of [0, 1]) thread(`w${i}`, () => (seen[i] = Atomics.wait(x, 0, 0, 5)))
          thread('waker', () => (seen[2] = Atomics.notify(x, 0, 1)))
          return () => seen
        },
        { timeouts, ...options },
      ).outcomes
    expect(small({})).toEqual(small({ strategy: bruteForce() }))
  })

  it('counts those of waitAsync, and not timers', () => {
    const program = ({ thread }: World) => {
      const x = words(1)
      const seen: unknown[] = []
      thread('t', async () => {
        setTimeout(() => seen.push('timer'), 1)
        const { value } = Atomics.waitAsync(x, 0, 0, 5) as { value: Promise<string> }
        seen.push(await value)
      })
      thread('u', () => void Atomics.notify(x, 0))
      return () => seen
    }
    const all = ['["ok","timer"]', '["timed-out","timer"]', '["timer","ok"]']
    const { outcomes } = outcomesOf(program)
    expect(outcomes).toEqual([...all, '["timer","timed-out"]'].sort())
    const never = outcomesOf(program, { timeouts: 'never' })
    expect(never.outcomes).toEqual(['["ok","timer"]', '["timer","ok"]'])
  })

  it('is said in the summary, and must be a number', () => {
    expect(explore({ timeouts: 1 }, forgetful).summary).toContain('and 1 timeout at most')
    expect(() => explore({ timeouts: 0.5 }, forgetful)).toThrow("timeouts to be 'never'")
  })
})

describe('memory that grows', () => {
  /** A thread reads the last element that there is, while another makes the memory longer. */
  const grows = (make: () => { buffer: SharedArrayBuffer; grow: () => void }) =>
    outcomesOf(({ thread }) => {
      const { buffer, grow } = make()
      let seen = 0
      thread('grower', grow)
      thread('reader', () => {
        seen = new Uint8Array(buffer).length
        const view = new Int32Array(buffer)
        Atomics.load(view, 0)
        seen += view.length * 10
      })
      return () => seen
    }).outcomes

  it('is seen before and after each step, whatever asks how long it is', () => {
    const outcomes = grows(() => {
      const buffer = new SharedArrayBuffer(4, { maxByteLength: 8 })
      return { buffer, grow: () => buffer.grow(8) }
    })
    expect(outcomes).toEqual(['14', '24', '28'])
  })

  it('loses a write that comes before there is room for it', () => {
    const result = explore({}, ({ thread, after }) => {
      const buffer = new SharedArrayBuffer(4, { maxByteLength: 8 })
      const view = new Int32Array(buffer)
      thread('grower', () => {
        buffer.grow(8)
        Atomics.add(view, 1, 1)
      })
      thread('writer', () => void (view[1] = 5))
      after(() => expect(view[1]).toBe(6))
    })
    expect(result.failure?.kind).toMatch(/assertion|data-race/)
  })

  it('may be that of WebAssembly, whose buffer is another one then', () => {
    const { outcomes } = outcomesOf(({ thread }) => {
      const { Memory } = (globalThis as unknown as Root).WebAssembly
      const memory = new Memory({ initial: 1, maximum: 2, shared: true })
      const seen: number[] = []
      thread('grower', () => {
        memory.grow(1)
        Atomics.store(new Int32Array(memory.buffer), 20_000, 1)
      })
      thread('reader', () => {
        const view = new Int32Array(memory.buffer)
        seen.push(view.length, view.length > 20_000 ? Atomics.load(view, 20_000) : -1)
      })
      return () => seen
    })
    expect(outcomes).toEqual(['[16384,-1]', '[32768,0]', '[32768,1]'])
  })
})
