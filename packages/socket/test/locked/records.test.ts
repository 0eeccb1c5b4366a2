import { describe, expect, it } from 'vitest'
import { errnoOf, ERRNO, WOULD_BLOCK } from '../../src/index.ts'
import { schemeTable } from '../../src/locked/index.ts'
import { Parked } from '../parked.ts'
import { lockedWorld } from './world.ts'

const BYTES = 32
/** Bytes before each record. */
const HEADER = 4

describe.each(schemeTable)('Sockets that keep records, under the locks of $name', ({ name }) => {
  const makePair = () => {
    const world = lockedWorld(name, { receiveBytes: BYTES })
    const [client, server] = world.pair('seqpacket')
    return { world, client, server }
  }

  it('receive what one call has sent, by one call each, and then the end', () => {
    const { world, client, server } = makePair()
    for (let round = 0; round < 20; round++) {
      const records = [[1], [2, 3, round], [4, 5]]
      expect(records.map((record) => world.send(client, ...record))).toEqual([1, 3, 2])
      expect(records.map(() => world.receive(server))).toEqual(records)
    }
    expect(world.receive(server)).toBe(WOULD_BLOCK)
    world.send(client, 7)
    world.close(client)
    expect([world.receive(server), world.receive(server)]).toEqual([[7], 0])
    world.close(server)
    expect(world.sockets.inUse()).toBe(0)
  })

  it('lose what there is no room for, and say how much there was', () => {
    const { world, client, server } = makePair()
    world.send(client, 1, 2, 3)
    world.send(client, 4)
    const to = new Uint8Array(2)
    expect(world.do((td) => server.receive(td, to))).toBe(3)
    expect([...to]).toEqual([1, 2])
    expect(world.receive(server)).toEqual([4])
  })

  it('send a record whole or not, and none that is longer than a buffer', () => {
    const { world, client, server } = makePair()
    const most = BYTES - HEADER
    expect(errnoOf(world.send(client, ...new Uint8Array(most + 1)))).toBe(ERRNO.EMSGSIZE)
    expect(world.send(client, ...new Uint8Array(most - 6))).toBe(most - 6)
    // There are 6 bytes, of which 4 are for its length.
    expect([world.send(client, 1, 2, 3), world.send(client, 1, 2)]).toEqual([WOULD_BLOCK, 2])
    const [, td] = world.tds
    const sleeping = new Parked(td, client.send(td, new Uint8Array(9)))
    expect(world.receive(server, 40)).toHaveLength(most - 6)
    expect(sleeping.isOver()).toBe(9)
    world.do((own) => server.setsockopt(own, 'SO_RCVBUF', 9))
    expect(errnoOf(world.send(client, ...new Uint8Array(6)))).toBe(ERRNO.EMSGSIZE)
    expect([world.receive(server), world.receive(server)]).toEqual([
      [1, 2],
      [...new Uint8Array(9)],
    ])
    expect(world.send(client, ...new Uint8Array(5))).toBe(5)
  })

  it('let a sender that sleeps know when its record never fits', () => {
    const { world, client, server } = makePair()
    world.send(client, 1)
    const [, td] = world.tds
    const sleeping = new Parked(td, client.send(td, new Uint8Array(BYTES - HEADER)))
    world.do((own) => server.setsockopt(own, 'SO_RCVBUF', 9))
    expect(errnoOf(sleeping.isOver() as number)).toBe(ERRNO.EMSGSIZE)
  })

  it('take no mind of the low marks', () => {
    const { world, client, server } = makePair()
    for (const end of [client, server]) {
      world.do((td) => end.setsockopt(td, 'SO_SNDLOWAT', BYTES))
      world.do((td) => end.setsockopt(td, 'SO_RCVLOWAT', BYTES))
    }
    world.send(client, 1)
    expect(world.send(client, 2)).toBe(1)
    expect(world.do((td) => server.receive(td, new Uint8Array(8)))).toBe(1)
  })

  it('connect to listeners of their kind only', () => {
    const world = lockedWorld(name)
    const [listener, client] = [world.listener(1, 'seqpacket'), world.create()]
    expect(errnoOf(world.do((td) => client.connect(td, listener.handle)))).toBe(ERRNO.EPROTOTYPE)
    expect(client.state()).toBe('CREATED')
    world.close(client, listener)
    // A block that is given out again is of the first kind.
    const [first, second] = world.pair()
    world.send(first, 1)
    world.send(first, 2)
    expect(world.receive(second)).toEqual([1, 2])
    expect(() => world.create('raw' as never)).toThrow('one of stream, seqpacket')
  })
})
