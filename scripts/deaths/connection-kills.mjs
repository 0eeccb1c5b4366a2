import { Worker } from 'node:worker_threads'
import { SocketDomain } from '@smpnet/socket'
import { buried } from './bury.mjs'
import { TAKEN, WRONG } from './bytes.mjs'
import { differences, freeOfSockets } from './counts.mjs'
import { isUp, patienceWith, sleep, until } from './waits.mjs'

/** Of workers at once: those that listen and answer, and those that connect. */
const SERVERS = 2
const CLIENTS = 2
const LIFE_MS = 15
const FILE = new URL('connection-worker.mjs', import.meta.url)

export const CONNECTION_KIND = 'sockets, by name'

/**
 * Threads that listen, connect and answer in one domain, of which one after the other is terminated
 * anywhere, buried, and followed by another. What came was what was sent; those that live at last
 * end by themselves; and the domain has as much left as at first. Resolves to what was found wrong.
 */
export async function killAtConnections(_, { kills, random, monitor, fault }) {
  const domain = SocketDomain.create({
    pairs: 64,
    bufferBytes: 256,
    threads: 24,
    waiters: 256,
  })
  const before = freeOfSockets(domain)
  const faults = new Set()
  const end = new Int32Array(new SharedArrayBuffer(4))
  const troop = { domain, random, fault, faults, end }
  const posts = Array.from({ length: SERVERS + CLIENTS }, (_, post) => begin(troop, post))
  for (let left = kills; left > 0 && faults.size === 0; left--) {
    const post = Math.floor(random() * posts.length)
    const victim = posts[post]
    await isBegun(troop, victim)
    await until(() => victim.words[TAKEN] > 0 || faults.size > 0, random() * LIFE_MS)
    await sleep(random() * LIFE_MS)
    await victim.worker.terminate()
    monitor?.says(`${CONNECTION_KIND}, burying thread ${victim.guest.thread}`)
    await buried(() => domain.bury(victim.guest), fault)
    monitor?.says(CONNECTION_KIND)
    tally(troop, victim)
    posts[post] = begin(troop, post)
  }
  await endAll(troop, posts)
  if (faults.size === 0) {
    for (const one of differences(before, freeOfSockets(domain))) faults.add(one)
  }
  return [...faults]
}

/** A worker at a post: the first ones listen at a name each, and the others connect to these. */
function begin({ domain, random, fault, faults, end }, post) {
  const guest = domain.invite()
  const words = new Int32Array(new SharedArrayBuffer(8))
  const workerData = {
    handle: guest.handle,
    name: `name ${post % SERVERS}`,
    serves: post < SERVERS,
    seed: Math.floor(random() * 2 ** 31),
    words,
    end,
    fault,
  }
  const worker = new Worker(FILE, { workerData })
  worker.on('error', (error) => faults.add(`a victim: ${error.stack}`))
  return { worker, guest, words, up: isUp(worker, patienceWith(fault)) }
}

async function isBegun({ faults }, { up, guest }) {
  if (!(await up)) faults.add(`thread ${guest.thread} has not begun, and does not come to its end`)
}

function tally({ faults }, { words }) {
  if (words[WRONG] > 0) faults.add(`${words[WRONG]} bytes that came were not those sent`)
}

/** Those that live end by themselves, as they are told; all are buried, as it is no harm. */
async function endAll(troop, posts) {
  const { domain, faults, end, fault } = troop
  await Promise.all(posts.map((post) => isBegun(troop, post)))
  Atomics.store(end, 0, 1)
  for (const post of posts) {
    const isOver = await until(() => post.worker.threadId === -1, patienceWith(fault))
    if (!isOver) faults.add(`thread ${post.guest.thread} does not come to its end`)
    await post.worker.terminate()
    await buried(() => domain.bury(post.guest), fault)
    tally(troop, post)
  }
}
