import { attachLive, startLive } from '@smpnet/machine/live'
import { afterEach, describe, expect, it } from 'vitest'
import {
  type Dispatcher,
  type DispatcherOptions,
  keyNumber,
  openDispatcher,
  startDispatcher,
} from '../src/dispatcher/index.ts'

interface Item {
  readonly key: number
  readonly number: number
}

const module = new URL('./fixtures/items.mjs', import.meta.url)
const key = (item: Item): number => item.key

const running: Dispatcher<never>[] = []

async function start<T>(options: Partial<DispatcherOptions<T>>): Promise<Dispatcher<T>> {
  const whole = { cpus: 2, module, key: key as never, ...options }
  const dispatcher = await startDispatcher<T>(startLive, whole)
  running.push(dispatcher as never)
  return dispatcher
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()))
})

/** Items of `keys` keys, each numbered from 1. */
function* itemsOf(keys: number, each: number): Generator<Item> {
  for (let number = 1; number <= each; number++) {
    for (let k = 0; k < keys; k++) yield { key: k, number }
  }
}

describe('Items of a key', () => {
  it.each([
    ['go to one CPU in order', {}],
    ['keep it when they are more than there is room for', { places: 8 }],
    ['keep it while keys move to where there is less to do', { steals: true, places: 64 }],
  ])('%s', async (_name, options) => {
    const dispatcher = await start<Item>({ name: 'inOrder', ...options })
    for (const item of itemsOf(5, 400)) await dispatcher.send(item)
    await dispatcher.idle()
    const { workstreams } = dispatcher.statistics()
    expect(workstreams.map(({ works }) => works[0]!.queued).reduce((a, b) => a + b)).toBe(2000)
    expect(dispatcher.pending).toBe(0)
  })

  it('are spread over the CPUs', async () => {
    const dispatcher = await start<number>({ key: (item) => item })
    for (let item = 0; item < 200; item++) await dispatcher.send(item)
    await dispatcher.idle()
    for (const { works } of dispatcher.statistics().workstreams) {
      expect(works[0]!.handled).toBeGreaterThan(20)
    }
  })

  it('wait for the one before them when its function returns a promise', async () => {
    const heard: unknown[] = []
    const onError = (error: unknown, item: Item): void => {
      heard.push([(error as Error).name, (error as Error).message, item.number])
    }
    const dispatcher = await start<Item>({ name: 'slow', onError })
    for (const item of itemsOf(1, 7)) await dispatcher.send(item)
    await dispatcher.idle()
    expect(heard).toEqual([
      ['RangeError', 'item 3 is a third one', 3],
      ['RangeError', 'item 6 is a third one', 6],
    ])
  })
})

describe('Back pressure', () => {
  it('is said by trySend, and kept by send in the order of the calls', async () => {
    const dispatcher = await start<Item>({ name: 'slow', places: 2, onError() {} })
    const sent = Array.from({ length: 3 }, (_, i) => dispatcher.trySend({ key: 1, number: i }))
    expect(sent).toEqual([true, true, false])
    const waiting = dispatcher.send({ key: 1, number: 4 })
    expect(dispatcher.trySend({ key: 2, number: 5 })).toBe(false)
    expect(dispatcher.pending).toBe(3)
    await waiting
    await dispatcher.idle()
    expect(dispatcher.trySend({ key: 1, number: 6 })).toBe(true)
    await dispatcher.idle()
  })
})

it('Items may have megabytes, where there is room for them', async () => {
  const payloadBytes = 2_100_000
  const dispatcher = await start<Uint8Array>({
    name: 'sums',
    key: () => 'a',
    places: 2,
    payloadBytes,
    senders: 1,
  })
  const heard: string[] = []
  const bytes = new Uint8Array(2_000_000).fill(1)
  for (let i = 0; i < 5; i++) {
    await dispatcher.send(bytes)
    await dispatcher.idle().catch((error: Error) => heard.push(error.message))
  }
  expect(heard).toEqual(Array(5).fill('2000000 bytes of 2000000'))
})

it('Items that nobody waits with are as many as there is memory for', async () => {
  const dispatcher = await start<Item>({ name: 'inOrder' })
  const sent = [...itemsOf(3, 50_000)].map((item) => dispatcher.send(item))
  await dispatcher.idle()
  await Promise.all(sent)
  expect(dispatcher.pending).toBe(0)
})

describe('What goes wrong', () => {
  it('in a function rejects idle, once, if nobody hears of it', async () => {
    const dispatcher = await start<string>({ name: 'strict', key: () => 'a' })
    await dispatcher.send('one')
    await dispatcher.send('function')
    await expect(dispatcher.idle()).rejects.toThrow(new TypeError('not one'))
    await expect(dispatcher.idle()).resolves.toBeUndefined()
    await dispatcher.send('function')
    await expect(dispatcher.idle()).rejects.toThrow('threw what cannot be sent: a function')
  })

  it('in the ear for errors rejects idle, and loses no other item', async () => {
    const heard: unknown[] = []
    const onError = (_error: unknown, item: Item): void => {
      heard.push(item.number)
      if (item.number === 3) throw new Error('the ear broke')
    }
    const dispatcher = await start<Item>({ name: 'thirds', places: 2, onError })
    // Slots are taken back in between, by those that send.
    for (const item of itemsOf(1, 9)) while (!dispatcher.trySend(item));
    await expect(dispatcher.idle()).rejects.toThrow('the ear broke')
    expect(heard).toEqual([3, 6, 9])
    await expect(dispatcher.idle()).resolves.toBeUndefined()
  })

  it('with a CPU rejects all that waits, and every later call', async () => {
    const dispatcher = await start<string>({ name: 'dies', key: () => 'a' })
    await dispatcher.send('one')
    await expect(dispatcher.idle()).rejects.toThrow('CPU')
    expect(() => dispatcher.trySend('two')).toThrow('CPU')
    await expect(dispatcher.send('two')).rejects.toThrow('CPU')
  })

  it('with an item is thrown before it is sent, and costs no room', async () => {
    const dispatcher = await start<unknown>({ key: (item) => item as string, places: 1 })
    expect(() => dispatcher.trySend({})).toThrow('a key is a text or a number: an object came')
    const tooLarge = 'an item, and what its function throws, take up to 512 bytes'
    expect(() => dispatcher.trySend('x'.repeat(600))).toThrow(tooLarge)
    expect(() => dispatcher.trySend(new SharedArrayBuffer(8))).toThrow('a SharedArrayBuffer came')
    expect(dispatcher.trySend('x')).toBe(true)
    await dispatcher.idle()
  })

  it('ends with stop: what waits rejects', async () => {
    const dispatcher = await start<Item>({ name: 'slow', places: 1 })
    const sends = [1, 2].map((number) => dispatcher.send({ key: 1, number }))
    const idle = dispatcher.idle()
    await Promise.all([
      expect(sends[1]).rejects.toThrow('the dispatcher was stopped'),
      expect(idle).rejects.toThrow('the dispatcher was stopped'),
      dispatcher.stop(),
    ])
  })
})

it('Other threads send by the handle, as many as there are seats', async () => {
  const dispatcher = await start<Item>({ name: 'inOrder', senders: 2 })
  const open = () => openDispatcher<Item>(attachLive, dispatcher.handle, { key })
  const other = open()
  expect(open).toThrow('senders: expected at most 2 threads, came one beside as many')
  for (const item of itemsOf(3, 50)) await other.send(item)
  await other.idle()
  await other.detach()
  await open().detach()
})

describe('Other threads that send hear of the end', () => {
  const open = (dispatcher: Dispatcher<Item>) =>
    openDispatcher<Item>(attachLive, dispatcher.handle, { key })

  it('by stop: what waits rejects, and every later call', async () => {
    const dispatcher = await start<Item>({ name: 'never', places: 1 })
    const other = open(dispatcher)
    await other.send({ key: 1, number: 1 })
    const waiting = [other.send({ key: 1, number: 2 }), other.idle()]
    const rejected = waiting.map((one) => expect(one).rejects.toThrow('dispatcher was stopped'))
    await dispatcher.stop()
    await Promise.all(rejected)
    expect(() => other.trySend({ key: 1, number: 3 })).toThrow('the dispatcher was stopped')
    await expect(other.detach()).rejects.toThrow('the dispatcher was stopped')
    expect(() => open(dispatcher)).toThrow('the dispatcher was stopped')
  })

  it('by a CPU that dies', async () => {
    const dispatcher = await start<Item>({ name: 'dies' })
    const other = open(dispatcher)
    await other.send({ key: 1, number: 1 })
    await expect(other.idle()).rejects.toThrow('CPU')
    await expect(other.send({ key: 1, number: 2 })).rejects.toThrow('CPU')
    expect(() => open(dispatcher)).toThrow('CPU')
  })

  it('when they have nothing on its way', async () => {
    const dispatcher = await start<Item>({ places: 2 })
    const other = open(dispatcher)
    await dispatcher.stop()
    const sends = async () => {
      for (let number = 1; number < 10; number++) await other.send({ key: 1, number })
    }
    await expect(sends()).rejects.toThrow('the dispatcher was stopped')
    await expect(other.idle()).rejects.toThrow('the dispatcher was stopped')
  })
})

it('A thread that has detached sends no more, and says so', async () => {
  const dispatcher = await start<Item>({})
  const other = openDispatcher<Item>(attachLive, dispatcher.handle, { key })
  await other.detach()
  expect(() => other.trySend({ key: 1, number: 1 })).toThrow('this thread has detached')
  await expect(other.send({ key: 1, number: 1 })).rejects.toThrow('this thread has detached')
  await expect(other.detach()).rejects.toThrow('this thread has detached')
})

describe('Options that cannot be are refused with a sentence', () => {
  it.each<[Partial<DispatcherOptions<Item>>, string]>([
    [{ cpus: 0 }, 'cpus: expected a whole number from 1 to 64, came 0'],
    [{ cpus: '2' as never }, "cpus: expected a whole number from 1 to 64, came '2'"],
    [{ places: 0.5 }, 'places: expected a whole number from 1 to 65536, came 0.5'],
    [{ payloadBytes: 8 }, 'payloadBytes: expected a whole number from 512 to 16777216, came 8'],
    [{ places: 65_536, payloadBytes: 65_536 }, 'expected less than 1 GiB, came 4 × 65536 × 65536'],
    [{ colour: 'red' } as never, 'expected cpus, module, name, key, onError, steals, places,'],
    [{ steals: 'no' as never }, "steals: expected true or false, came 'no'"],
    [{ name: 3 as never }, 'name: expected a text, came 3'],
    [{ key: 'key' as never }, "key: expected a function of an item, 'key' came"],
    [{ onError: 1 as never }, 'onError: expected a function of an error, 1 came'],
    [
      { module: './items.mjs' },
      "modules are URLs, as new URL('./jobs.mjs', import.meta.url): './items.mjs' came",
    ],
    [{ name: 'nothing' }, 'expected a function nothing'],
    [{ name: 'absent' }, 'expected a function absent'],
  ])('%j', async (options, sentence) => {
    await expect(start(options)).rejects.toThrow(sentence)
  })

  it('and what is no handle or no starter, too', async () => {
    const started = startDispatcher(null as never, {} as never)
    await expect(started).rejects.toThrow('what starts a machine')
    expect(() => openDispatcher(attachLive, {} as never, { key })).toThrow('a dispatcher')
  })
})

describe('The number of a key', () => {
  it('is the same for the same key, is never 0, and differs for most others', () => {
    const keys = [0, 1, -1, 0.5, NaN, 2 ** 40, 1n, '', 'a', 'b', 'ab', 'ba']
    const numbers = keys.map((one) => keyNumber(one))
    expect(keys.map((one) => keyNumber(one))).toEqual(numbers)
    expect(numbers).not.toContain(0)
    expect(new Set(numbers).size).toBeGreaterThanOrEqual(keys.length - 1)
  })
})
