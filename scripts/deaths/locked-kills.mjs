import { Worker } from 'node:worker_threads'
import { Arena, LiveMemory } from '@smpnet/memory'
import { awaiting, Lot, SPIN } from '@smpnet/park'
import { LockedSockets, schemeTable } from '@smpnet/socket/locked'
import { TAKEN, WRONG } from './bytes.mjs'
import { listenerAt, openLocked } from './locked-parts.mjs'
import { CHANGES, END } from './locked-words.mjs'
import { inShort, isUp, patienceWith, sleep, until } from './waits.mjs'

/** Of workers at once: those that listen and answer, and those that connect. */
const SERVERS = 2
const CLIENTS = 2
const LIFE_MS = 10
const MOST_CHANGES = 1_500
const FILE = new URL('locked-worker.mjs', import.meta.url)

/** Sockets under the locks of each scheme. */
export const LOCKED_KINDS = Object.fromEntries(
  schemeTable.map(({ name }) => [`sockets, locked, ${name}`, name]),
)

/**
 * Threads that listen, connect and answer by locked sockets of one memory, of which one after the
 * other ends anywhere, every other time after one of its changes of shared memory, is buried, and
 * is followed by another. What came was what was sent; those that live at last end by themselves;
 * and in the end no socket is in use. Resolves to what was found wrong.
 */
export async function killAtLocked(kind, { kills, random, monitor, fault }) {
  const troop = {
    ...begun(LOCKED_KINDS[kind], kills),
    random,
    fault,
    faults: new Set(),
    isBurying: false,
  }
  const posts = /** @type {any[]} */ ([])
  for (let post = 0; post < SERVERS + CLIENTS; post++) posts.push(begin(troop, post))
  for (let left = kills; left > 0 && troop.faults.size === 0; left--) {
    const post = Math.floor(random() * posts.length)
    await endsOne(troop, posts[post])
    monitor?.says(`${kind}, burying thread ${posts[post].seat.thread}`)
    await isBuried(troop, posts[post])
    monitor?.says(kind)
    if (troop.faults.size === 0) posts[post] = begin(troop, post)
  }
  if (troop.faults.size === 0) await endAll(troop, posts)
  for (const { worker } of posts) await worker.terminate()
  return [...troop.faults]
}

function begun(locking, kills) {
  const memory = LiveMemory.create(1 << 20)
  const arena = Arena.create(memory)
  const threads = 1 + SERVERS + CLIENTS
  // A waiter of the dead stays, since a lock may name it.
  const lots = Lot.place(arena, { threads, waiters: 3 * threads + kills, buckets: 8 })
  const handle = LockedSockets.place(arena, { sockets: 32, receiveBytes: 256 })
  const places = { buffer: memory.buffer, lots, handle, locking }
  const listeners = new Int32Array(new SharedArrayBuffer(4 * listenerAt(SERVERS)))
  return {
    places,
    listeners,
    end: new Int32Array(new SharedArrayBuffer(4)),
    here: openLocked(places),
  }
}

/** A worker at a post: the first ones listen by a name each, and the others connect to these. */
function begin(troop, post) {
  const { places, listeners, end, here, random, fault, faults } = troop
  const words = new Int32Array(new SharedArrayBuffer(12))
  if (random() < 0.5) words[CHANGES] = 1 + Math.floor(random() * MOST_CHANGES)
  let seat = { thread: -1, generation: 0 }
  try {
    seat = here.lot.reserve()
  } catch (error) {
    faults.add(`no seat is left: ${inShort(error)}`)
  }
  const workerData = {
    places,
    seat,
    name: post % SERVERS,
    serves: post < SERVERS,
    seed: Math.floor(random() * 2 ** 31),
    words,
    listeners,
    end,
    fault,
  }
  const worker = new Worker(FILE, { workerData })
  worker.on('error', (error) => faults.add(`a victim: ${error.stack}`))
  const state = { isBuried: fault === 'nobody buries' }
  worker.once('exit', () => {
    if (state.isBuried) return
    const hears = (error) => faults.add(`a burial has failed: ${inShort(error)}`)
    buries(troop, seat)
      .catch(hears)
      .finally(() => (state.isBuried = true))
  })
  return { worker, seat, words, post: state, up: isUp(worker, patienceWith(fault)) }
}

/** One that has not begun proves nothing; and most end in the middle of their bytes. */
async function endsOne({ faults, random, fault }, { worker, words, up }) {
  if (!(await up)) faults.add('a victim does not come up')
  await until(() => words[TAKEN] > 0 || faults.size > 0, random() * 3 * LIFE_MS)
  if (words[CHANGES] === 0) await sleep(random() * LIFE_MS)
  else {
    const isOver = await until(
      () => worker.threadId === -1 || faults.size > 0,
      patienceWith(fault),
    )
    if (!isOver) faults.add('a victim makes no changes of memory any more')
  }
  await worker.terminate()
}

/**
 * Buries a thread as soon as it has ended, since the burial of another may wait for what it holds;
 * the sockets of one after the other.
 */
async function buries(troop, seat) {
  const { lot, sockets } = troop.here
  const td = lot.waiter()
  const clear = function* (thread) {
    while (troop.isBurying) yield SPIN
    troop.isBurying = true
    yield* sockets.bury(td, thread)
    troop.isBurying = false
  }
  await awaiting(td, lot.buryAlone(seat, clear))
  lot.releaseEntry(td.at)
}

async function isBuried({ faults, fault }, { post, words }) {
  if (!(await until(() => post.isBuried || faults.size > 0, patienceWith(fault)))) {
    faults.add('a burial does not come to its end')
  }
  if (words[WRONG] > 0) faults.add(`${words[WRONG]} bytes that came were not those sent`)
}

/** Those that live end by themselves, as they are told; all are buried, as it is no harm. */
async function endAll(troop, posts) {
  const { here, faults, end, fault } = troop
  for (const { up } of posts) if (!(await up)) faults.add('a thread does not come up')
  Atomics.store(end, END, 1)
  for (const post of posts) {
    const isOver = await until(() => post.worker.threadId === -1, patienceWith(fault))
    if (!isOver) faults.add(`thread ${post.seat.thread} does not come to its end`)
    await post.worker.terminate()
    await isBuried(troop, post)
  }
  const left = here.sockets.inUse()
  if (left > 0 && faults.size === 0) faults.add(`${left} sockets are in use that nobody has`)
}
