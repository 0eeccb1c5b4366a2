import { explore } from '@smpnet/interleave'
import '@smpnet/interleave/vitest'
import { describe, expect, it } from 'vitest'
import { outcomesOf, words } from './support/outcomes.ts'

type Waited = { async: boolean; value: string | Promise<string> }
const waitAsync = (
  x: Int32Array<SharedArrayBuffer>,
  at: number,
  value: number,
  ms?: number,
): Waited => Atomics.waitAsync(x, at, value, ms) as Waited

describe('Atomics.waitAsync', () => {
  it('gives a promise that a notify settles, and does not block meanwhile', () => {
    const { outcomes, result } = outcomesOf(({ thread }) => {
      const x = words(2)
      const seen: unknown[] = []
      thread('event loop', async () => {
        const { async, value } = waitAsync(x, 0, 0)
        seen.push(async, Atomics.load(x, 1))
        seen.push(await value)
      })
      thread('waker', () => {
        Atomics.store(x, 0, 1)
        Atomics.notify(x, 0)
      })
      return () => seen
    })
    expect(outcomes).toEqual(['[false,0,"not-equal"]', '[true,0,"ok"]'])
    expect(result).toHold()
  })

  it('may time out', () => {
    const { outcomes } = outcomesOf(({ thread }) => {
      const x = words(2)
      let seen: unknown
      let woken = 0
      thread('event loop', async () => {
        seen = await waitAsync(x, 0, 0, 10).value
      })
      thread('waker', () => {
        woken = Atomics.notify(x, 0)
      })
      return () => [seen, woken]
    })
    expect(outcomes).toEqual(['["ok",1]', '["timed-out",0]'])
  })

  it('is a deadlock when nobody settles the promise', () => {
    const result = explore({}, ({ thread }) => {
      const x = words(2)
      thread('event loop', async () => void (await waitAsync(x, 0, 0).value))
    })
    expect(result).toFailWith('deadlock', 'awaits a promise that nobody settles')
  })

  it('times out only when the job that waits has ended', () => {
    const { outcomes, result } = outcomesOf(({ thread }) => {
      const x = words(2)
      let woken = 0
      let seen: unknown
      thread('event loop', async () => {
        const { value } = waitAsync(x, 0, 0, 10)
        woken = Atomics.notify(x, 0)
        seen = await value
      })
      thread('other', () => void Atomics.load(x, 1))
      return () => [woken, seen]
    })
    expect(outcomes).toEqual(['[1,"ok"]'])
    expect(result).toHold()
  })

  it('orders what came before the notify', () => {
    const result = explore({}, ({ thread }) => {
      const x = words(4)
      thread('event loop', async () => {
        const isWoken = (await waitAsync(x, 0, 0).value) === 'ok'
        expect(isWoken ? x[2] : 7).toBe(7)
      })
      thread('waker', () => {
        x[2] = 7
        Atomics.store(x, 0, 1)
        Atomics.notify(x, 0)
      })
    })
    expect(result).toHold()
  })
})

describe('Atomics.waitAsync with a timeout, in a loop', () => {
  /** Sleeps for a while, again and again, until the word is not 0. */
  async function poll(x: Int32Array<SharedArrayBuffer>, at: number): Promise<void> {
    while (Atomics.load(x, at) === 0) await waitAsync(x, at, 0, 10).value
  }

  it('costs no more executions than without', () => {
    const result = explore({}, ({ thread }) => {
      const x = words(1)
      thread('event loop', () => poll(x, 0))
      thread('waker', () => {
        Atomics.store(x, 0, 1)
        Atomics.notify(x, 0)
      })
    })
    expect(result).toHold()
    expect(result.executions).toBe(2)
  })

  it('may be all that a program does until somebody writes, in several threads', () => {
    const result = explore({}, ({ thread }) => {
      const x = words(2)
      thread('a', async () => {
        await poll(x, 0)
        Atomics.store(x, 1, 1)
      })
      thread('b', () => poll(x, 0))
      thread('c', () => {
        while (Atomics.load(x, 1) === 0) Atomics.wait(x, 1, 0, 10)
      })
      thread('writer', () => void Atomics.store(x, 0, 1))
    })
    expect(result).toHold()
  })

  it('is a livelock when nobody ever will', () => {
    const result = explore({}, ({ thread }) => {
      const x = words(1)
      thread('a', () => poll(x, 0))
      thread('b', () => poll(x, 0))
    })
    expect(result).toFailWith('livelock', 'a and b go round in a loop that nobody will end')
    expect(result.failure!.where).toMatch(/async\.model\.ts:\d+:\d+$/)
  })

  it('is tried to its end when it gives up', () => {
    const { outcomes, result } = outcomesOf(({ thread }) => {
      const x = words(1)
      let tries = 0
      thread('event loop', async () => {
        for (let i = 0; i < 2 && Atomics.load(x, 0) === 0; i++) {
          await waitAsync(x, 0, 0, 10).value
          tries++
        }
      })
      thread('writer', () => void Atomics.store(x, 0, 1))
      return () => tries
    })
    expect(outcomes).toEqual(['0', '1', '2'])
    expect(result).toHold()
  })

  it('is refused when it waits too often, with the place', () => {
    const wait = () =>
      explore({}, ({ thread }) => {
        const x = words(1)
        thread('event loop', async () => {
          for (let i = 0; i < 40; i++) await waitAsync(x, 0, 0, 10).value
        })
      })
    expect(wait).toThrow(/async\.model\.ts:\d+:\d+: .*more than 31 threads, timeouts of waitAsync/)
  })
})

describe('promises of a thread', () => {
  it('run their callbacks first in, first out, after the running code', () => {
    const { outcomes } = outcomesOf(({ thread }) => {
      const x = words(2)
      const order: string[] = []
      const say = async (name: string): Promise<string> => {
        order.push(`${name} starts`)
        Atomics.add(x, 0, 1)
        await undefined
        order.push(`${name} ends`)
        return name
      }
      thread('event loop', async () => {
        const both = Promise.all([say('a'), say('b')])
        order.push('both started')
        order.push(...(await both))
        await Promise.resolve(1).then((n) => order.push(`then ${n + Atomics.load(x, 0)}`))
        await Promise.reject(new Error('no')).catch((error: Error) => order.push(error.message))
      })
      return () => order
    })
    const order = [
      'a starts',
      'b starts',
      'both started',
      'a ends',
      'b ends',
      'a',
      'b',
      'then 3',
      'no',
    ]
    expect(outcomes).toEqual([JSON.stringify(order)])
  })

  it('fail the thread that rejects', () => {
    const result = explore({}, ({ thread }) => {
      const x = words(1)
      thread('event loop', async () => {
        await undefined
        Atomics.load(x, 0)
        throw new RangeError('too far')
      })
    })
    expect(result).toFailWith('exception', 'too far')
  })

  it('fail the thread that leaves a rejection unhandled', () => {
    const result = explore({}, ({ thread }) => {
      const x = words(1)
      const fail = async (): Promise<void> => {
        Atomics.load(x, 0)
        throw new RangeError('too far')
      }
      thread('event loop', () => void fail())
      thread('careful', () => void fail().catch(() => {}))
    })
    expect(result).toFailWith('exception', 'too far')
    expect(result.failure!.thread).toBe('event loop')
  })

  it('interleave two tasks of one thread only where they await', () => {
    const { outcomes } = outcomesOf(({ thread }) => {
      let n = 0
      const x = words(1)
      const add = async (): Promise<void> => {
        const before = n
        Atomics.add(x, 0, 1)
        n = before + 1
        await undefined
      }
      thread('event loop', async () => void (await Promise.all([add(), add()])))
      return () => n
    })
    expect(outcomes).toEqual(['2'])
  })
})
