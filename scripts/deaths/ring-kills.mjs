import { Worker } from 'node:worker_threads'
import { RecordQueue } from '@smpnet/ifqueue'
import { buried } from './bury.mjs'
import { BEGUN, DONE, HANDS, makeRingWords, MOST_RECORDS, of, STOP, TORN } from './ring-words.mjs'
import { ended, isUp, patienceWith, sleep, within } from './waits.mjs'

const LIFE_MS = 6
const FILE = new URL('ring-worker.mjs', import.meta.url)

/** Rings, and which of their workers send; the others receive. */
export const RING_KINDS = {
  'rings, spsc': { shape: { kind: 'spsc', recordBytes: 24, records: 64 }, sides: [true, false] },
  'rings, spsc of any size': { shape: { kind: 'spsc', bytes: 4096 }, sides: [true, false] },
  'rings, mpsc of any size': { shape: { kind: 'mpsc', bytes: 4096 }, sides: [true, true, false] },
  'rings, spmc': {
    shape: { kind: 'spmc', recordBytes: 24, records: 16 },
    sides: [true, false, false],
  },
  'rings, mpmc of any size': {
    shape: { kind: 'mpmc', bytes: 4096 },
    sides: [true, true, false, false],
  },
}

/**
 * Workers that send and receive through one ring, of which one is terminated anywhere, buried, and
 * begun anew, `kills` times. What was committed must arrive once, what was reserved not at all, and
 * all must come to its end. Resolves to what was found wrong, as sentences.
 */
export async function killAtRings(kind, { kills, random, monitor, fault }) {
  const { shape, sides } = RING_KINDS[kind]
  const queue = RecordQueue.create(shape)
  const troop = {
    kind,
    queue,
    ...makeRingWords(sides.length + kills),
    random,
    fault,
    stuckMs: patienceWith(fault),
    begun: /** @type {{ sends: boolean, isKilled: boolean }[]} */ ([]),
    faults: new Set(),
  }
  const here = []
  for (const sends of sides) here.push(await begin(troop, sends))
  for (let left = kills; left > 0 && troop.faults.size === 0; left--) {
    await sleep(random() * LIFE_MS)
    const slot = Math.floor(random() * sides.length)
    const { worker, guest, sends, id } = here[slot]
    await worker.terminate()
    troop.begun[id].isKilled = true
    monitor?.says(`${kind}, burying thread ${guest.thread}`)
    await buried(() => queue.bury(guest), fault)
    monitor?.says(kind)
    here[slot] = await begin(troop, sends)
  }
  await end(troop, here)
  return [...troop.faults, ...(troop.faults.size === 0 ? checked(troop, kills) : [])]
}

/** Resolves when the worker is up, since one that has not begun proves nothing. */
async function begin(troop, sends) {
  const { queue, words, counts, random, fault, faults, begun } = troop
  const id = begun.push({ sends, isKilled: false }) - 1
  const guest = queue.invite()
  const seed = Math.floor(random() * 2 ** 31)
  const workerData = { handle: guest.handle, id, sends, seed, fault, words: words.buffer }
  const worker = new Worker(FILE, { workerData: { ...workerData, counts: counts.buffer } })
  worker.on('error', (error) => faults.add(`a worker: ${error.stack}`))
  if (!(await isUp(worker, troop.stuckMs))) faults.add('a worker at a ring does not come up')
  return { id, sends, worker, guest }
}

/** Senders stop, and then the receivers come to the end of the closed ring. */
async function end({ queue, words, faults, fault, stuckMs }, here) {
  Atomics.store(words, STOP, 1)
  Atomics.notify(words, STOP)
  for (const sends of [true, false]) {
    const workers = here.filter((one) => one.sends === sends).map(({ worker }) => worker)
    const all = Promise.all(workers.map(ended)).then(() => true)
    const role = sends ? 'sender' : 'receiver'
    const outcome = await within(all, stuckMs, false)
    if (!outcome) faults.add(`a ${role} of a ring has not come to its end`)
    if (sends) queue.close()
  }
  for (const { worker, guest } of here) {
    await worker.terminate()
    await buried(() => queue.bury(guest), fault)
  }
}

/** Each record by its content: how often it came, and how often it may have. */
function checked({ queue, words, counts, begun }, kills) {
  const wrong = []
  const inHands = handsOf(begun, words)
  for (const [id, { sends }] of begun.entries()) {
    if (!sends) continue
    const [last, done] = [BEGUN, DONE].map((what) => words[of(id, what)])
    for (let number = 1; number < MOST_RECORDS; number++) {
      const key = id * MOST_RECORDS + number
      const count = counts[key]
      // A receiver that dies with a record in its hands may have noted it, and another did.
      const most = number > last ? 0 : 1 + (inHands.get(key) ?? 0)
      const least = number <= done ? 1 : 0
      if (count >= least && count <= most) continue
      wrong.push(`record ${number} of ${id}, of ${done} sent, ${last} begun, came ${count} times`)
    }
  }
  const { deaths } = queue.statistics()
  if (words[TORN] > 0) wrong.push(`${words[TORN]} bytes that came were not those sent`)
  if (deaths < kills) wrong.push(`${kills} were terminated, and the ring has counted ${deaths}`)
  if (queue.used !== 0) wrong.push(`${queue.used} cells of a ring that has ended are in use`)
  return wrong.slice(0, 5)
}

/** How many of those that were killed had a record in their hands. */
function handsOf(begun, words) {
  const hands = new Map()
  for (const [id, { sends, isKilled }] of begun.entries()) {
    if (sends || !isKilled) continue
    const at = of(id, HANDS)
    for (const key of words.subarray(at + 1, at + 1 + words[at])) {
      hands.set(key, (hands.get(key) ?? 0) + 1)
    }
  }
  return hands
}
