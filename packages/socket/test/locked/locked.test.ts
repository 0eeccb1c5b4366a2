import { describe, expect, it } from 'vitest'
import { errnoOf, ERRNO, SocketMisuse, WOULD_BLOCK } from '../../src/index.ts'
import { END, type EndEvent } from '../../src/life-table.ts'
import { type LockedSocket, LockedSockets, schemeOf, schemeTable } from '../../src/locked/index.ts'
import { socketIn } from './states.ts'
import { lockedWorld, type LockedTestWorld } from './world.ts'

describe.each(schemeTable)('Sockets under the locks of $name', ({ name }) => {
  it('carry bytes both ways, in order, and then the end', () => {
    const world = lockedWorld(name)
    const [client, server] = world.pair()
    expect(world.send(client, 1, 2)).toBe(2)
    expect(world.send(client, 3)).toBe(1)
    expect(world.receive(server)).toEqual([1, 2, 3])
    expect(world.send(server, 4)).toBe(1)
    world.close(server)
    expect(world.receive(client)).toEqual([4])
    expect(world.receive(client)).toBe(0)
    expect(errnoOf(world.send(client, 5))).toBe(ERRNO.EPIPE)
    world.close(client)
    expect(world.sockets.inUse()).toBe(0)
  })

  it('take what there is space for, and the rest when there is some', () => {
    const world = lockedWorld(name, { receiveBytes: 4 })
    const [client, server] = world.pair()
    let next = 0
    const got: number[] = []
    for (let round = 0; round < 50; round++) {
      const sent = world.send(client, next & 255, (next + 1) & 255, (next + 2) & 255)
      if (sent > 0) next += sent
      const taken = world.receive(server, 1 + (round % 3))
      if (typeof taken !== 'number') got.push(...taken)
    }
    expect(got.length).toBeGreaterThan(60)
    expect(got).toEqual(got.map((_, i) => i & 255))
    while (world.send(client, 0) === 1);
    expect(world.send(client, 0)).toBe(WOULD_BLOCK)
  })

  it('are accepted in the order in which they came, as many as the backlog has', () => {
    const world = lockedWorld(name, { looksFirst: true })
    const listener = world.listener(2)
    expect(world.do((td) => listener.accept(td, false))).toBeUndefined()
    const clients = [world.create(), world.create(), world.create()]
    const results = clients.map((one) => world.do((td) => one.connect(td, listener.handle)))
    expect(results.map(errnoOf)).toEqual([0, 0, ERRNO.ECONNREFUSED])
    expect(listener.overflows()).toBe(1)
    for (const [i, client] of clients.slice(0, 2).entries()) {
      world.send(client, i)
      const server = world.do((td) => listener.accept(td, false))!
      expect(world.receive(server)).toEqual([i])
      world.close(client, server)
    }
    expect(clients[2]!.state()).toBe('CREATED')
    expect(world.do((td) => clients[2]!.connect(td, listener.handle))).toBe(0)
    world.close(listener)
    expect(errnoOf(world.send(clients[2]!, 0))).toBe(ERRNO.ECONNRESET)
    world.close(clients[2]!)
    expect(world.sockets.inUse()).toBe(0)
  })

  it('keep their backlog when they are to listen once more, or were closed', () => {
    const world = lockedWorld(name)
    const closed = world.listener(1)
    world.close(closed)
    const listener = world.listener(1)
    expect(listener.handle.at).toBe(closed.handle.at)
    for (const again of [listener, closed]) {
      expect(() => world.do((td) => again.listen(td, 2))).toThrow(SocketMisuse)
    }
    const clients = [world.create(), world.create()]
    const results = clients.map((one) => world.do((td) => one.connect(td, listener.handle)))
    expect(results.map(errnoOf)).toEqual([0, ERRNO.ECONNREFUSED])
  })

  it('report a reset once, whichever call comes first', () => {
    const world = lockedWorld(name)
    const [client, server] = world.pair()
    world.send(client, 1)
    world.do((td) => client.abort(td))
    expect(server.state()).toBe('RESET')
    expect(errnoOf(world.receive(server) as number)).toBe(ERRNO.ECONNRESET)
    expect(world.receive(server)).toBe(0)
    expect(errnoOf(world.send(server, 1))).toBe(ERRNO.EPIPE)
    world.close(server)
    expect(world.sockets.inUse()).toBe(0)
  })

  it('are shut down each way', () => {
    const world = lockedWorld(name)
    const [client, server] = world.pair()
    world.send(client, 1)
    world.do((td) => client.shutdown(td))
    expect(client.state()).toBe('SEND_SHUT')
    expect(world.receive(server)).toEqual([1])
    expect(world.receive(server)).toBe(0)
    expect(world.send(server, 2)).toBe(1)
    expect(world.receive(client)).toEqual([2])
    world.do((td) => client.shutdownReceive(td))
    expect(client.state()).toBe('BOTH_SHUT')
    expect(errnoOf(world.send(server, 3))).toBe(ERRNO.EPIPE)
    world.close(server, client)
    expect(world.sockets.inUse()).toBe(0)
  })

  it('connect to nobody that does not listen', () => {
    const world = lockedWorld(name)
    const [client, other] = [world.create(), world.create()]
    const refused = () => errnoOf(world.do((td) => client.connect(td, other.handle)))
    expect(refused()).toBe(ERRNO.ECONNREFUSED)
    world.close(other)
    expect(refused()).toBe(ERRNO.ECONNREFUSED)
    world.close(client)
    expect(world.sockets.inUse()).toBe(0)
  })

  it('have no peer before they are connected, also for a call that comes meanwhile', () => {
    const world = lockedWorld(name)
    const [full, listener, client] = [world.listener(1), world.listener(1), world.create()]
    world.do((td) => world.create().connect(td, full.handle))
    const same = world.sockets.open(client.handle)
    const queue = world.sockets.partsOf(full.handle.at).locks[schemeOf(name).areas.queue!.lock]!
    const { tryEnter } = queue
    queue.tryEnter = (td) => {
      queue.tryEnter = tryEnter
      expect(() => world.send(same, 1)).toThrow(SocketMisuse)
      return queue.tryEnter(td)
    }
    const connects = ({ handle }: LockedSocket) =>
      errnoOf(world.do((td) => client.connect(td, handle)))
    expect(connects(full)).toBe(ERRNO.ECONNREFUSED)
    // The block of the peer that it was to have is another's now.
    world.create()
    expect(connects(listener)).toBe(0)
    const server = world.do((td) => listener.accept(td, false))!
    expect(world.send(same, 1)).toBe(1)
    expect(world.receive(server)).toEqual([1])
  })

  it('are closed once, and a block that is given out again is another socket', () => {
    const world = lockedWorld(name)
    const socket = world.create()
    world.close(socket)
    expect(() => world.close(socket)).toThrow(SocketMisuse)
    const next = world.create()
    expect(next.handle.at).toBe(socket.handle.at)
    expect(socket.state()).toBe('FREED')
    expect(() => world.send(socket, 1)).toThrow('in state FREED takes no event')
    expect(next.state()).toBe('CREATED')
  })

  describe.each(END.states)('in state %s', (state) => {
    const taken = END.definition.rows.filter((row) => row.state === state)
    const illegal = (Object.keys(CALLS) as Call[]).filter((call) => {
      // A socket with a name listens by another event than one that gets none.
      const event = call === 'listen' && state === 'BOUND' ? 'listen' : CALLS[call].event
      return !taken.some((row) => row.event === event)
    })

    it.each(illegal)('refuse %s, and nothing changes', (call) => {
      const world = lockedWorld(name)
      const socket = socketIn(state, world)
      expect(socket.state()).toBe(state)
      const before = world.sockets.inUse()
      expect(() => CALLS[call].make(world, socket)).toThrow(END.sentence(state, CALLS[call].event))
      expect(socket.state()).toBe(state)
      expect(world.sockets.inUse()).toBe(before)
      expect(world.witness.held(world.td)).toEqual([])
    })
  })
})

interface TestCall {
  readonly event: EndEvent
  make(world: LockedTestWorld, socket: LockedSocket): unknown
}

const CALLS = {
  bind: { event: 'bind', make: (world, socket) => world.do((td) => socket.bind(td, 'x')) },
  listen: { event: 'bind', make: (world, socket) => world.do((td) => socket.listen(td, 1)) },
  connect: {
    event: 'connect',
    make: (world, socket) => world.do((td) => socket.connect(td, { at: 64, use: 1 })),
  },
  accept: { event: 'accept', make: (world, socket) => world.do((td) => socket.accept(td, false)) },
  send: { event: 'send', make: (world, socket) => world.send(socket, 1) },
  receive: { event: 'receive', make: (world, socket) => world.receive(socket) },
  shutdown: { event: 'shutdown', make: (world, socket) => world.do((td) => socket.shutdown(td)) },
  shutdownReceive: {
    event: 'shutdownReceive',
    make: (world, socket) => world.do((td) => socket.shutdownReceive(td)),
  },
  close: { event: 'close', make: (world, socket) => world.close(socket) },
  abort: { event: 'abort', make: (world, socket) => world.do((td) => socket.abort(td)) },
} satisfies Record<string, TestCall>

type Call = keyof typeof CALLS

describe('What is asked of locked sockets', () => {
  it('has to be a scheme, a size, a backlog and bytes that can be', () => {
    expect(() => schemeOf('giant')).toThrow('one of split, so-lock, coalesced, direction')
    expect(() => lockedWorld('split', { receiveBytes: 48 })).toThrow('power of two')
    const world = lockedWorld('split')
    const socket = world.create()
    expect(() => world.do((td) => socket.listen(td, 0))).toThrow('from 1 on: 0 came')
    expect(() => world.do((td) => socket.send(td, 'x' as never))).toThrow('Uint8Array')
    expect(() => world.do((td) => socket.receive(td, new Uint8Array(1), 1, 1))).toThrow(
      'array of 1',
    )
    expect(() => world.do((td) => socket.send(td, undefined as never))).toThrow('Uint8Array')
    expect(() => world.do((td) => socket.receive(td, new Uint8Array(0)))).toThrow('room for 0')
  })

  it('has to be the handle of a socket, and nothing is done for another', () => {
    const world = lockedWorld('so-lock')
    const socket = world.create()
    const strange = [undefined, null, 64, socket, { at: 0.5, use: 1 }, { at: 2 ** 30, use: 1 }]
    for (const handle of [...strange, { at: socket.handle.at + 4, use: 1 }] as never[]) {
      expect(() => world.sockets.open(handle)).toThrow('is named by its handle')
      expect(() => world.do((td) => socket.connect(td, handle))).toThrow(SocketMisuse)
    }
    expect([socket.state(), world.sockets.inUse()]).toEqual(['CREATED', 1])
  })

  it('has to say how locks are made', () => {
    const { sockets } = lockedWorld('split')
    const made = (options: unknown) => new LockedSockets(sockets, sockets.handle, options as never)
    expect(() => made({ locking: 'split' })).toThrow('lock: undefined came')
    expect(() => made(undefined)).toThrow('lock: undefined came')
  })
})
