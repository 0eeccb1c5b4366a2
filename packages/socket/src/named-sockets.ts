import { came } from '@smpnet/memory'
import { atOnce, block, finish, until } from '@smpnet/park'
import {
  type AwaitOptions,
  checkTimeout,
  enterAgain,
  enterDomain,
  type SyncDomain,
  type WaitOptions,
} from '@smpnet/sync'
import { ConnectTimeout } from './errors.ts'
import { expectTold } from './expect-told.ts'
import { expectJoined, type JoinedKind, type OfKind } from './kinds.ts'
import { type Backlog, bindLocal, connectLocal, createLocal, listenLocal } from './local.ts'
import { bindDatagrams } from './local-datagrams.ts'
import { nameBytes } from './names.ts'
import { SocketZone } from './socket-zone.ts'
import type { StreamSocket } from './stream-socket.ts'
import { ThreadDatagrams } from './thread-datagrams.ts'
import { ThreadListener } from './thread-listener.ts'
import { awaitAs } from './await-as.ts'
import { type SocketHandle, ThreadSocket } from './thread-socket.ts'

/** FreeBSD's `kern.ipc.soacceptqueue`, SOMAXCONN. */
const DEFAULT_BACKLOG = 128
/** More connections than there can be pairs; so that sums of them are small. */
const MOST_QUEUED = 2 ** 24

/** Listens and connects by names, for one thread of a domain. What is made is that thread's own. */
export class NamedSockets {
  constructor(
    readonly zone: SocketZone,
    readonly handle: Omit<SocketHandle, 'end'>,
    /** The domain, which the thread enters with its first call. */
    readonly sync: () => SyncDomain,
  ) {}

  /** See `SocketDomain.listen`. */
  listen(name: string, options: Backlog & OfKind): ThreadListener {
    const { backlog, waiting, kind } = wholeBacklog(options)
    nameBytes(name)
    const { here } = this.sync()
    const stream = finish(here, createLocal(this.zone, kind))
    try {
      finish(here, bindLocal(this.zone, stream, name))
      finish(here, listenLocal(this.zone, stream, backlog, waiting))
    } catch (error) {
      stream.closeSync(here)
      throw error
    }
    const home = enterDomain(this.handle.domain)
    const zone = new SocketZone(home.lot, this.handle.zone)
    const { handle: end } = stream
    return new ThreadListener(zone, zone.end(end), { ...this.handle, end }, home)
  }

  /** See `SocketDomain.datagrams`. */
  datagrams(name: string): ThreadDatagrams {
    nameBytes(name)
    const { here } = this.sync()
    const stream = finish(here, bindDatagrams(here, this.zone, name))
    const home = enterAgain(this.sync())
    const socket = new ThreadSocket(stream, { ...this.handle, end: stream.handle }, home)
    return new ThreadDatagrams(this.zone, socket, name, this.sync)
  }

  /** See `SocketDomain.connect`. */
  async connect(name: string, options: AwaitOptions & OfKind): Promise<ThreadSocket> {
    const kind = kindIn(options)
    nameBytes(name)
    let stream: StreamSocket | undefined
    try {
      const isConnected = await awaitAs(this.sync, options, (td, limit) => {
        stream = finish(td, createLocal(this.zone, kind))
        return connectLocal(td, this.zone, stream, name, limit)
      })
      return this.#connected(stream!, isConnected, name, options)
    } catch (error) {
      stream?.closeSync(this.sync().here)
      throw error
    }
  }

  /** See `SocketDomain.connectSync`. */
  connectSync(name: string, options: WaitOptions & OfKind): ThreadSocket {
    const kind = kindIn(options)
    checkTimeout(options)
    nameBytes(name)
    const { here } = this.sync()
    const stream = finish(here, createLocal(this.zone, kind))
    try {
      const waiting = connectLocal(here, this.zone, stream, name, until(here, options))
      const isConnected = options.timeoutMs === 0 ? atOnce(here, waiting) : block(here, waiting)
      return this.#connected(stream, isConnected, name, options)
    } catch (error) {
      stream.closeSync(here)
      throw error
    }
  }

  #connected(
    stream: StreamSocket,
    isConnected: boolean,
    name: string,
    { timeoutMs }: WaitOptions,
  ): ThreadSocket {
    if (!isConnected) throw new ConnectTimeout(name, timeoutMs)
    const home = enterAgain(this.sync())
    return new ThreadSocket(stream, { ...this.handle, end: stream.handle }, home)
  }
}

function kindIn(options: WaitOptions & OfKind): JoinedKind {
  expectTold('a connect', options, ['kind', 'timeoutMs', 'signal'])
  return expectJoined(options.kind)
}

function wholeBacklog(options: Backlog & OfKind): Required<Backlog & OfKind> {
  expectTold('a listener', options, ['kind', 'backlog', 'waiting'])
  const { backlog = DEFAULT_BACKLOG, waiting = backlog } = options
  const kind = expectJoined(options.kind)
  expectCount('backlog', backlog, 1)
  expectCount('waiting', waiting, 0)
  return { backlog, waiting, kind }
}

function expectCount(what: string, count: unknown, least: number): void {
  const isWhole = Number.isInteger(count) && (count as number) >= least
  if (isWhole && (count as number) <= MOST_QUEUED) return
  throw new RangeError(
    `the ${what} of a listener is a whole number from ${least} to ${MOST_QUEUED}: ` +
      `${came(count)} came`,
  )
}
