import { Arena, BadHandle, LiveMemory } from '@smpnet/memory'
import { Mutex, SyncDomain } from '@smpnet/sync'
import { describe, expect, it, vi } from 'vitest'
import {
  DatagramSockets,
  Messages,
  openSocket,
  SocketDomain,
  SocketMisuse,
  socketPair,
  SocketZone,
} from '../src/index.ts'
import { LockedSockets } from '../src/locked/index.ts'

describe('What is no handle of a socket', () => {
  const [, there] = socketPair({ bufferBytes: 64, threads: 1 })
  const { handle } = there
  const { zone, domain } = handle

  it.each([
    ['nothing', undefined, 'undefined came'],
    ['an empty object', {}, 'one whose domain is undefined came'],
    ['the handle of a mutex', Mutex.create(SyncDomain.create()).handle, 'one whose zone is'],
    ['the socket itself', there, 'itself came; pass its `.handle`'],
    ['what JSON made of it', JSON.parse(JSON.stringify(handle)), 'JSON cannot carry'],
    ['other buffers', { ...handle, zone: { ...zone, bufferBytes: 128 } }, 'a zone of sockets'],
    ['another pool', { ...handle, zone: { ...zone, pool: { ...zone.pool, at: 64 } } }, 'pool'],
    ['no pollers', { ...handle, pollers: {} }, 'the handle of a pool'],
  ])('is refused by a sentence, and takes no number: %s', (_what, wrong, sentence) => {
    const words = new Int32Array(domain.buffer).slice()
    expect(() => openSocket(wrong as never)).toThrow(BadHandle)
    expect(() => openSocket(wrong as never)).toThrow(sentence)
    const now = new Int32Array(domain.buffer)
    expect(words.every((word, i) => word === now[i])).toBe(true)
  })
})

describe('A misspelt option', () => {
  const arena = () => Arena.create(LiveMemory.create(1 << 16))
  const domain = SocketDomain.create({ pairs: 1, bufferBytes: 64 })
  const [, end] = domain.pair()

  it.each<[string, () => unknown, string]>([
    ['of a domain', () => SocketDomain.create({ pair: 1 } as never), 'pair came'],
    ['of a pair', () => socketPair({ bufferByte: 1 } as never), 'bufferByte came'],
    ['of a zone', () => SocketZone.place(arena(), { pair: 1 } as never), 'pair came'],
    ['of a listener', () => domain.listen('x', { backlogs: 1 } as never), 'backlogs came'],
    ['of a connect', () => domain.connectSync('x', { timeout: 1 } as never), 'timeout came'],
    ['of messages', () => new Messages(end, { mostByte: 1 } as never), 'mostByte came'],
    [
      'of datagram sockets',
      () => DatagramSockets.place(arena(), { socket: 1 } as never),
      'socket came',
    ],
    [
      'of locked sockets',
      () => LockedSockets.place(arena(), { recieveBytes: 64 } as never),
      'locked sockets can be told sockets, receiveBytes, cpus, blocks, names: recieveBytes came',
    ],
  ])('%s is refused by a sentence that names it', (_what, call, sentence) => {
    expect(call).toThrow(TypeError)
    expect(call).toThrow(sentence)
  })

  it('of an awaited connect is refused, too', async () => {
    await expect(domain.connect('x', { timout: 1 } as never)).rejects.toThrow('timout came')
  })
})

describe('A poll', () => {
  it('by a time of 0 never sleeps', () => {
    const wait = vi.spyOn(Atomics, 'wait')
    const domain = SocketDomain.create({ pairs: 1, bufferBytes: 64 })
    const [one, other] = domain.pair()
    const poller = domain.poller()
    poller.add(one, 1)
    expect(poller.waitSync({ timeoutMs: 0 })).toEqual([])
    expect(one.receiveSync(new Uint8Array(4), { timeoutMs: 0 })).toBe(-1)
    other.sendSync(new Uint8Array(64), { timeoutMs: 0 })
    expect(other.sendSync(new Uint8Array(1), { timeoutMs: 0 })).toBe(0)
    expect(poller.waitSync({ timeoutMs: 0 })).toEqual([one])
    expect(wait).not.toHaveBeenCalled()
    vi.restoreAllMocks()
  })

  it('of nothing would last for ever, and is refused', () => {
    const domain = SocketDomain.create({ pairs: 1, bufferBytes: 64 })
    expect(() => domain.poller().waitSync()).toThrow(SocketMisuse)
  })
})

it('A domain of many pairs has room for a guest of each', () => {
  const domain = SocketDomain.create({ pairs: 70, bufferBytes: 64 })
  const guests = Array.from({ length: 70 }, () => domain.pair()[1].invite().thread)
  expect(new Set(guests).size).toBe(70)
})
