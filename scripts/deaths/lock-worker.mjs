import { parentPort, workerData } from 'node:worker_threads'
import { detach, SyncDomain } from '@smpnet/sync'
import { randomOf } from '../lib/random.mjs'
import { Life } from './life.mjs'
import { KINDS, opened } from './lock-kinds.mjs'
import { of, STEPS, STOP } from './words.mjs'

/** @type {{ words: Int32Array<SharedArrayBuffer>, [name: string]: any }} */
const { kind, guest, handles, index, isSurvivor, seed, words } = workerData
/** Tasks of one event loop. */
const TASKS = 6

const domain = SyncDomain.open(guest)
const locks = opened(kind, handles)
const { step, isAwaited = false } = KINDS[kind]
const life = new Life(words, index, isSurvivor, randomOf(seed))
const isOver = () => isSurvivor && Atomics.load(words, of(index, STOP)) === 1

parentPort?.postMessage('up')
if (isAwaited) await Promise.all(Array.from({ length: TASKS }, awaits))
else blocks()
if (isSurvivor) detach(domain)

function blocks() {
  const nowhere = new Int32Array(new SharedArrayBuffer(4))
  for (let steps = 0; !isOver(); steps++) {
    // Else the two survivors would leave nothing for the victims to be in.
    if (isSurvivor && steps % 64 === 0) Atomics.wait(nowhere, 0, 0, 1)
    try {
      step(locks, life)
    } catch (error) {
      life.strange(error)
    }
    Atomics.add(words, of(index, STEPS), 1)
  }
}

async function awaits() {
  while (!isOver()) {
    try {
      await step(locks, life)
    } catch (error) {
      life.strange(error)
    }
    Atomics.add(words, of(index, STEPS), 1)
  }
}
