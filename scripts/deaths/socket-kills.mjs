import { Worker } from 'node:worker_threads'
import { BROKEN, READABLE, RESET, SocketDomain, WRITABLE } from '@smpnet/socket'
import { buried } from './bury.mjs'
import { DOWN, fill, lengthAt, TAKEN, UP, WRONG, wrongIn } from './bytes.mjs'
import { differences, freeOfSockets } from './counts.mjs'
import { isGone, isUp, PATIENCE_MS, patienceWith, sleep, until, within } from './waits.mjs'

const PAIRS = 4
const LIFE_MS = 8
const EARLY = 0.1
const FILE = new URL('socket-worker.mjs', import.meta.url)

/** How the worker that dies moves its bytes, and how its peer, the supervisor, does. */
export const SOCKET_KINDS = {
  'sockets, blocking': { how: 'blocks', peer: awaits },
  'sockets, awaited': { how: 'awaits', peer: awaits },
  'sockets, polled': { how: 'blocks', peer: polls },
  'sockets, packets': { how: 'packets', peer: awaits, pair: { kind: 'seqpacket' } },
}

/**
 * Pairs of sockets between the supervisor and workers, which are terminated anywhere and buried.
 * The peer must hear of it, and have received nothing but what was sent. Resolves to what was found
 * wrong, as sentences.
 */
export async function killAtSockets(kind, { kills, random, monitor, fault }) {
  const domain = SocketDomain.create({
    pairs: PAIRS,
    bufferBytes: 1024,
    threads: 24,
    waiters: 256,
  })
  const before = freeOfSockets(domain)
  const troop = { kind, domain, random, monitor, fault, left: kills, faults: new Set() }
  await Promise.all(Array.from({ length: PAIRS }, () => killAgain(troop)))
  if (troop.faults.size === 0) {
    for (const one of differences(before, freeOfSockets(domain))) troop.faults.add(one)
  }
  return [...troop.faults]
}

async function killAgain(troop) {
  const { domain, faults, random, monitor } = troop
  while (troop.left > 0 && faults.size === 0) {
    troop.left--
    const { how, peer, pair } = SOCKET_KINDS[troop.kind]
    const [here, there] = domain.pair(pair)
    const guest = there.invite()
    const seed = Math.floor(random() * 2 ** 31)
    const words = new Int32Array(new SharedArrayBuffer(8))
    const workerData = { handle: guest.handle, how, seed, words }
    const worker = new Worker(FILE, { workerData })
    worker.on('error', (error) => {
      if (error.name !== 'BrokenPipe') faults.add(`a victim: ${error.stack}`)
    })
    const hears = peer(troop, here)
    if (!(await isUp(worker))) faults.add('a victim does not come up')
    // Most die in the middle of their bytes, some before the first one, which could show no fault.
    const isEarly = troop.fault === undefined && random() < EARLY
    if (!isEarly) await until(() => words[TAKEN] > 0 || worker.threadId === -1, PATIENCE_MS)
    await sleep(random() * LIFE_MS)
    await worker.terminate()
    if (words[WRONG] > 0) faults.add(`${words[WRONG]} bytes that came were not those sent`)
    monitor?.says(`${troop.kind}, burying thread ${guest.thread}`)
    await buried(() => there.bury(guest), troop.fault)
    monitor?.says(troop.kind)
    const patience = patienceWith(troop.fault)
    const outcome = await within(hears, patience, 'the peer of the dead has not heard of it')
    if (outcome !== undefined) faults.add(outcome)
    else await buried(() => here.close(), undefined)
  }
}

/** Sends, and receives, by promises, until both say that the other end is gone. */
async function awaits(troop, here) {
  const [from, to] = [new Uint8Array(999), new Uint8Array(777)]
  const sends = async () => {
    for (let sent = 0; ; ) {
      const most = 1 + Math.floor(troop.random() * from.length)
      const isPacket = here.kind === 'seqpacket'
      const bytes = from.subarray(0, isPacket ? lengthAt(sent, DOWN) : most)
      fill(bytes, sent, troop.fault === 'wrong bytes' ? UP : DOWN)
      sent += await here.send(bytes)
    }
  }
  const receives = async () => {
    for (let received = 0; ; ) {
      const count = await here.receive(to)
      if (count === 0) return
      if (here.kind === 'seqpacket' && count !== lengthAt(received, UP)) {
        troop.faults.add(`a packet of ${count} bytes at ${received} was not one of those sent`)
      }
      check(troop, to, count, received)
      received += count
    }
  }
  const all = await Promise.all([sends().catch(toItsEnd), receives().catch(toItsEnd)])
  return all.find((one) => one !== undefined)
}

/** The same, by tries, when a poller says that there is something to do. */
async function polls(troop, here) {
  const poller = troop.domain.poller()
  const [from, to] = [new Uint8Array(300), new Uint8Array(777)]
  const state = { sent: 0, received: 0, isBroken: false, isAtEnd: false }
  poller.add(here, READABLE | WRITABLE)
  while (!state.isBroken || !state.isAtEnd) {
    await poller.wait()
    fill(from, state.sent, DOWN)
    const given = state.isBroken ? 0 : here.trySend(from)
    if (given > 0) state.sent += given
    else if (given === BROKEN || given === RESET) state.isBroken = true
    const taken = state.isAtEnd ? 0 : here.tryReceive(to)
    if (taken > 0) {
      check(troop, to, taken, state.received)
      state.received += taken
    } else if (taken === 0 || taken === RESET) state.isAtEnd = true
    if (state.isBroken || state.isAtEnd) watchRest(poller, here, state)
  }
  poller.close()
  return undefined
}

/** Watches for what is not over; else the poller would say for ever that an end is ready. */
function watchRest(poller, here, { isBroken, isAtEnd }) {
  poller.remove(here)
  const events = (isBroken ? 0 : WRITABLE) | (isAtEnd ? 0 : READABLE)
  if (events !== 0) poller.add(here, events)
}

function check(troop, bytes, count, received) {
  const wrong = wrongIn(bytes, count, received, UP)
  if (wrong > 0) troop.faults.add(`${wrong} of ${count} bytes at ${received} were not those sent`)
}

function toItsEnd(error) {
  return isGone(error) ? undefined : `the peer: ${error.stack}`
}
