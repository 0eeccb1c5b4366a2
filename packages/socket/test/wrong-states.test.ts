import { finish, type Waiter, type Waiting } from '@smpnet/park'
import { describe, expect, it } from 'vitest'
import {
  acceptLocal,
  bindLocal,
  BROKEN,
  connectLocal,
  END,
  listenLocal,
  RESET,
  SocketDomain,
  SocketMisuse,
  type SocketZone,
  type StreamSocket,
  ThreadSocket,
  WOULD_BLOCK,
} from '../src/index.ts'
import { createdIn } from '../src/life.ts'
import { bindDatagrams } from '../src/local-datagrams.ts'
import { bytesOf, makeEnds } from './ends.ts'

type Call = (td: Waiter, socket: StreamSocket, zone: SocketZone) => Waiting<unknown>

const room = (): Uint8Array => new Uint8Array(4)

/** What a user calls, by the event of the table that it stands for. */
const CALLS: Partial<Record<(typeof END.events)[number], Call>> = {
  bind: (_, socket, zone) => bindLocal(zone, socket, 'x'),
  listen: (_, socket, zone) => listenLocal(zone, socket, 1, 1),
  connect: (td, socket, zone) => connectLocal(td, zone, socket, 'x'),
  accept: (td, socket, zone) => acceptLocal(td, zone, socket, false),
  send: (td, socket) => socket.send(td, room(), 0, 4, false),
  receive: (td, socket) => socket.receive(td, room(), 0, 4, false),
  shutdown: (td, socket) => socket.shutdown(td),
  shutdownReceive: (td, socket) => socket.shutdownReceive(td),
  abort: (td, socket) => socket.abort(td),
  close: (td, socket) => socket.close(td),
}

/** What comes of others, and is no call. */
const HAPPENINGS = ['joined', 'refused', 'reset', 'reported', 'closed', 'bury']

describe('A call that a socket does not take in its state', () => {
  it('is every event of the table but those that come of others', () => {
    expect(Object.keys(CALLS).concat(HAPPENINGS).toSorted()).toEqual(END.events.toSorted())
  })

  const cases = (['stream', 'seqpacket'] as const).flatMap((kind) => {
    return END.states.map((state) => [state, kind] as const)
  })

  it.each(cases)(
    'is refused in state %s, of a %s, by a sentence, and changes nothing',
    (state, kind) => {
      for (const [event, call] of Object.entries(CALLS) as [keyof typeof CALLS, Call][]) {
        if (END.definition.rows.some((row) => row.state === state && row.event === event)) continue
        const { zone, atA, lot } = makeEnds({ pairs: 2, bufferBytes: 64 }, 1 << 17)
        const [a] = zone.pairSync(atA, kind)
        const states = END.state[state] | (END.state.CONNECTED << 4)
        lot.memory.store(a.life.at, createdIn(a.handle.generation) | states)
        const before = a.life.load()
        const act = (): unknown => finish(atA, call(atA, a, zone))
        expect(act).toThrow(SocketMisuse)
        expect(act).toThrow(END.sentence(state, event))
        expect([a.life.load(), zone.names.inUse()]).toEqual([before, 0])
      }
    },
  )
})

describe('A socket of datagrams', () => {
  const wrong = END.states.filter((state) => state !== 'BOUND')

  it.each(wrong)('is received from in no state but BOUND, and not in %s', (state) => {
    const { zone, atA, lot } = makeEnds({ pairs: 2, bufferBytes: 64 }, 1 << 17)
    const socket = finish(atA, bindDatagrams(atA, zone, 'x'))
    lot.memory.store(socket.life.at, createdIn(socket.handle.generation) | END.state[state])
    const act = (): unknown => socket.tryReceive(atA, room())
    expect(act).toThrow(SocketMisuse)
    expect(act).toThrow(END.sentence(state, 'receive'))
  })

  it('neither listens nor connects, nor sends by itself', () => {
    const { zone, atA } = makeEnds({ pairs: 2, bufferBytes: 64 }, 1 << 17)
    const socket = finish(atA, bindDatagrams(atA, zone, 'x'))
    const sentence = "a socket is of kind 'stream' or 'seqpacket': 'dgram' came"
    expect(() => finish(atA, listenLocal(zone, socket, 1, 1))).toThrow(sentence)
    expect(() => finish(atA, connectLocal(atA, zone, socket, 'x'))).toThrow(sentence)
    expect(socket.trySend(atA, room())).toBe(BROKEN)
    expect(END.states[socket.life.stateIn(socket.life.load())]).toBe('BOUND')
  })
})

/** What a user calls on an end, by the methods that there are, so that none is missing. */
const ARGUMENTS: Record<string, (other: ThreadSocket) => unknown[]> = {
  receiveSync: () => [room()],
  sendSync: () => [room()],
  tryReceive: () => [room()],
  trySend: () => [room()],
  receive: () => [room()],
  send: () => [room()],
  sendRightsSync: () => [room(), []],
  sendRights: () => [room(), []],
  receiveRightsSync: () => [room()],
  receiveRights: () => [room()],
  shutdown: () => [],
  drain: () => [],
  drainSync: () => [],
  setOption: () => ['SO_LINGER', 1],
  getOption: () => ['SO_TYPE'],
  close: () => [],
  abort: () => [],
  invite: () => [],
}

describe('A call on an end that is', () => {
  const methods = Object.getOwnPropertyNames(ThreadSocket.prototype).filter((name) => {
    return !['constructor', 'kind', 'isOpen', 'bury'].includes(name)
  })
  const packets = () => SocketDomain.create({ pairs: 2, bufferBytes: 64 })

  it('is every method of it but `bury`', () => {
    expect(methods.toSorted()).toEqual(Object.keys(ARGUMENTS).toSorted())
  })

  it.each(methods)('closed is refused by a sentence: %s', async (name) => {
    const [here, there] = packets().pair({ kind: 'seqpacket' })
    here.close()
    const call = here[name as 'close'] as (...args: unknown[]) => unknown
    const made = async (): Promise<unknown> => await call.apply(here, ARGUMENTS[name]!(there))
    await expect(made()).rejects.toThrow(SocketMisuse)
    await expect(made()).rejects.toThrow(/it is$|takes no event/)
  })

  it.each(methods)('sent to another thread is refused by a sentence: %s', async (name) => {
    const domain = packets()
    const [carrier, other] = domain.pair({ kind: 'seqpacket' })
    const [here, there] = domain.pair({ kind: 'seqpacket' })
    expect(carrier.sendRightsSync(room(), [here])).toBe(4)
    const call = here[name as 'close'] as (...args: unknown[]) => unknown
    const made = async (): Promise<unknown> => await call.apply(here, ARGUMENTS[name]!(there))
    await expect(made()).rejects.toThrow('an end is used until it is sent: it was')
    const [end] = other.receiveRightsSync(room()).ends
    expect([end!.isOpen, there.sendSync(room()), end!.receiveSync(room())]).toEqual([true, 4, 4])
  })
})

describe('A handle of an earlier use', () => {
  it('reaches no socket that has its place now', () => {
    const domain = SocketDomain.create({ pairs: 1, bufferBytes: 64, names: 2 })
    const kinds = [{ kind: 'stream' }, { kind: 'seqpacket' }] as const
    for (const kind of [...kinds, ...kinds]) {
      const [here, there] = domain.pair(kind)
      const { handle } = here
      here.close()
      there.close()
      const now = domain.datagrams('now')
      expect(() => domain.take(handle.end)).toThrow('a handle names an open pair of its zone')
      expect(() => here.sendSync(room())).toThrow(SocketMisuse)
      expect(() => here.close()).toThrow('an end is used until it is closed')
      expect(now.trySendTo('now', room())).toBe(true)
      expect(now.tryReceive()?.bytes).toEqual(room())
      now.close()
    }
    expect(domain.zone.open()).toBe(0)
  })
})

describe('A socket that is aborted', () => {
  const pair = () => SocketDomain.create({ pairs: 1, bufferBytes: 64 }).pair()

  it('leaves what was sent, and its peer hears of the reset once, whatever it calls', async () => {
    for (const call of ['receiveSync', 'receive', 'sendSync', 'send'] as const) {
      const [here, there] = pair()
      here.sendSync(bytesOf('last'))
      here.abort()
      expect(await there.receive(room())).toBe(4)
      await expect((async () => await there[call](room()))()).rejects.toThrow('has reset')
      expect(await there.receive(room())).toBe(0)
      expect(() => there.sendSync(room())).toThrow('the receiver has gone')
      there.close()
    }
  })

  it('is a result for calls that only try', () => {
    const [here, there] = pair()
    here.sendSync(bytesOf('last'))
    here.abort()
    expect([1, 2, 3].map(() => there.tryReceive(room()))).toEqual([4, RESET, 0])
    expect(() => here.abort()).toThrow('an end is used until it is closed')
  })

  it('makes its peer readable and writable for a poller', () => {
    const domain = SocketDomain.create({ pairs: 1, bufferBytes: 64 })
    const [here, there] = domain.pair()
    const poller = domain.poller()
    poller.add(there, 1)
    expect(poller.waitSync({ timeoutMs: 0 })).toEqual([])
    here.abort()
    expect(poller.waitSync()).toEqual([there])
  })
})

describe('A socket that receives nothing more', () => {
  it('finds the end, and the sends of its peer are a broken pipe', async () => {
    const [here, there] = SocketDomain.create({ pairs: 1, bufferBytes: 64 }).pair()
    here.sendSync(bytesOf('lost'))
    there.shutdown('receive')
    expect(there.tryReceive(room())).toBe(0)
    expect(() => here.sendSync(room())).toThrow('the receiver has gone')
    there.sendSync(bytesOf('more'))
    expect(here.tryReceive(room())).toBe(4)
    expect(here.tryReceive(room())).toBe(WOULD_BLOCK)
    there.shutdown('both')
    expect(here.tryReceive(room())).toBe(0)
    expect(() => there.shutdown('neither' as never)).toThrow("'neither' came")
  })
})
