import * as fsm from '@smpnet/fsm'
import * as ifqueue from '@smpnet/ifqueue'
import * as memory from '@smpnet/memory'
import * as scheduler from '@smpnet/scheduler'
import * as socket from '@smpnet/socket'
import * as sync from '@smpnet/sync'
import * as timecounter from '@smpnet/timecounter'
import * as trace from '@smpnet/trace'

/**
 * A new object of each public class that a program makes by itself, and the buffer that is not to
 * change when a call on it is refused. By the names of the classes, as the packages export them.
 */
export const SUBJECTS = {
  Arena: () => inArena((arena) => arena),
  LiveMemory: () => inArena((_arena, live) => live),
  Pool: () =>
    inArena((arena) => memory.Pool.create(arena, { name: 'p', items: 4, itemBytes: 64 })),
  Zone: () => inArena((arena) => memory.Zone.create(arena, ZONE)),
  SpinLock: () => inArena((arena, live) => new memory.SpinLock(live, arena.place('lock', 64))),
  SyncDomain: () => inDomain((domain) => domain),
  Mutex: () => inDomain((domain) => sync.Mutex.create(domain)),
  RwLock: () => inDomain((domain) => sync.RwLock.create(domain)),
  ReadSide: () => inDomain((domain) => sync.RwLock.create(domain).read),
  WriteSide: () => inDomain((domain) => sync.RwLock.create(domain).write),
  Sx: () => inDomain((domain) => sync.Sx.create(domain)),
  SpinMutex: () => inDomain((domain) => sync.SpinMutex.create(domain)),
  TicketLock: () => inDomain((domain) => sync.TicketLock.create(domain)),
  McsLock: () => inDomain((domain) => sync.McsLock.create(domain)),
  RmLock: () => inDomain((domain) => sync.RmLock.create(domain)),
  RmReadSide: () => inDomain((domain) => sync.RmLock.create(domain).read),
  RmWriteSide: () => inDomain((domain) => sync.RmLock.create(domain).write),
  Semaphore: () => inDomain((domain) => sync.Semaphore.create(domain, { permits: 2 })),
  Condition: () => inDomain((domain) => sync.Condition.create(domain)),
  EventCount: () => inDomain((domain) => sync.EventCount.create(domain)),
  Once: () => inDomain((domain) => sync.Once.create(domain)),
  Barrier: () => inDomain((domain) => sync.Barrier.create(domain, { parties: 1 })),
  Seqc: () => inDomain((domain) => sync.Seqc.create(domain)),
  Epoch: () => inDomain((domain) => sync.Epoch.create(domain)),
  Smr: () => inDomain((domain) => sync.Smr.create(domain)),
  Counter: () => inDomain((domain) => sync.Counter.create(domain)),
  Witness: () => inDomain((domain) => sync.Witness.create(domain)),
  Guard: () => inDomain((domain) => sync.Mutex.create(domain).lockSync()),
  SocketDomain: () => inSockets((domain) => domain),
  ThreadSocket: () => inSockets((domain) => connected(domain)),
  'ThreadSocket, closed': () => inSockets((domain) => closed(domain)),
  'ThreadSocket, of packets': () => inSockets((domain) => connected(domain, 'seqpacket')),
  ThreadDatagrams: () => inSockets((domain) => asking(domain)),
  Messages: () => inSockets((domain) => talking(domain)),
  ThreadListener: () => inSockets((domain) => listening(domain)),
  ThreadPoller: () => inSockets((domain) => domain.poller()),
  FastClock: () => {
    const options = { ticks: false }
    const clock = timecounter.FastClock.start(timecounter.hrtimeCounter(process.hrtime), options)
    return { subject: clock, buffer: clock.handle.buffer }
  },
  Roster: () =>
    inArena((arena, live) => new scheduler.Roster(live, scheduler.Roster.place(arena, 4))),
  Watchdog: () =>
    inArena((arena, live) => new scheduler.Watchdog(live, scheduler.placeHeartbeats(arena, 2))),
  MockClock: () => ({ subject: new timecounter.MockClock() }),
  Counters: () =>
    inArena((arena, live) => new trace.Counters(live, trace.Counters.place(arena, 2, ['one']))),
  EventRing: () =>
    inArena((arena, live) => new trace.EventRing(live, trace.EventRing.place(arena, 8))),
  Table: () => ({ subject: aTable() }),
  PlaceQueue: () => {
    const { handle } = ifqueue.RecordQueue.create(QUEUE)
    return asked(new ifqueue.PlaceQueue(handle))
  },
  RecordQueue: () => asked(ifqueue.RecordQueue.create(QUEUE)),
  'RecordQueue, of one and one': () => asked(ifqueue.RecordQueue.create(PAIR)),
  TypedQueue: () => asked(ifqueue.TypedQueue.create({ id: 'u32', price: 'f64' }, QUEUE)),
  ValueQueue: () => {
    const queue = ifqueue.ValueQueue.create({ bytes: 4096, threads: 4 })
    queue.sendSync(7)
    return { subject: queue, buffer: queue.handle.domain.buffer }
  },
}

const QUEUE = { recordBytes: 16, records: 4, threads: 4 }
/** @type {import('@smpnet/ifqueue').QueueShape} */
const PAIR = { ...QUEUE, kind: 'spsc' }

/** A queue in which a record waits, so that a receive need not. */
function asked(queue) {
  queue.reserveSync()
  queue.commit()
  return { subject: queue, buffer: queue.handle.domain.buffer }
}

const ZONE = { name: 'z', items: 8, itemBytes: 64, cpus: 1 }

function inArena(make) {
  const live = memory.LiveMemory.create(1 << 16)
  const subject = make(memory.Arena.create(live), live)
  return { subject, buffer: live.buffer }
}

function inDomain(make) {
  const domain = sync.SyncDomain.create({ threads: 4, waiters: 16, buckets: 4, bytes: 1 << 16 })
  return { subject: make(domain), buffer: domain.handle.buffer, end: () => detached(domain) }
}

function inSockets(make) {
  const domain = socket.SocketDomain.create({ pairs: 4, bufferBytes: 64, threads: 4, waiters: 16 })
  return {
    subject: make(domain),
    buffer: domain.handle.domain.buffer,
    end: () => detached(domain),
  }
}

/** An end at which a byte waits, so that a receive need not. */
function connected(domain, kind = 'stream') {
  const [one, other] = domain.pair({ kind })
  other.sendSync(new Uint8Array([7]))
  return one
}

/** A socket at which a datagram of its own waits, so that a receive need not. */
function asking(domain) {
  const socket = domain.datagrams('name')
  socket.trySendTo('name', new Uint8Array([7]))
  return socket
}

/** Messages, one of which waits, so that a receive need not. */
function talking(domain) {
  const [one, other] = domain.pair().map((end) => new socket.Messages(end))
  other.sendSync(new Uint8Array([7]))
  return one
}

/** A listener to which a socket has connected, so that an accept need not wait. */
function listening(domain) {
  const listener = domain.listen('name')
  domain.connectSync('name')
  return listener
}

function closed(domain) {
  const [one] = domain.pair()
  one.close()
  return one
}

export function detached(domain) {
  try {
    if (domain instanceof sync.SyncDomain) sync.detach(domain)
    else domain.detach()
  } catch {
    // A call that was not refused may have left something in use: the domain is left alone.
  }
}

function aTable() {
  return fsm.defineTable({
    of: 'a lamp',
    initial: 'off',
    rows: [
      { state: 'off', event: 'press', next: 'on' },
      { state: 'on', event: 'press', next: 'off' },
    ],
  })
}
