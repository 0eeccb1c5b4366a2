import { Worker } from 'node:worker_threads'
import { SocketDomain } from '@smpnet/socket'
import { buried } from './bury.mjs'
import { DOWN, fill, TAKEN, UP, WRONG, wrongIn } from './bytes.mjs'
import { differences, freeOfSockets } from './counts.mjs'
import { HERE, placeOf, withPlace } from './datagram-bytes.mjs'
import { inShort, isNamed, isUp, patienceWith, sleep, until } from './waits.mjs'

/** Workers at once, which all send to the supervisor. */
const POSTS = 3
const LIFE_MS = 10
const FILE = new URL('datagram-worker.mjs', import.meta.url)

export const DATAGRAM_KIND = 'sockets, datagrams'

/**
 * Threads that send datagrams to one name and are answered at theirs, of which one after the other
 * is terminated anywhere, buried, and followed by another at its name. What came was whole and of
 * its sender, later ones after earlier ones; and the domain has as much left as at first. Resolves
 * to what was found wrong.
 */
export async function killAtDatagrams(_, { kills, random, monitor, fault }) {
  const domain = SocketDomain.create({ pairs: 16, bufferBytes: 1024, threads: 24, waiters: 256 })
  const before = freeOfSockets(domain)
  const end = new Int32Array(new SharedArrayBuffer(4))
  const troop = { domain, random, fault, faults: new Set(), end, places: new Map() }
  const here = domain.datagrams(HERE)
  const over = new AbortController()
  const answering = answers(troop, here, over.signal)
  const posts = Array.from({ length: POSTS }, (_, post) => begin(troop, post))
  for (let left = kills; left > 0 && troop.faults.size === 0; left--) {
    const post = Math.floor(random() * posts.length)
    const victim = posts[post]
    if (!(await victim.up)) troop.faults.add('a victim does not come up')
    await until(() => victim.words[TAKEN] > 0 || troop.faults.size > 0, patienceWith(fault))
    await sleep(random() * LIFE_MS)
    await victim.worker.terminate()
    monitor?.says(`${DATAGRAM_KIND}, burying thread ${victim.guest.thread}`)
    await buried(() => domain.bury(victim.guest), fault)
    monitor?.says(DATAGRAM_KIND)
    tally(troop, victim)
    posts[post] = begin(troop, post)
  }
  await endAll(troop, posts)
  over.abort()
  await answering
  try {
    here.close()
  } catch (error) {
    troop.faults.add(inShort(error))
  }
  if (troop.faults.size === 0) {
    for (const one of differences(before, freeOfSockets(domain))) troop.faults.add(one)
  }
  return [...troop.faults]
}

/** A worker at a post, whose name is that of the one before it, which is free again. */
function begin({ domain, random, faults, end, fault }, post) {
  const name = `post ${post}`
  const guest = domain.invite()
  const words = new Int32Array(new SharedArrayBuffer(8))
  const seed = Math.floor(random() * 2 ** 31)
  const worker = new Worker(FILE, { workerData: { handle: guest.handle, name, seed, words, end } })
  worker.on('error', (error) => faults.add(`a victim: ${error.stack}`))
  return { worker, guest, words, up: isUp(worker, patienceWith(fault)) }
}

/** Looks at each datagram that comes, and answers it, if its sender is there still. */
async function answers({ faults, fault, places }, here, signal) {
  for (;;) {
    const came = await here.receive({ signal }).catch(() => undefined)
    if (came === undefined) return
    const [place, own] = [placeOf(came.bytes), came.bytes.slice(4)]
    const wrong = wrongIn(own, own.length, place, UP)
    if (wrong > 0) faults.add(`${wrong} of ${own.length} bytes at ${place} were not those sent`)
    // Places begin anew with each life, and grow in it.
    const last = places.get(came.from) ?? -1
    if (place !== 0 && place <= last) faults.add(`${place} of ${came.from} came after ${last}`)
    places.set(came.from, place)
    fill(own, place, fault === 'wrong bytes' ? UP : DOWN)
    try {
      here.trySendTo(came.from, withPlace(place, own))
    } catch (error) {
      if (!isNamed(error, 'ConnectionRefused')) throw error
    }
  }
}

function tally({ faults }, { words }) {
  if (words[WRONG] > 0) faults.add(`${words[WRONG]} bytes that came were not those sent`)
}

/** Those that live end by themselves, as they are told; all are buried, as it is no harm. */
async function endAll(troop, posts) {
  const { domain, faults, end, fault } = troop
  await Promise.all(posts.map(({ up }) => up))
  Atomics.store(end, 0, 1)
  for (const post of posts) {
    const isOver = await until(() => post.worker.threadId === -1, patienceWith(fault))
    if (!isOver) faults.add(`thread ${post.guest.thread} does not come to its end`)
    await post.worker.terminate()
    await buried(() => domain.bury(post.guest), fault)
    tally(troop, post)
  }
}
