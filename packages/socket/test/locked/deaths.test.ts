import { Arena, LiveMemory } from '@smpnet/memory'
import { finish } from '@smpnet/park'
import { Mutex } from '@smpnet/sync'
import { atEveryDeath } from '@smpnet/testing/models'
import { afterEach, describe, expect, it } from 'vitest'
import { ERRNO, errnoOf } from '../../src/index.ts'
import { ConnectionQueue } from '../../src/locked/connection-queue.ts'
import { type LockedSocket, LockedSockets, schemeTable } from '../../src/locked/index.ts'
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
  outcomeOf,
  threadOf,
} from './mortal-world.ts'

/** A thread dies that accepts one of two connections: the states of those that connected. */
function statesAfterAccepting(locking: string): string[] {
  const found = new Set<string>()
  atEveryDeath((mortality) => {
    const world = makeWorld(locking)
    const living = threadOf(world)
    const listener = listens(living)
    const clients = [connects(living, listener), connects(living, listener)]
    const dying = threadOf(world, mortality)
    mortality.lives(() => accepts(dying, dying.sockets.open(listener.handle)))
    bury(threadOf(world), dying.lot.cpu)
    const servers = [1, 2].map(() => accepts(living, listener))
    const states = clients.map((one) => one.state())
    found.add(states.join())
    const count = servers.filter((one) => one !== undefined).length
    expect(count).toBe(states.filter((state) => state === 'CONNECTED').length)
    // The queue has room for as many as before.
    const later = [connects(living, listener), connects(living, listener)]
    const accepted = later.map(() => accepts(living, listener)!)
    expect(accepted.map((one) => one.state())).toEqual(['CONNECTED', 'CONNECTED'])
    closeAll(living, listener, ...clients, ...servers, ...later, ...accepted)
    expectAllFree(world)
  })
  return [...found].sort()
}

describe.each(schemeTable)('With the locks of $name, a thread', ({ name }) => {
  it('that sends may die after any step: its peer hears of a reset', () => {
    const heard = new Set<string>()
    const deaths = atEveryDeathOfAnEnd(
      name,
      ({ td }, end) => {
        for (const value of [1, 2]) finish(td, end.send(td, Uint8Array.of(value)))
      },
      (living, peer) => heard.add(heardAt(living, peer)),
    )
    expect(deaths).toBeGreaterThan(6)
    // Nothing is heard of one that died before the end was its own.
    heard.delete('nothing')
    expect([...heard]).toEqual(['reset'])
  })

  it.each(['close', 'abort'] as const)(
    'that has called %s may die after any step: its peer hears of it',
    (call) => {
      const heard = new Set<string>()
      atEveryDeathOfAnEnd(
        name,
        ({ td, own }, end) => {
          finish(td, end.send(td, Uint8Array.of(1)))
          own((caller) => end[call](caller))
        },
        (living, peer) => heard.add(heardAt(living, peer)),
      )
      heard.delete('nothing')
      expect([...heard].sort()).toEqual(call === 'close' ? ['1 end', 'reset'] : ['reset'])
    },
  )

  it('that sends on an end of another may die after any step: no space is lost', () => {
    const deaths = atEveryDeathInACall(name, (td, end) => end.send(td, Uint8Array.of(8)), {
      judge({ td, living, end, peer }) {
        heardAt(living, peer)
        expect(finish(td, end.send(td, new Uint8Array(9), 0, 9, false))).toBe(BYTES)
        expect(heardAt(living, peer)).toBe('0 0 0 0 nothing')
      },
    })
    expect(deaths).toBeGreaterThan(3)
  })

  it('that receives on an end of another may die after any step: senders have the space', () => {
    const deaths = atEveryDeathInACall(name, (td, end) => end.receive(td, new Uint8Array(2)), {
      sleeps: ({ tds: [, td] }, peer) => {
        finish(td, peer.send(td, new Uint8Array(BYTES)))
        return new Parked(td, peer.send(td, Uint8Array.of(7)))
      },
      judge({ td, living, end, peer }, sleeping) {
        const [, first] = [heardAt(living, end), sleeping!.isOver()]
        const rest = heardAt(living, end)
        expect([first, rest]).toEqual([1, expect.stringMatching(/^(7 )?nothing$/)])
        expect(finish(td, peer.send(td, new Uint8Array(9), 0, 9, false))).toBe(BYTES)
      },
    })
    expect(deaths).toBeGreaterThan(3)
  })

  it('that shuts an end of another down may die after any step: sleepers hear of it', () => {
    const states = new Set<string>()
    atEveryDeathInACall(name, (td, end) => end.shutdown(td), {
      sleeps: ({ tds: [, td] }, peer) => new Parked(td, peer.receive(td, new Uint8Array(1))),
      judge({ td, end }, sleeping) {
        states.add(end.state())
        if (end.state() === 'CONNECTED') finish(td, end.shutdown(td))
        expect(sleeping!.isOver()).toBe(0)
      },
    })
    atEveryDeathInACall(name, (td, end) => end.shutdownReceive(td), {
      sleeps: ({ tds: [, td] }, peer) => {
        finish(td, peer.send(td, new Uint8Array(BYTES)))
        return new Parked(td, peer.send(td, Uint8Array.of(7)))
      },
      judge({ td, end }, sleeping) {
        states.add(end.state())
        if (end.state() === 'CONNECTED') finish(td, end.shutdownReceive(td))
        expect(errnoOf(sleeping!.isOver() as number)).toBe(ERRNO.EPIPE)
      },
    })
    states.delete('CONNECTED')
    expect([...states].sort()).toEqual(['RECEIVE_SHUT', 'SEND_SHUT'])
  })

  it('that connects may die after any step: it is accepted and reset, or was never there', () => {
    const found = new Set<string>()
    atEveryDeath((mortality) => {
      const world = makeWorld(name)
      const living = threadOf(world)
      const listener = listens(living, 3)
      const first = connects(living, listener)
      const dying = threadOf(world, mortality)
      mortality.lives(() => connects(dying, dying.sockets.open(listener.handle)))
      bury(threadOf(world), dying.lot.cpu)
      const last = connects(living, listener)
      const servers = [1, 2, 3].map(() => accepts(living, listener))
      const states = servers.map((one) => one?.state() ?? 'nobody')
      found.add(states.join())
      closeAll(living, listener, first, last, ...servers)
      expectAllFree(world)
    })
    const ways = ['CONNECTED,CONNECTED,nobody', 'CONNECTED,RESET,CONNECTED']
    expect([...found].sort()).toEqual(ways)
  })

  it('that accepts may die after any step: only what it accepted is reset', () => {
    expect(statesAfterAccepting(name)).toEqual(['CONNECTED,CONNECTED', 'RESET,CONNECTED'])
  })

  it('that listens may die after any step: its queue is reset, and its acceptors are told', () => {
    const found = new Set<string>()
    atEveryDeath((mortality) => {
      const world = makeWorld(name)
      const living = threadOf(world)
      const clients: LockedSocket[] = []
      let waits: Parked<unknown> | undefined
      const dying = threadOf(world, mortality)
      mortality.lives(() => {
        const listener = listens(dying)
        const [, td] = living.tds
        waits = new Parked(td, living.sockets.open(listener.handle).accept(td))
        clients.push(connects(living, listener))
        expect((outcomeOf(waits) as LockedSocket).state()).toBe('CONNECTED')
        const [client] = clients.splice(0)
        closeAll(living, client)
        waits = new Parked(td, living.sockets.open(listener.handle).accept(td))
        clients.push(connects(living, listener), connects(living, listener))
        finish(dying.td, listener.close(dying.td))
      })
      bury(threadOf(world), dying.lot.cpu)
      if (clients.length === 2) {
        const accepted = outcomeOf(waits!)
        found.add(`${clients.map((one) => one.state()).join()} ${accepted}`)
      }
    })
    expect([...found].sort()).toEqual(['RESET,RESET refused'])
  })
})

describe('An undertaker', () => {
  it.each(schemeTable)('may die after any step, and the next goes on: $name', ({ name }) => {
    const world = makeWorld(name)
    const living = threadOf(world)
    const dying = threadOf(world)
    const listener = listens(dying)
    const first = connects(living, listener)
    const served = accepts(dying, listener)!
    const queued = connects(living, listener)
    const [, td] = living.tds
    expect(new Parked(td, first.receive(td, new Uint8Array(1))).isAwake()).toBe(false)
    const deaths = atEveryDeathOfAnUndertaker(world, dying, (next) => {
      const ends = [first, queued].map(({ handle }) => next.sockets.open(handle))
      expect(ends.map((one) => one.state())).toEqual(['RESET', 'RESET'])
      expect(next.sockets.open(served.handle).state()).toBe('FREED')
      closeAll(next, ...ends)
    })
    expect(deaths).toBeGreaterThan(40)
  })
})

describe.each(schemeTable)('With the locks of $name, it is found out', ({ name }) => {
  const { mend } = ConnectionQueue.prototype
  afterEach(() => Object.assign(ConnectionQueue.prototype, { mend }))

  it('when a queue in whose lock a thread died is not mended', () => {
    Object.assign(ConnectionQueue.prototype, { mend() {} })
    expect(() => statesAfterAccepting(name)).toThrow('after its change')
  })
})

describe('Nobody is buried', () => {
  it('whose number is none, and in blocks from the caches of CPUs', () => {
    const { sockets, td } = threadOf(makeWorld('direction'))
    expect(() => finish(td, sockets.bury(td, -1))).toThrow('by its number in the lot, from 0: -1')
    const memory = LiveMemory.create(1 << 18)
    const handle = LockedSockets.place(Arena.create(memory), { sockets: 2, blocks: 'zone' })
    const options = { locking: 'direction', lock: (at: number) => new Mutex(memory, at) }
    const cached = new LockedSockets({ memory }, handle, options)
    expect(() => finish(td, cached.bury(td, 0))).toThrow('these come from a zone')
  })

  it('by nobody: what the dead had is lost', () => {
    let lost = 0
    atEveryDeath((mortality) => {
      const world = makeWorld('direction')
      const dying = threadOf(world, mortality)
      mortality.lives(() => closeAll(dying, listens(dying)))
      if (mortality.isDead && threadOf(world).sockets.inUse() > 0) lost++
    })
    expect(lost).toBeGreaterThan(5)
  })
})
