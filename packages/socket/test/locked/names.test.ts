import { describe, expect, it } from 'vitest'
import { errnoOf, ERRNO, SocketMisuse } from '../../src/index.ts'
import { type LockedSocket, LockedSockets, schemeTable } from '../../src/locked/index.ts'
import { lockedWorld, type LockedTestWorld } from './world.ts'

const bind = (world: LockedTestWorld, socket: LockedSocket, name: string): number =>
  errnoOf(world.do((td) => socket.bind(td, name)))

const connect = (world: LockedTestWorld, socket: LockedSocket, name: string): number =>
  errnoOf(world.do((td) => socket.connect(td, name)))

const nameOf = (world: LockedTestWorld, socket: LockedSocket) =>
  world.do((td) => socket.getsockname(td))

function listenerAt(world: LockedTestWorld, name: string, backlog = 1): LockedSocket {
  const socket = world.create()
  expect(bind(world, socket, name)).toBe(0)
  world.do((td) => socket.listen(td, backlog))
  return socket
}

describe.each(schemeTable)('Names of sockets under the locks of $name', ({ name }) => {
  it('are connected to, from any thread that knows them', () => {
    const world = lockedWorld(name)
    const [one, other] = [listenerAt(world, 'one'), listenerAt(world, 'öther')]
    const [client, second] = [world.create(), world.create()]
    expect([connect(world, client, 'öther'), connect(world, second, 'one')]).toEqual([0, 0])
    world.send(client, 7)
    const server = world.do((td) => other.accept(td, false))!
    expect(world.receive(server)).toEqual([7])
    expect([one, other, server, client].map((socket) => nameOf(world, socket))).toEqual([
      'one',
      'öther',
      undefined,
      undefined,
    ])
    expect(world.witness.held(world.td)).toEqual([])
  })

  it('are of one socket at a time, and free when it is closed, however that is', () => {
    const world = lockedWorld(name)
    const [first, second] = [world.create(), world.create()]
    expect([first, second].map((one) => bind(world, one, 'x'))).toEqual([0, ERRNO.EADDRINUSE])
    expect([first, second].map((one) => one.state())).toEqual(['BOUND', 'CREATED'])
    world.close(first)
    expect(bind(world, second, 'x')).toBe(0)
    world.do((td) => second.listen(td, 1))
    const client = world.create()
    expect([bind(world, client, 'x'), bind(world, client, 'y')]).toEqual([ERRNO.EADDRINUSE, 0])
    expect(connect(world, client, 'x')).toBe(0)
    // A socket that is connected has its name still.
    const third = world.create()
    expect([nameOf(world, client), bind(world, third, 'y')]).toEqual(['y', ERRNO.EADDRINUSE])
    world.do((td) => client.abort(td))
    expect(bind(world, third, 'y')).toBe(0)
    world.close(second)
    expect(connect(world, third, 'x')).toBe(ERRNO.ECONNREFUSED)
    // It was bound before, and is so after it.
    expect([third.state(), nameOf(world, third)]).toEqual(['BOUND', 'y'])
    world.close(third)
    expect([world.sockets.inUse(), world.sockets.names.inUse()]).toEqual([0, 0])
  })

  it('are as many as there is room for, and leave the rest as they are', () => {
    const world = lockedWorld(name, { names: 2 })
    const [one, two, three] = [world.create(), world.create(), world.create()]
    const found = [one, two, three].map((socket, i) => bind(world, socket, `${i}`))
    expect(found).toEqual([0, 0, ERRNO.ENOBUFS])
    expect(three.state()).toBe('CREATED')
    world.close(one)
    expect([bind(world, three, '2'), nameOf(world, two)]).toEqual([0, '1'])
  })

  it('are nobody to connect to before their socket listens', () => {
    const world = lockedWorld(name)
    const [bound, client] = [world.create(), world.create()]
    bind(world, bound, 'x')
    const results = [connect(world, client, 'x'), connect(world, client, 'nobody')]
    expect(results).toEqual([ERRNO.ECONNREFUSED, ERRNO.ECONNREFUSED])
    world.do((td) => bound.listen(td, 1))
    expect(connect(world, client, 'x')).toBe(0)
    expect(() => connect(world, client, 'nobody')).toThrow(SocketMisuse)
    expect(() => bind(world, client, 'z')).toThrow('in state CONNECTED takes no event')
    expect(world.sockets.names.inUse()).toBe(1)
  })

  it('that are none are refused by a sentence', () => {
    const world = lockedWorld(name)
    const socket = world.create()
    for (const strange of [7, undefined, null, {}] as never[]) {
      expect(() => bind(world, socket, strange)).toThrow('the name of a socket is a text')
    }
    for (const strange of ['', 'x'.repeat(105)]) {
      expect(() => bind(world, socket, strange)).toThrow('has 1 to 104 bytes')
      expect(() => connect(world, socket, strange)).toThrow('has 1 to 104 bytes')
    }
    expect(bind(world, socket, 'ö'.repeat(52))).toBe(0)
  })
})

describe('Locked sockets', () => {
  it('have as many names as can be, or a sentence says so', () => {
    const { sockets } = lockedWorld('split')
    for (const names of [0, -1, 0.5, 2 ** 17, '4'] as never[]) {
      const arena = { place: () => 64 } as never
      expect(() => LockedSockets.place(arena, { names })).toThrow('1 to 65536 names')
    }
    const handle = { ...sockets.handle, names: undefined } as never
    expect(() => new LockedSockets(sockets, handle, sockets.options)).toThrow('names')
  })
})
