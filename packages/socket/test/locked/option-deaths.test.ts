import { finish } from '@smpnet/park'
import { atEveryDeath } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { errnoOf } from '../../src/index.ts'
import { schemeTable } from '../../src/locked/index.ts'
import { Parked } from '../parked.ts'
import {
  accepts,
  atEveryDeathInACall,
  atEveryDeathOfAnEnd,
  atEveryDeathOfAnUndertaker,
  bury,
  BYTES,
  closeAll,
  connects,
  expectAllFree,
  heardAt,
  listens,
  makeWorld,
  threadOf,
} from './mortal-world.ts'

describe.each(schemeTable)('With the locks of $name, a thread', ({ name }) => {
  it('that sends or receives a record on an end of another may die: records stay whole', () => {
    const found = new Set<string>()
    for (const dies of ['sends', 'receives'] as const) {
      atEveryDeath((mortality) => {
        const world = makeWorld(name, 16)
        const living = threadOf(world)
        const { td } = living
        const listener = listens(living, 1, 'seqpacket')
        const client = connects(living, listener, 'seqpacket')
        const server = accepts(living, listener)!
        finish(td, client.send(td, Uint8Array.of(1, 2)))
        const dying = threadOf(world, mortality)
        const [sender, receiver] = [client, server].map(({ handle }) => dying.sockets.open(handle))
        mortality.lives(() => {
          if (dies === 'sends') dying.own((own) => sender!.send(own, Uint8Array.of(3, 4)))
          else dying.own((own) => receiver!.receive(own, new Uint8Array(4)))
        })
        bury(threadOf(world), dying.lot.cpu)
        const room = new Uint8Array(8)
        const records: string[] = []
        for (let got; (got = finish(td, server.receive(td, room, 0, 8, false))) > 0; ) {
          records.push(room.subarray(0, got).join(''))
        }
        found.add(`${dies}: ${records.join()}`)
        // All of the space is there.
        expect(finish(td, client.send(td, new Uint8Array(12), 0, 12, false))).toBe(12)
        closeAll(living, listener, client, server)
        expectAllFree(world)
      })
    }
    const ways = ['receives: ', 'receives: 12', 'sends: 12', 'sends: 12,34']
    expect([...found].sort()).toEqual(ways)
  })

  it('that sends where a filter holds back may die after any step: no bytes are stuck', () => {
    const found = new Set<string>()
    const deaths = atEveryDeath((mortality) => {
      const world = makeWorld(name)
      const living = threadOf(world)
      const { td } = living
      const listener = listens(living)
      finish(td, listener.setsockopt(td, 'SO_ACCEPTFILTER', 'dataready'))
      const [client, other] = [connects(living, listener), connects(living, listener)]
      const acceptor = new Parked(living.tds[1], listener.accept(living.tds[1]))
      const dying = threadOf(world, mortality)
      const same = dying.sockets.open(client.handle)
      mortality.lives(() => dying.own((own) => same.send(own, Uint8Array.of(7))))
      bury(threadOf(world), dying.lot.cpu)
      const isThere = finish(td, listener.getsockopt(td, 'SO_LISTENQLEN'))
      const held = finish(td, listener.getsockopt(td, 'SO_LISTENINCQLEN'))
      found.add(`${isThere} and ${held}`)
      if (isThere === 0) finish(td, client.send(td, Uint8Array.of(7)))
      const server = acceptor.isOver()!
      const heard = heardAt(living, server)
      expect(heard).toBe('7 nothing')
      closeAll(living, listener, client, server, other)
      expectAllFree(world)
    })
    expect(deaths).toBeGreaterThan(3)
    expect([...found].sort()).toEqual(['0 and 2', '1 and 1'])
  })

  it('that sets a mark of another may die after any step: marks and space agree', () => {
    const found = new Set<number>()
    const deaths = atEveryDeathInACall(name, (td, end) => end.setsockopt(td, 'SO_RCVBUF', 1), {
      sleeps: ({ tds: [, td] }, peer) => {
        finish(td, peer.send(td, new Uint8Array(BYTES)))
        return new Parked(td, peer.send(td, Uint8Array.of(7)))
      },
      judge({ td, living, end, peer }, sleeping) {
        const most = finish(td, end.getsockopt(td, 'SO_RCVBUF'))
        found.add(most)
        heardAt(living, end)
        expect(sleeping!.isOver()).toBe(1)
        heardAt(living, end)
        expect(finish(td, peer.send(td, new Uint8Array(9), 0, 9, false))).toBe(most)
      },
    })
    expect(deaths).toBeGreaterThan(3)
    expect([...found].sort()).toEqual([1, BYTES])
  })

  it('that lingers may die after any step: its peer has all, and then the end or a reset', () => {
    const heard = new Set<string>()
    const deaths = atEveryDeathOfAnEnd(
      name,
      ({ td, own }, end) => {
        own(() => end.setsockopt(td, 'SO_LINGER', { onoff: true, seconds: 9 }))
        finish(td, end.send(td, Uint8Array.of(1)))
        const closing = new Parked(td, end.close(td))
        expect(closing.isAwake()).toBe(false)
      },
      (living, peer) => heard.add(heardAt(living, peer)),
    )
    expect(deaths).toBeGreaterThan(8)
    heard.delete('nothing')
    expect([...heard].sort()).toEqual(['1 end', 'reset'])
  })

  it('that binds and listens may die after any step: its name is free', () => {
    const found = new Set<string>()
    const deaths = atEveryDeath((mortality) => {
      const world = makeWorld(name)
      const living = threadOf(world)
      const [other, next] = [0, 0].map(() => finish(living.td, living.sockets.create(living.td)))
      finish(living.td, other!.bind(living.td, 'other'))
      const dying = threadOf(world, mortality)
      mortality.lives(() => {
        const socket = finish(dying.td, dying.sockets.create(dying.td))
        finish(dying.td, socket.bind(dying.td, 'x'))
        finish(dying.td, socket.listen(dying.td, 1))
        finish(dying.td, socket.close(dying.td))
      })
      const names = () => living.sockets.names.inUse()
      found.add(`${names()}`)
      bury(threadOf(world), dying.lot.cpu)
      expect([names(), errnoOf(finish(living.td, next!.bind(living.td, 'x')))]).toEqual([1, 0])
      expect(finish(living.td, other!.getsockname(living.td))).toBe('other')
      closeAll(living, other, next)
      expect(names()).toBe(0)
      expectAllFree(world)
    })
    expect(deaths).toBeGreaterThan(8)
    expect([...found].sort()).toEqual(['1', '2'])
  })

  it('that binds the socket of another may die after any step: the next has its lock', () => {
    const found = new Set<string>()
    atEveryDeath((mortality) => {
      const world = makeWorld(name)
      const living = threadOf(world)
      const [socket, next] = [0, 0].map(() => finish(living.td, living.sockets.create(living.td)))
      const dying = threadOf(world, mortality)
      mortality.lives(() => dying.own((td) => dying.sockets.open(socket!.handle).bind(td, 'x')))
      bury(threadOf(world), dying.lot.cpu)
      const isFree = errnoOf(finish(living.td, next!.bind(living.td, 'x'))) === 0
      found.add(`${socket!.state()} ${isFree}`)
      closeAll(living, socket)
      const again = isFree ? 0 : finish(living.td, next!.bind(living.td, 'x'))
      expect(again).toBe(0)
      closeAll(living, next)
      expectAllFree(world)
    })
    expect([...found].sort()).toEqual(['BOUND false', 'CREATED true'])
  })
})

describe('An undertaker', () => {
  it.each(schemeTable)('of names and filters may die after any step: $name', ({ name }) => {
    const world = makeWorld(name)
    const [living, dying] = [threadOf(world), threadOf(world)]
    const { td, sockets } = dying
    const listener = finish(td, sockets.create(td))
    expect(finish(td, listener.bind(td, 'x'))).toBe(0)
    finish(td, listener.listen(td, 2))
    finish(td, listener.setsockopt(td, 'SO_ACCEPTFILTER', 'dataready'))
    const [first, held] = [connects(living, listener), connects(living, listener)]
    finish(living.td, first.send(living.td, Uint8Array.of(1)))
    const server = accepts(dying, listener)!
    finish(td, server.setsockopt(td, 'SO_LINGER', { onoff: true, seconds: 9 }))
    const deaths = atEveryDeathOfAnUndertaker(world, dying, (next) => {
      const ends = [first, held].map(({ handle }) => next.sockets.open(handle))
      expect(ends.map((one) => one.state())).toEqual(['RESET', 'RESET'])
      expect(next.sockets.names.inUse()).toBe(0)
      closeAll(next, ...ends)
    })
    expect(deaths).toBeGreaterThan(40)
  })
})
