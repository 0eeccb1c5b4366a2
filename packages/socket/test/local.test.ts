import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { BadHandle } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import {
  openListener,
  openSocket,
  SocketDomain,
  type ThreadListener,
  type ThreadSocket,
} from '../src/index.ts'
import { bytesOf } from './ends.ts'

const named = new URL('./fixtures/named.mjs', import.meta.url)

function makeDomain(pairs = 8): SocketDomain {
  return SocketDomain.create({ pairs, bufferBytes: 64, threads: 16 })
}

function textOf(socket: ThreadSocket): string {
  const bytes = new Uint8Array(64)
  const taken = socket.tryReceive(bytes)
  return taken < 0 ? `result ${taken}` : new TextDecoder().decode(bytes.subarray(0, taken))
}

/** What an error of a promise is called, and says. */
async function errorOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'none'
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`
  }
}

describe('A name', () => {
  it('joins a socket that connects to one that is accepted there', async () => {
    const domain = makeDomain()
    const listener = domain.listen('echo')
    const here = await domain.connect('echo')
    here.sendSync(bytesOf('before it is accepted'))
    const there = await listener.accept()
    expect(textOf(there)).toBe('before it is accepted')
    there.sendSync(bytesOf('an answer'))
    expect(textOf(here)).toBe('an answer')
    for (const socket of [here, there, listener]) socket.close()
    expect(domain.zone.open()).toBe(0)
    expect(domain.zone.names.inUse()).toBe(0)
  })

  it('is of one socket at a time, and free when that is closed', () => {
    const domain = makeDomain()
    const first = domain.listen('name')
    expect(() => domain.listen('name')).toThrow("another has 'name'")
    first.close()
    domain.listen('name').close()
    expect(domain.zone.open()).toBe(0)
  })

  it('is found by all its bytes, and by nothing else', () => {
    const domain = makeDomain(16)
    const names = ['a', 'b', 'aa', 'ä', '名', 'x'.repeat(104)]
    const listeners = names.map((name) => domain.listen(name))
    for (const [i, name] of names.entries()) {
      domain.connectSync(name)
      expect(listeners.map((one) => one.tryAccept() !== undefined).indexOf(true)).toBe(i)
    }
    expect(() => domain.connectSync('A')).toThrow("no socket listens at 'A'")
    expect(() => domain.listen('x'.repeat(105))).toThrow('1 to 104 bytes of UTF-8: 105 came')
    expect(() => domain.listen('')).toThrow('0 came')
    expect(() => domain.listen(7 as never)).toThrow('is a text: 7 came')
  })

  it('is refused when all are in use', () => {
    const domain = SocketDomain.create({ pairs: 4, names: 1, bufferBytes: 64 })
    domain.listen('one')
    expect(() => domain.listen('two')).toThrow('all 1 names are in use')
    expect(domain.zone.open()).toBe(1)
  })
})

describe('A socket that connects', () => {
  it('is refused where nobody listens, and leaves nothing behind', async () => {
    const domain = makeDomain()
    const message = "ConnectionRefused: no socket listens at 'nobody'"
    expect(await errorOf(domain.connect('nobody'))).toBe(message)
    expect(() => domain.connectSync('nobody')).toThrow('no socket listens')
    expect(domain.zone.open()).toBe(0)
  })

  it('is refused when the queue is full, which is counted', async () => {
    const domain = makeDomain()
    const listener = domain.listen('busy', { backlog: 2, waiting: 0 })
    const sockets = [domain.connectSync('busy'), domain.connectSync('busy')]
    expect(() => domain.connectSync('busy')).toThrow("listens at 'busy' is full")
    expect(listener.refused).toBe(1)
    listener.tryAccept()!.close()
    domain.connectSync('busy')
    expect(sockets.every((one) => one.isOpen)).toBe(true)
  })

  it('waits while the backlog is full, and is joined when another is accepted', async () => {
    const domain = makeDomain()
    const listener = domain.listen('busy', { backlog: 1, waiting: 2 })
    const first = domain.connectSync('busy')
    const others = [domain.connect('busy'), domain.connect('busy')]
    const order: number[] = []
    others.map((other, i) => other.then(() => order.push(i)))
    await new Promise((resolve) => setTimeout(resolve, 1))
    expect(order).toEqual([])
    for (const text of ['1st', '2nd', '3rd']) {
      const there = await listener.accept()
      there.sendSync(bytesOf(text))
    }
    const sockets = [first, ...(await Promise.all(others))]
    expect(order).toEqual([0, 1])
    expect(sockets.map(textOf)).toEqual(['1st', '2nd', '3rd'])
  })

  it('gives up when its time is over, or its signal aborts, and is in no queue then', async () => {
    const domain = makeDomain()
    const listener = domain.listen('slow', { backlog: 1, waiting: 5 })
    const first = domain.connectSync('slow')
    expect(await errorOf(domain.connect('slow', { timeoutMs: 1 }))).toContain('ConnectTimeout')
    expect(() => domain.connectSync('slow', { timeoutMs: 0 })).toThrow('in 0 ms')
    const controller = new AbortController()
    const aborted = domain.connect('slow', { signal: controller.signal })
    controller.abort(new Error('enough'))
    expect(await errorOf(aborted)).toBe('Error: enough')
    expect(domain.zone.open()).toBe(2)
    listener.tryAccept()!.sendSync(bytesOf('first'))
    expect(textOf(first)).toBe('first')
    expect(listener.tryAccept()).toBeUndefined()
  })

  it('is refused when the listener closes while it waits', async () => {
    const domain = makeDomain()
    const listener = domain.listen('closing', { backlog: 1 })
    const first = domain.connectSync('closing')
    const waits = errorOf(domain.connect('closing'))
    await new Promise((resolve) => setTimeout(resolve, 1))
    listener.close()
    expect(await waits).toContain('ConnectionRefused')
    await expect(first.receive(new Uint8Array(1))).rejects.toThrow('reset the connection')
    expect(await first.receive(new Uint8Array(1))).toBe(0)
    first.close()
    expect(domain.zone.open()).toBe(0)
  })
})

describe('A listener', () => {
  it('gives connections in their order, in a loop until it is closed', async () => {
    const domain = makeDomain()
    const listener = domain.listen('loop')
    const sockets = ['a', 'b', 'c'].map((text) => {
      const socket = domain.connectSync('loop')
      socket.sendSync(bytesOf(text))
      return socket
    })
    let got = ''
    for await (const there of listener) {
      got += textOf(there)
      there.close()
      if (got.length === 3) setTimeout(() => listener.close(), 1)
    }
    expect(got).toBe('abc')
    for (const socket of sockets) socket.close()
    expect(domain.zone.open()).toBe(0)
  })

  it('may be accepted from by several calls at once, and gives each a connection', async () => {
    const domain = makeDomain()
    const listener = domain.listen('many')
    const waits = [listener.accept(), listener.accept(), listener.accept()]
    await new Promise((resolve) => setTimeout(resolve, 1))
    const sockets = waits.map(() => domain.connectSync('many'))
    const accepted = await Promise.all(waits)
    for (const there of accepted) there.sendSync(bytesOf('x'))
    expect(sockets.map(textOf)).toEqual(['x', 'x', 'x'])
  })

  it('ends calls that wait to accept when it is closed', async () => {
    const domain = makeDomain()
    const listener = domain.listen('ends')
    const again = openListener(listener.handle)
    const waits = [errorOf(listener.accept()), errorOf(again.accept())]
    await new Promise((resolve) => setTimeout(resolve, 1))
    listener.close()
    for (const wait of waits) expect(await wait).toContain('ListenerClosed')
    expect(await errorOf(again.accept())).toContain('ListenerClosed')
    expect(() => again.close()).toThrow("in state FREED takes no event 'close'")
  })

  it('gives up accepting when the time is over, or by a signal', async () => {
    const listener = makeDomain().listen('idle')
    expect(listener.acceptSync({ timeoutMs: 0 })).toBeUndefined()
    expect(await listener.accept({ timeoutMs: 1 })).toBeUndefined()
    const controller = new AbortController()
    const accepting = errorOf(listener.accept({ signal: controller.signal }))
    controller.abort(new Error('no more'))
    expect(await accepting).toBe('Error: no more')
  })

  it.each([
    [{ backlog: 0 }, 'the backlog of a listener is a whole number from 1 to 16777216: 0 came'],
    [{ waiting: -1 }, 'the waiting of a listener is a whole number from 0'],
    [{ backlog: 1.5 }, '1.5 came'],
  ])('is refused with figures that cannot be: %j', (options, sentence) => {
    expect(() => makeDomain().listen('x', options)).toThrow(sentence)
  })

  it('moves no bytes, and what moves bytes does not accept', () => {
    const domain = makeDomain()
    const listener = domain.listen('x')
    const stream = openSocket(listener.handle)
    expect(() => stream.sendSync(bytesOf('x'))).toThrow("in state LISTENING takes no event 'send'")
    expect(() => stream.tryReceive(new Uint8Array(1))).toThrow("takes no event 'receive'")
    const [one] = domain.pair()
    const wrong: ThreadListener = openListener(one.handle)
    expect(() => wrong.tryAccept()).toThrow("in state CONNECTED takes no event 'accept'")
  })
})

describe('Worker threads', () => {
  it('accept from one listener, and each connection is served once', async () => {
    const domain = makeDomain(16)
    const listener = domain.listen('service')
    const { handle } = listener
    const servers = [1, 2, 3, 4].map(() => {
      return new Worker(named, { workerData: { part: 'serve', listener: handle }, execArgv: [] })
    })
    const count = 200
    const callers = [1, 2].map((id) => {
      const workerData = { part: 'call', domain: domain.handle, name: 'service', count, id }
      return new Worker(named, { workerData, execArgv: [] })
    })
    const served = servers.map((server) => once(server, 'message'))
    const answers = await Promise.all(callers.map((caller) => once(caller, 'message')))
    expect(answers.flat().map(({ right }) => right)).toEqual([count, count])
    listener.close()
    const counts = (await Promise.all(served)).flat().map(({ served }) => served as number)
    expect(counts.reduce((sum, one) => sum + one)).toBe(2 * count)
    expect(domain.zone.open()).toBe(0)
  })

  it('that end are buried, and their peers hear of a reset after what was sent', async () => {
    const domain = makeDomain()
    const listener = domain.listen('dying')
    const guest = domain.invite()
    const workerData = { part: 'die', domain: guest.handle, name: 'dying' }
    const worker = new Worker(named, { workerData, execArgv: [] })
    const there = await listener.accept()
    await once(worker, 'exit')
    domain.bury(guest)
    const bytes = new Uint8Array(8)
    expect(await there.receive(bytes)).toBe(3)
    await expect(there.receive(bytes)).rejects.toThrow('reset the connection')
    expect(await there.receive(bytes)).toBe(0)
    there.close()
    listener.close()
    expect(domain.zone.open()).toBe(0)
  })
})

it('A connection is handed on by a message over another', async () => {
  const domain = makeDomain()
  const [here, there] = domain.pair()
  const listener = domain.listen('passed on')
  const client = domain.connectSync('passed on')
  const accepted = await listener.accept()
  const { end } = accepted.handle
  here.sendSync(bytesOf(JSON.stringify(end)))
  const taken = domain.take(JSON.parse(textOf(there)) as typeof end)
  client.sendSync(bytesOf('still there'))
  expect(textOf(taken)).toBe('still there')
  taken.close()
  expect([accepted.isOpen, await client.receive(new Uint8Array(1))]).toEqual([false, 0])
  client.close()
  expect(() => domain.take(end)).toThrow('names an open pair of its zone')
  expect(() => domain.take({} as never)).toThrow(BadHandle)
})

it('A handle of a domain is checked before it is joined', () => {
  const domain = makeDomain()
  expect(() => SocketDomain.join({} as never)).toThrow(BadHandle)
  expect(() => SocketDomain.join(domain as never)).toThrow('pass its `.handle`')
  expect(() => openListener(domain.handle as never)).toThrow(BadHandle)
  const again = SocketDomain.join(domain.handle)
  again.listen('here')
  expect(domain.connectSync('here').isOpen).toBe(true)
})
