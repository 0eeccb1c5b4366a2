import { describe, expect, it } from 'vitest'
import { errnoOf, ERRNO, SocketMisuse, WOULD_BLOCK } from '../../src/index.ts'
import { END } from '../../src/life-table.ts'
import {
  type LockedSocket,
  type OptionName,
  type OptionRow,
  type SettableOption,
  schemeTable,
  socketKinds,
  socketOptions,
} from '../../src/locked/index.ts'
import { keptAs } from '../../src/locked/options/option-kinds.ts'
import { Parked } from '../parked.ts'
import { socketIn } from './states.ts'
import { lockedWorld, type LockedTestWorld } from './world.ts'

const BYTES = 64
const rows: readonly OptionRow[] = socketOptions
const settable = rows.filter(({ isSet }) => isSet)

const nameOf = ({ name }: OptionRow) => name as OptionName
const settableOf = ({ name }: OptionRow) => name as SettableOption

function set(world: LockedTestWorld, socket: LockedSocket, row: OptionRow, value: unknown): void {
  world.do((td) => socket.setsockopt(td, settableOf(row), value as never))
}

const get = (world: LockedTestWorld, socket: LockedSocket, row: OptionRow): unknown =>
  world.do((td) => socket.getsockopt(td, nameOf(row)))

const end = (value: number | 'buffer'): number => (value === 'buffer' ? BYTES : value)

/** A socket of which an option can be set, or asked for. */
function socketFor(world: LockedTestWorld, { states }: OptionRow): LockedSocket {
  return states.includes('CREATED') ? world.create() : world.listener()
}

/** Values that an option takes: those at the ends of its range. */
function taken({ kind, range = [0, 0] }: OptionRow): unknown[] {
  if (kind === 'filter') return ['none', 'dataready']
  if (kind !== 'linger') return range.map(end)
  return [0, 65_535].flatMap((seconds) => [true, false].map((onoff) => ({ onoff, seconds })))
}

/** Values that it does not take: those behind the ends of its range, and what is of no kind. */
function refused({ kind, range = [0, 0] }: OptionRow): unknown[] {
  const never = [undefined, null, '1', 0.5, Number.NaN, Number.POSITIVE_INFINITY, {}, [], 1n]
  if (kind === 'filter') return [...never, 'Dataready', 1, true]
  if (kind !== 'linger') return [...never, end(range[0]) - 1, end(range[1]) + 1, true]
  const numbers = [-1, 65_536, 0.5, '1', undefined].map((seconds) => ({ onoff: true, seconds }))
  return [...never, 1, true, ...numbers, { onoff: 1, seconds: 1 }]
}

/** How a call is refused in a state: its sentence up to what would be possible; '' if it is not. */
function refusalOf(call: () => unknown): string {
  try {
    call()
    return ''
  } catch (error) {
    if (!(error instanceof SocketMisuse)) throw error
    return error.message.split(':')[0]!
  }
}

describe.each(schemeTable)('Options of sockets under the locks of $name', ({ name }) => {
  it.each(rows)('$name is at first what its row says', (row) => {
    const world = lockedWorld(name, { receiveBytes: BYTES })
    const socket = socketFor(world, row)
    expect(get(world, socket, row)).toEqual(keptAs(row.kind).ofWord(0, end(row.first)))
  })

  it.each(settable)('$name takes what is in its range, and says it again', (row) => {
    const world = lockedWorld(name, { receiveBytes: BYTES })
    const socket = socketFor(world, row)
    for (const value of taken(row)) {
      set(world, socket, row, value)
      expect(get(world, socket, row)).toEqual(value)
    }
    const others = rows.filter((other) => other !== row)
    const [fresh, ours] = [socketFor(world, row), socket].map((one) =>
      others
        .filter((other) => other.states.includes(one.state()))
        .map((other) => get(world, one, other)),
    )
    expect(ours).toEqual(fresh)
  })

  it.each(settable)('$name refuses by a sentence what is not, and stays as it was', (row) => {
    const world = lockedWorld(name, { receiveBytes: BYTES })
    const socket = socketFor(world, row)
    const value = taken(row).at(-1)
    set(world, socket, row, value)
    for (const strange of refused(row)) {
      expect(() => set(world, socket, row, strange)).toThrow(RangeError)
      expect(() => set(world, socket, row, strange)).toThrow(/^SO_\w+ takes .*: .* came$/)
    }
    expect(get(world, socket, row)).toEqual(value)
  })

  describe.each(END.states)('in state %s', (state) => {
    it.each(rows)('$name is there, or refused by a sentence, and nothing is held', (row) => {
      const world = lockedWorld(name, { receiveBytes: BYTES })
      const socket = socketIn(state, world)
      const use = row.isSet
        ? () => set(world, socket, row, taken(row)[0])
        : () => get(world, socket, row)
      const isThere = (row.states as readonly string[]).includes(state)
      expect(refusalOf(use)).toBe(
        isThere ? '' : `a socket in state ${state} has no option ${row.name}`,
      )
      // What an option is asked for by may be what changes the state.
      const reports = row.kind === 'errno' && state === 'RESET'
      expect(socket.state()).toBe(reports ? 'DISCONNECTED' : state)
      expect(world.witness.held(world.td)).toEqual([])
    })
  })

  it.each(settable.filter(({ kind }) => kind !== 'filter'))(
    '$name of a listener is that of its connections',
    (row) => {
      const world = lockedWorld(name, { receiveBytes: BYTES })
      const [listener, client] = [world.listener(), world.create()]
      const value = taken(row)[0]
      set(world, listener, row, value)
      world.do((td) => client.connect(td, listener.handle))
      const server = world.do((td) => listener.accept(td, false))!
      expect(get(world, server, row)).toEqual(value)
      expect(get(world, client, row)).toEqual(get(world, world.create(), row))
    },
  )

  it.each(settable)('$name is forgotten when the block is given out again', (row) => {
    const world = lockedWorld(name, { receiveBytes: BYTES })
    const socket = socketFor(world, row)
    set(world, socket, row, taken(row)[0])
    world.close(socket)
    const next = socketFor(world, row)
    expect(next.handle.at).toBe(socket.handle.at)
    expect(get(world, next, row)).toEqual(keptAs(row.kind).ofWord(0, end(row.first)))
  })
})

/** What each option does, where two ends are joined. */
const DOES: Record<OptionName, (world: LockedTestWorld) => void> = {
  SO_ACCEPTCONN(world) {
    const listens = (socket: LockedSocket) =>
      world.do((td) => socket.getsockopt(td, 'SO_ACCEPTCONN'))
    expect([world.listener(), world.create()].map(listens)).toEqual([true, false])
  },

  SO_TYPE(world) {
    for (const { name, type } of socketKinds) {
      const types = world.pair(name).map((end) => world.do((td) => end.getsockopt(td, 'SO_TYPE')))
      expect(types).toEqual([type, type])
    }
  },

  SO_ERROR(world) {
    for (const other of ['none', 'receive', 'send'] as const) {
      const [client, server] = world.pair()
      world.do((td) => client.abort(td))
      const error = () => world.do((td) => server.getsockopt(td, 'SO_ERROR'))
      if (other === 'receive') expect(errnoOf(world.receive(server) as number)).toBe(54)
      if (other === 'send') expect(errnoOf(world.send(server, 1))).toBe(54)
      expect([error(), error()]).toEqual([other === 'none' ? ERRNO.ECONNRESET : 0, 0])
      expect(world.receive(server)).toBe(0)
      expect(errnoOf(world.send(server, 1))).toBe(ERRNO.EPIPE)
      world.close(server)
    }
  },

  SO_SNDBUF(world) {
    const [client, server] = world.pair()
    world.do((td) => client.setsockopt(td, 'SO_SNDBUF', 3))
    expect([world.send(client, 1, 2, 3, 4), world.send(client, 4)]).toEqual([3, WOULD_BLOCK])
    // The other direction has its own.
    expect(world.send(server, 1, 2, 3, 4)).toBe(4)
    world.do((td) => client.setsockopt(td, 'SO_SNDBUF', 1))
    expect(world.receive(server, 2)).toEqual([1, 2])
    // One byte is there: as many as there may be.
    expect(world.send(client, 4)).toBe(WOULD_BLOCK)
    expect(world.receive(server)).toEqual([3])
    expect(world.send(client, 4, 5)).toBe(1)
    expect(world.receive(server)).toEqual([4])
  },

  SO_RCVBUF(world) {
    const [client, server] = world.pair()
    world.do((td) => server.setsockopt(td, 'SO_RCVBUF', 2))
    world.do((td) => client.setsockopt(td, 'SO_SNDBUF', 3))
    expect(world.send(client, 1, 2, 3)).toBe(2)
    const sleeping = new Parked(world.tds[1], client.send(world.tds[1], Uint8Array.of(3)))
    world.do((td) => server.setsockopt(td, 'SO_RCVBUF', BYTES))
    expect(sleeping.isOver()).toBe(1)
    expect(world.send(client, 4)).toBe(WOULD_BLOCK)
    expect(world.receive(server)).toEqual([1, 2, 3])
  },

  SO_SNDLOWAT(world) {
    const [client, server] = world.pair()
    world.do((td) => client.setsockopt(td, 'SO_SNDBUF', 4))
    world.do((td) => client.setsockopt(td, 'SO_SNDLOWAT', 3))
    world.send(client, 1, 2)
    expect(world.send(client, 3, 4, 5)).toBe(WOULD_BLOCK)
    // All of a call is sent where there is space for all.
    expect(world.send(client, 3)).toBe(1)
    const sleeping = new Parked(world.tds[1], client.send(world.tds[1], new Uint8Array(4), 0, 4))
    expect(world.receive(server, 1)).toEqual([1])
    world.do((td) => client.setsockopt(td, 'SO_SNDLOWAT', 2))
    expect(() => sleeping.isOver()).toThrow('sleeps for ever, after 1 wakes')
    expect(world.receive(server)).toEqual([2, 3, 0, 0])
  },

  SO_RCVLOWAT(world) {
    const [client, server] = world.pair()
    const [, td] = world.tds
    world.do((own) => server.setsockopt(own, 'SO_RCVLOWAT', 3))
    const to = new Uint8Array(8)
    const receives = (room: number) => server.receive(td, to, 0, room)
    // A call that has less room waits for as much, and one that does not wait has what is there.
    world.send(client, 1, 2)
    expect(world.do(() => receives(1), td)).toBe(1)
    expect(world.receive(server)).toEqual([2])
    world.send(client, 3)
    const sleeping = new Parked(td, receives(8))
    world.send(client, 4)
    world.send(client, 5)
    expect(sleeping.isOver()).toBe(3)
    world.send(client, 6)
    const lowered = new Parked(td, receives(8))
    world.do((own) => server.setsockopt(own, 'SO_RCVLOWAT', 1))
    expect(lowered.isOver()).toBe(1)
    world.do((own) => server.setsockopt(own, 'SO_RCVLOWAT', 3))
    world.send(client, 7)
    const last = new Parked(td, receives(8))
    world.do((own) => client.shutdown(own))
    expect(last.isOver()).toBe(1)
  },

  SO_SNDTIMEO(world) {
    const [client, server] = world.pair()
    const [td] = world.tds
    td.now = () => 1000
    world.do((own) => client.setsockopt(own, 'SO_SNDTIMEO', 20))
    const sent = new Parked(td, client.send(td, new Uint8Array(BYTES + 8)))
    expect(sent.deadlineMs()).toBe(1020)
    td.now = () => 1015
    const [, other] = world.tds
    world.do((own) => server.setsockopt(own, 'SO_RCVLOWAT', 1), other)
    expect(() => sent.isOver()).toThrow('sleeps for ever, after 1 wakes')
    // No byte has moved since.
    expect(sent.deadlineMs()).toBe(1020)
    expect(sent.expires()).toBe(BYTES)
    const shorter = new Parked(
      td,
      client.send(td, Uint8Array.of(1), 0, 1, true, { deadlineMs: 9 }),
    )
    expect([shorter.deadlineMs(), shorter.expires()]).toEqual([9, WOULD_BLOCK])
  },

  SO_RCVTIMEO(world) {
    const [client, server] = world.pair()
    const [td] = world.tds
    td.now = () => 500
    world.do((own) => server.setsockopt(own, 'SO_RCVTIMEO', 7))
    const got = new Parked(td, server.receive(td, new Uint8Array(4)))
    expect([got.deadlineMs(), got.expires()]).toEqual([507, WOULD_BLOCK])
    world.do((own) => server.setsockopt(own, 'SO_RCVTIMEO', 0))
    const waits = new Parked(td, server.receive(td, new Uint8Array(4)))
    expect(waits.deadlineMs()).toBe(Number.POSITIVE_INFINITY)
    const [, other] = world.tds
    world.do((own) => client.send(own, Uint8Array.of(1)), other)
    expect(waits.isOver()).toBe(1)
  },

  SO_LINGER(world) {
    const [td, other] = world.tds
    const linger = (socket: LockedSocket, seconds: number) =>
      world.do((own) => socket.setsockopt(own, 'SO_LINGER', { onoff: true, seconds }), other)
    const closing = (after: (server: LockedSocket) => void) => {
      const [client, server] = world.pair()
      td.now = () => 0
      world.send(client, 1, 2)
      linger(client, 5)
      const parked = new Parked(td, client.close(td))
      expect([client.state(), parked.deadlineMs()]).toEqual(['DISCONNECTING', 5000])
      after(server)
      return parked
    }
    const take = (server: LockedSocket, most: number) =>
      world.do((own) => server.receive(own, new Uint8Array(most)), other)
    // The peer takes all, and hears of the end before the close is over.
    const drained = closing((server) => {
      expect([take(server, 1), take(server, 1), take(server, 1)]).toEqual([1, 1, 0])
      world.do((own) => server.close(own), other)
    })
    expect(drained.isOver()).toBe(0)
    // The peer takes less, and is there when the time is over.
    let left: LockedSocket | undefined
    const late = closing((server) => (expect(take(server, 1)).toBe(1), (left = server)))
    expect(late.isAwake()).toBe(true)
    expect(() => late.isOver()).toThrow('sleeps for ever, after 1 wakes')
    expect(late.expires()).toBe(WOULD_BLOCK)
    expect([take(left!, 2), take(left!, 2)]).toEqual([1, 0])
    world.close(left!)
    // The peer goes without taking it.
    const gone = closing((server) => world.do((own) => server.close(own), other))
    expect(gone.isOver()).toBe(0)
    // 0 seconds abort, and a socket that has no peer closes at once.
    const [client, server] = world.pair()
    linger(client, 0)
    world.close(client)
    expect(server.state()).toBe('RESET')
    world.close(server)
    for (const alone of [world.create(), world.listener()]) {
      linger(alone, 3)
      world.close(alone)
    }
    expect(world.sockets.inUse()).toBe(0)
  },

  SO_LISTENQLIMIT(world) {
    const limit = (socket: LockedSocket) =>
      world.do((td) => socket.getsockopt(td, 'SO_LISTENQLIMIT'))
    expect([world.listener(2), world.listener(1), world.create()].map(limit)).toEqual([2, 1, 0])
  },

  SO_ACCEPTFILTER(world) {
    const listener = world.listener(2)
    const accepts = () => world.do((td) => listener.accept(td, false))
    const filter = (name: 'none' | 'dataready') =>
      world.do((td) => listener.setsockopt(td, 'SO_ACCEPTFILTER', name))
    const connects = () => {
      const client = world.create()
      expect(world.do((td) => client.connect(td, listener.handle))).toBe(0)
      return client
    }
    filter('dataready')
    const [first, second] = [connects(), connects()]
    expect(accepts()).toBeUndefined()
    const [, td] = world.tds
    const acceptor = new Parked(td, listener.accept(td))
    world.send(second, 7)
    const server = acceptor.isOver()!
    expect(world.receive(server)).toEqual([7])
    expect(accepts()).toBeUndefined()
    // The end, or a reset, is something that has come, too.
    world.do((own) => first.shutdown(own))
    const other = accepts()!
    expect(world.receive(other)).toBe(0)
    world.do((own) => connects().abort(own))
    expect(accepts()!.state()).toBe('RESET')
    const left = connects()
    filter('none')
    const fourth = connects()
    expect(world.send(fourth, 1)).toBe(1)
    expect(world.receive(accepts()!)).toEqual([1])
    // What was held back before is so until something comes.
    expect(accepts()).toBeUndefined()
    world.send(left, 2)
    expect(world.receive(accepts()!)).toEqual([2])
  },

  SO_LISTENINCQLEN(world) {
    const listener = world.listener(2)
    const lengths = () =>
      (['SO_LISTENINCQLEN', 'SO_LISTENQLEN'] as const).map((name) =>
        world.do((td) => listener.getsockopt(td, name)),
      )
    world.do((td) => listener.setsockopt(td, 'SO_ACCEPTFILTER', 'dataready'))
    const clients = [world.create(), world.create(), world.create()]
    const connects = (client: LockedSocket) =>
      world.do((td) => client.connect(td, listener.handle))
    expect(clients.slice(0, 2).map(connects)).toEqual([0, 0])
    expect(lengths()).toEqual([2, 0])
    world.send(clients[1]!, 1)
    expect(lengths()).toEqual([1, 1])
    // One more than the backlog has the oldest go that is held back; one that is complete stays.
    expect(connects(clients[2]!)).toBe(0)
    const later = world.create()
    expect([connects(later), lengths(), listener.drops()]).toEqual([0, [2, 1], 1])
    expect(clients.map((one) => one.state())).toEqual(['RESET', 'CONNECTED', 'CONNECTED'])
    world.send(clients[2]!, 2)
    const tooMany = world.create()
    expect(errnoOf(connects(tooMany))).toBe(ERRNO.ECONNREFUSED)
    expect([lengths(), listener.overflows()]).toEqual([[1, 2], 1])
    world.close(listener)
    expect(clients.concat(later).map((one) => one.state())).toEqual(Array(4).fill('RESET'))
    world.close(...clients, later, tooMany)
    expect(world.sockets.inUse()).toBe(0)
  },

  SO_LISTENQLEN(world) {
    const listener = world.listener(2)
    const length = () => world.do((td) => listener.getsockopt(td, 'SO_LISTENQLEN'))
    const lengths = [length()]
    for (const client of [world.create(), world.create()]) {
      world.do((td) => client.connect(td, listener.handle))
      lengths.push(length())
    }
    world.do((td) => listener.accept(td))
    expect([...lengths, length()]).toEqual([0, 1, 2, 1])
  },
}

describe.each(schemeTable)('Under the locks of $name', ({ name }) => {
  it.each(rows)('$name: $summary', (row) => {
    const world = lockedWorld(name, { receiveBytes: BYTES })
    DOES[nameOf(row)](world)
    expect(world.witness.held(world.td)).toEqual([])
  })

  it('a sender and a receiver that wait for more than there is place for do not stick', () => {
    const world = lockedWorld(name, { receiveBytes: BYTES })
    const [client, server] = world.pair()
    world.do((td) => client.setsockopt(td, 'SO_SNDBUF', 4))
    world.do((td) => client.setsockopt(td, 'SO_SNDLOWAT', BYTES))
    world.do((td) => server.setsockopt(td, 'SO_RCVLOWAT', BYTES))
    const [, sends, receives] = world.tds
    const sender = new Parked(sends, client.send(sends, new Uint8Array(9)))
    const receiver = () => new Uint8Array(BYTES)
    expect(world.do((td) => server.receive(td, receiver()), receives)).toBe(4)
    expect(sender.isAwake()).toBe(true)
  })

  it('marks that were set before a connect count after it', () => {
    const world = lockedWorld(name, { receiveBytes: BYTES })
    const [listener, client] = [world.listener(), world.create()]
    world.do((td) => client.setsockopt(td, 'SO_RCVBUF', 5))
    world.do((td) => listener.setsockopt(td, 'SO_RCVBUF', 3))
    world.do((td) => client.connect(td, listener.handle))
    const server = world.do((td) => listener.accept(td, false))!
    const sent = [client, server].map((one) => world.send(one, 1, 2, 3, 4, 5, 6))
    expect(sent).toEqual([3, 5])
  })
})

describe('The options', () => {
  it('have the numbers and names of their own', () => {
    for (const key of ['name', 'number'] as const) {
      expect(new Set(rows.map((row) => row[key])).size).toBe(rows.length)
    }
  })

  it('are refused by a sentence where there is no such option, or it cannot be set', () => {
    const world = lockedWorld('so-lock')
    const socket = world.create()
    for (const none of ['SO_BROADCAST', 'sndbuf', 7, undefined] as never[]) {
      const asks = () => world.do((td) => socket.getsockopt(td, none))
      expect(asks).toThrow(RangeError)
      expect(asks).toThrow('an option of a socket is one of SO_ACCEPTCONN')
    }
    for (const row of rows.filter(({ isSet }) => !isSet)) {
      expect(() => set(world, socket, row, 1)).toThrow('is asked for, and cannot be set')
    }
  })
})
