import { Worker } from 'node:worker_threads'
import { SocketDomain } from '@smpnet/socket'
import { buried } from './bury.mjs'
import { DOWN, fill, TAKEN, UP, WRONG, wrongIn } from './bytes.mjs'
import { differences, freeOfSockets } from './counts.mjs'
import { isGone, isUp, patienceWith, sleep, until, within } from './waits.mjs'

/** Workers at once, and ends that each is sent, again and again. */
const POSTS = 3
const ENDS = 2
const LIFE_MS = 8
const MOST_BYTES = 200
const FILE = new URL('rights-worker.mjs', import.meta.url)

export const RIGHTS_KIND = 'sockets, rights'

/**
 * Ends of sockets go to workers with packets and come back, while workers are terminated anywhere
 * and buried. What was in an end is what was sent; those that a dead worker had, or was to receive,
 * are closed; and the domain has as much left as at first. Resolves to what was found wrong.
 */
export async function killAtRights(_, { kills, random, monitor, fault }) {
  const domain = SocketDomain.create({ pairs: 24, bufferBytes: 512, threads: 24, waiters: 256 })
  const before = freeOfSockets(domain)
  const troop = { domain, random, monitor, fault, left: kills, faults: new Set() }
  await Promise.all(Array.from({ length: POSTS }, () => killAgain(troop)))
  if (troop.faults.size === 0) {
    for (const one of differences(before, freeOfSockets(domain))) troop.faults.add(one)
  }
  return [...troop.faults]
}

async function killAgain(troop) {
  const { domain, faults, random, monitor, fault } = troop
  while (troop.left > 0 && faults.size === 0) {
    troop.left--
    const [here, there] = domain.pair({ kind: 'seqpacket' })
    const guest = domain.invite()
    const words = new Int32Array(new SharedArrayBuffer(8))
    const workerData = { handle: guest.handle, end: there.handle.end, words }
    const worker = new Worker(FILE, { workerData })
    worker.on('error', (error) => faults.add(`a victim: ${error.stack}`))
    const own = Array.from({ length: ENDS }, () => domain.pair())
    const passing = passes(troop, here, own)
    if (!(await isUp(worker))) faults.add('a victim does not come up')
    const isEarly = fault === undefined && random() < 0.1
    if (!isEarly) await until(() => words[TAKEN] > 0 || faults.size > 0, patienceWith(fault))
    await sleep(random() * LIFE_MS)
    await worker.terminate()
    if (words[WRONG] > 0) faults.add(`${words[WRONG]} bytes that came were not those sent`)
    monitor?.says(`${RIGHTS_KIND}, burying thread ${guest.thread}`)
    await buried(() => there.bury(guest), fault)
    monitor?.says(RIGHTS_KIND)
    const held = await within(passing, patienceWith(fault), undefined)
    if (held === undefined) faults.add('the peer of the dead has not heard of it')
    for (const end of [here, ...own.map(([mine]) => mine), ...(held ?? [])]) {
      if (end.isOpen) await buried(() => end.close(), fault)
    }
  }
}

/** Sends ends and has them back, until the other is gone: those that it has then. */
async function passes(troop, here, own) {
  const held = new Set(own.map(([, theirs]) => theirs))
  const packet = new Uint8Array(1)
  try {
    for (const pair of own) await send(troop, here, pair, held)
    for (;;) {
      const { length, ends } = await here.receiveRights(packet)
      if (length === 0) return held
      for (const end of ends) {
        held.add(end)
        const [mine] = own.find(([one]) => one.handle.end.at === end.handle.end.at)
        await looks(troop, mine, packet[0])
        await send(troop, here, [mine, end], held)
      }
    }
  } catch (error) {
    const end = /** @type {Error} */ (error)
    if (!isGone(end)) troop.faults.add(`the peer: ${end.stack}`)
    return held
  }
}

/** Sends an end in which there are some bytes. */
async function send({ random, fault }, here, [mine, end], held) {
  const bytes = new Uint8Array(1 + Math.floor(random() * MOST_BYTES))
  fill(bytes, 0, fault === 'wrong bytes' ? UP : DOWN)
  await mine.send(bytes)
  await here.sendRights(Uint8Array.of(bytes.length), [end])
  held.delete(end)
}

async function looks({ faults }, mine, count) {
  const bytes = new Uint8Array(count)
  for (let got = 0; got < count; ) got += await mine.receive(bytes.subarray(got))
  const wrong = wrongIn(bytes, count, 0, UP)
  if (wrong > 0) faults.add(`${wrong} of ${count} bytes that came back were not those sent`)
}
