import * as fsm from '@smpnet/fsm'
import * as ifqueue from '@smpnet/ifqueue'
import * as live from '@smpnet/machine/live'
import * as memory from '@smpnet/memory'
import * as dispatch from '@smpnet/netisr/dispatcher'
import * as socket from '@smpnet/socket'
import * as locked from '@smpnet/socket/locked'
import * as stack from '@smpnet/stack'
import * as sync from '@smpnet/sync'
import * as tasks from '@smpnet/tasks'
import * as timecounter from '@smpnet/timecounter'
import * as trace from '@smpnet/trace'
import { ofInterfaces } from './interfaces.mjs'
import { detached, SUBJECTS } from './subjects.mjs'

const NOWHERE = new URL('file:///nowhere.mjs')
/** Of the domain's buffer, where a lock may be placed: all is zero there. */
const FREE = 1 << 16

function ofMemory() {
  const zone = { name: 'z', items: 8, itemBytes: 64, cpus: 2, magazineItems: 2 }
  const pool = { name: 'p', items: 4, itemBytes: 64 }
  const inArena = (run, listOf) => calledIn((arena) => ({ run, list: listOf(arena) }))
  const calledIn = (callOf) => () => {
    const whole = memory.LiveMemory.create(1 << 16)
    return { ...callOf(memory.Arena.create(whole)), buffer: whole.buffer }
  }
  return {
    'memory.LiveMemory.create': () => ({ run: memory.LiveMemory.create, list: [4096] }),
    'memory.Arena#place': calledIn((arena) => ({
      run: (...list) => arena.place(...list),
      list: ['a', 64],
    })),
    'memory.Zone.create': inArena(memory.Zone.create, (arena) => [arena, zone]),
    'memory.Zone.open': inArena(memory.Zone.open, (arena) => [
      arena.memory,
      memory.Zone.create(arena, zone).handle,
    ]),
    'memory.Pool.create': inArena(memory.Pool.create, (arena) => [arena, pool]),
    'memory.Pool.open': inArena(memory.Pool.open, (arena) => [
      arena.memory,
      memory.Pool.create(arena, pool).handle,
    ]),
    'socket/locked.LockedSockets.place': inArena(locked.LockedSockets.place, (arena) => [
      arena,
      { sockets: 2, receiveBytes: 64, cpus: 1 },
    ]),
  }
}

/**
 * Options beside `at`, of each class of lock.
 *
 * @type {[any, object][]}
 */
const LOCKS = [
  [sync.Mutex, { recursive: true }],
  [sync.SpinMutex, {}],
  [sync.TicketLock, {}],
  [sync.McsLock, {}],
  [sync.RwLock, { accountable: true }],
  [sync.Sx, { accountable: true }],
  [sync.RmLock, {}],
  [sync.Seqc, {}],
  [sync.Epoch, {}],
  [sync.Smr, {}],
  [sync.Semaphore, { permits: 2, accountable: true }],
  [sync.Once, {}],
  [sync.EventCount, {}],
  [sync.Condition, {}],
  [sync.Counter, {}],
  [sync.Barrier, { parties: 2 }],
  [sync.Witness, { names: 4, edges: 4 }],
]

const WAIT = { timeoutMs: 0 }
const signal = () => new AbortController().signal

function ofSync() {
  const shape = { threads: 4, waiters: 16, buckets: 4 }
  const inDomain = (run, listOf) => calledIn((domain) => ({ run, list: listOf(domain) }))
  const calledIn = (callOf) => () => {
    const buffer = new SharedArrayBuffer(1 << 17)
    const domain = sync.SyncDomain.create({ ...shape, buffer, bytes: FREE })
    return { ...callOf(domain), buffer, end: () => detached(domain) }
  }
  const kinds = LOCKS.flatMap(([of, own]) => {
    // A bundler may have put a `_` before it.
    const name = of.name.replace(/^_/, '')
    return [
      [
        `sync.${name}.create`,
        inDomain(
          (...list) => of.create(...list),
          (domain) => [domain, { ...own, at: sync.address(FREE) }],
        ),
      ],
      [
        `sync.${name}.open`,
        inDomain(
          (...list) => of.open(...list),
          (domain) => [of.create(domain, own).handle],
        ),
      ],
    ]
  })
  const create = () => {
    const buffer = new SharedArrayBuffer(1 << 17)
    const options = { ...shape, buffer, at: 64, bytes: FREE }
    return { run: freely(sync.SyncDomain.create, detached), list: [options] }
  }
  return {
    'sync.SyncDomain.create': create,
    'sync.SyncDomain.open': inDomain(sync.SyncDomain.open, (domain) => [domain.handle]),
    'sync.bury': inDomain(sync.bury, (domain) => {
      const { thread, generation } = sync.invite(domain)
      return [domain, { thread, generation }]
    }),
    'sync.invite': inDomain(sync.invite, (domain) => [domain]),
    'sync.detach': inDomain(sync.detach, (domain) => [domain]),
    'sync.enterDomain': inDomain(sync.enterDomain, (domain) => [domain.handle]),
    'sync.placeLock': inDomain(sync.placeLock, (domain) => [
      { name: 'of mine', code: 200, version: 1, names: sync.inWords(0) },
      domain,
      4,
      { at: sync.address(FREE) },
    ]),
    ...Object.fromEntries(kinds),
    ...waiting('Mutex', {
      lockSync: [{ ...WAIT, recover: true }],
      lock: [{ ...WAIT, recover: true, signal: signal() }],
    }),
    ...waiting('Semaphore', {
      acquireSync: [1, WAIT],
      acquireAsync: [1, { ...WAIT, signal: signal() }],
    }),
    ...waiting('EventCount', {
      waitSync: [1, WAIT],
      waitAsync: [1, { ...WAIT, signal: signal() }],
    }),
    ...waiting('Barrier', { arriveSync: [WAIT], arriveAsync: [{ ...WAIT, signal: signal() }] }),
    ...waiting('Once', {
      runSync: [() => {}, WAIT],
      run: [() => {}, { ...WAIT, signal: signal() }],
    }),
  }
}

/** Calls of methods of a subject that are right. */
function waiting(kind, calls) {
  return Object.fromEntries(
    Object.entries(calls).map(([key, list]) => [
      `${kind}#${key}, rightly`,
      () => {
        const { subject, buffer, end } = SUBJECTS[kind]()
        return { run: (...own) => subject[key](...own), list, buffer, end }
      },
    ]),
  )
}

function ofSockets() {
  const shape = { pairs: 4, bufferBytes: 64, threads: 4, waiters: 16 }
  const inDomain = (callOf) => () => {
    const domain = socket.SocketDomain.create(shape)
    return { ...callOf(domain), end: () => detached(domain) }
  }
  const bytes = () => new Uint8Array(8)
  return {
    'socket.SocketDomain.create': () => ({
      run: freely(socket.SocketDomain.create, detached),
      list: [{ ...shape, buffers: 8 }],
    }),
    'socket.SocketDomain.open': inDomain((domain) => ({
      run: socket.SocketDomain.open,
      list: [domain.pair()[0].handle],
    })),
    'socket.openSocket': inDomain((domain) => ({
      run: socket.openSocket,
      list: [domain.pair()[0].handle],
    })),
    'socket.SocketDomain.join': inDomain((domain) => ({
      run: socket.SocketDomain.join,
      list: [domain.handle],
    })),
    'SocketDomain#listen, rightly': inDomain((domain) => ({
      run: (...list) => domain.listen(...list),
      list: ['a name', { backlog: 2, waiting: 2 }],
    })),
    'SocketDomain#connectSync, rightly': inDomain((domain) => {
      domain.listen('a name')
      return { run: (...list) => domain.connectSync(...list), list: ['a name', WAIT] }
    }),
    ...waiting('ThreadSocket', {
      sendSync: [bytes(), WAIT],
      send: [bytes(), { ...WAIT, signal: signal() }],
      receiveSync: [bytes(), WAIT],
      receive: [bytes(), { ...WAIT, signal: signal() }],
    }),
    ...waiting('ThreadSocket, of packets', {
      sendRightsSync: [bytes(), [], WAIT],
      sendRights: [bytes(), [], { ...WAIT, signal: signal() }],
      receiveRightsSync: [bytes(), WAIT],
      receiveRights: [bytes(), { ...WAIT, signal: signal() }],
    }),
    ...waiting('ThreadDatagrams', {
      receiveSync: [WAIT],
      receive: [{ ...WAIT, signal: signal() }],
    }),
    ...waiting('ThreadListener', { acceptSync: [WAIT], accept: [{ ...WAIT, signal: signal() }] }),
  }
}

function ofQueues() {
  /** @type {import('@smpnet/ifqueue').QueueShape} */
  const records = { kind: 'mpmc', recordBytes: 16, records: 4, threads: 4 }
  /** @type {import('@smpnet/ifqueue').QueueShape} */
  const anySize = { kind: 'mpsc', bytes: 1024, threads: 4 }
  /** @type {Record<string, 'u32' | 'f64'>} */
  const fields = { id: 'u32', price: 'f64' }
  const made = (queue) => ({ end: () => left(queue) })
  const opening = (of, queueOf, handleOf) => () => {
    const queue = queueOf()
    return { run: (...list) => of.open(...list), list: [handleOf(queue)], ...made(queue) }
  }
  const creating = (of, list) => () => ({ run: (...own) => left(of.create(...own)), list })
  return {
    'ifqueue.RecordQueue.create': creating(ifqueue.RecordQueue, [records]),
    'ifqueue.RecordQueue.create, of any size': creating(ifqueue.RecordQueue, [anySize]),
    'ifqueue.TypedQueue.create': creating(ifqueue.TypedQueue, [fields, records]),
    'ifqueue.ValueQueue.create': creating(ifqueue.ValueQueue, [anySize]),
    'ifqueue.RecordQueue.open': opening(
      ifqueue.RecordQueue,
      () => ifqueue.RecordQueue.create(records),
      (queue) => queue.handle,
    ),
    'ifqueue.TypedQueue.open': opening(
      ifqueue.TypedQueue,
      () => ifqueue.TypedQueue.create(fields, records),
      (queue) => queue.typedHandle,
    ),
    'ifqueue.ValueQueue.open': opening(
      ifqueue.ValueQueue,
      () => ifqueue.ValueQueue.create(anySize),
      (queue) => queue.handle,
    ),
    ...waiting('RecordQueue', {
      reserveSync: [8, WAIT],
      sendSync: [new Uint8Array(8), WAIT],
      peekSync: [WAIT],
    }),
    ...waiting('ValueQueue', { sendSync: [7, WAIT], receiveSync: [WAIT] }),
  }
}

function ofClocks() {
  const counter = () => timecounter.hrtimeCounter(process.hrtime)
  const inArena =
    (run, ...rest) =>
    () => {
      const whole = memory.LiveMemory.create(1 << 16)
      return { run, list: [memory.Arena.create(whole), ...rest], buffer: whole.buffer }
    }
  return {
    'timecounter.FastClock.start': () => ({
      run: freely(timecounter.FastClock.start, (clock) => clock.stop?.()),
      list: [counter(), { hz: 1000, ticks: false }],
    }),
    'timecounter.FastClock.attach': () => {
      const clock = timecounter.FastClock.start(counter(), { ticks: false })
      return {
        run: freely(timecounter.FastClock.attach),
        list: [clock.handle, counter()],
      }
    },
    'trace.Counters.place': inArena(trace.Counters.place, 2, ['one', 'two']),
    'trace.EventRing.place': inArena(trace.EventRing.place, 8),
    'fsm.defineTable': () => ({
      run: fsm.defineTable,
      list: [
        {
          of: 'a lamp',
          initial: 'off',
          rows: [
            { state: 'off', event: 'press', next: 'on' },
            { state: 'on', event: 'press', next: 'off' },
          ],
        },
      ],
    }),
  }
}

function ofKernels() {
  const started = (what) => what?.then?.((one) => one.stop?.())
  return {
    'stack.defineStack': () => ({
      run: stack.defineStack,
      list: [
        {
          machine: stack.sim({ cpus: 2, seed: 1 }),
          scheduler: stack.ule({}),
          netisr: { dispatch: 'deferred', threads: 1 },
        },
      ],
    }),
    'machine/live.startLive': () => ({
      run: freely(live.startLive, started),
      list: [
        {
          cpus: 1,
          memoryBytes: 1 << 16,
          lot: { threads: 4, waiters: 16, buckets: 4 },
          boot: NOWHERE,
          spins: 10,
          eventLoop: false,
          bootMs: 1000,
        },
      ],
    }),
    'tasks.startTasks': () => ({
      run: freely(tasks.startTasks, started),
      list: [{ cpus: 1, modules: [NOWHERE], places: 16, mostWaiting: 16, payloadBytes: 64 }],
    }),
    'netisr/dispatcher.startDispatcher': () => ({
      run: freely(dispatch.startDispatcher, started),
      list: [{ cpus: 1, module: NOWHERE, name: 'default', key: (item) => item }],
    }),
  }
}

/**
 * Something as it is called by a program that is not checked by types, and what comes after it.
 *
 * @param {any} of
 * @param {(made: any) => unknown} after
 */
function freely(of, after = (made) => made) {
  return (...list) => after(of(...list))
}

function left(queue) {
  try {
    queue.leave()
  } catch {
    // The same of a queue.
  }
}

/**
 * Calls that are right, in each of which one argument, or one field of one, is made wrong: what a
 * function does with its second argument is not seen while its first one is wrong. Of options that
 * may be left out, all are there.
 *
 * Each makes `list`, what `run` is called with, and says what is not to change, and what ends it.
 */
export const VALID = {
  ...ofMemory(),
  ...ofSync(),
  ...ofSockets(),
  ...ofQueues(),
  ...ofInterfaces(),
  ...ofClocks(),
  ...ofKernels(),
}
