import { finish, type Waiter, type Waiting } from '@smpnet/park'
import { describe, expect, it } from 'vitest'
import {
  acceptLocal,
  bindLocal,
  connectLocal,
  END,
  listenLocal,
  RESET,
  SocketDomain,
  SocketMisuse,
  type SocketZone,
  type StreamSocket,
  WOULD_BLOCK,
} from '../src/index.ts'
import { createdIn } from '../src/life.ts'
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

  it.each(END.states)('is refused in state %s by a sentence, and changes nothing', (state) => {
    for (const [event, call] of Object.entries(CALLS) as [keyof typeof CALLS, Call][]) {
      if (END.definition.rows.some((row) => row.state === state && row.event === event)) continue
      const { zone, a, atA, lot } = makeEnds({ pairs: 1, bufferBytes: 64 }, 1 << 17)
      const states = END.state[state] | (END.state.CONNECTED << 4)
      lot.memory.store(a.life.at, createdIn(a.handle.generation) | states)
      const before = a.life.load()
      const act = (): unknown => finish(atA, call(atA, a, zone))
      expect(act).toThrow(SocketMisuse)
      expect(act).toThrow(END.sentence(state, event))
      expect([a.life.load(), zone.names.inUse()]).toEqual([before, 0])
    }
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
