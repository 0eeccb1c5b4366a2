import { startLive } from '@smpnet/machine/live'
import { startDispatcher } from '@smpnet/netisr/dispatcher'
import { bench } from '@smpnet/testing'
import { Piscina } from 'piscina'
import { Worker } from 'node:worker_threads'

/**
 * Items with a key from the main thread to workers, 1000 keys, 256 items in flight: ours keeps each
 * key's order on its CPU; piscina keeps no order, and its items are awaited; a MessagePort for each
 * worker, by which the sender spreads keys itself, keeps it, and answers every 32 items.
 */
const WORK = new URL('./item-work.mjs', import.meta.url)
const IN_FLIGHT = 256
const KEYS = 1000

export async function ours({ workers }) {
  const dispatcher = await startDispatcher(startLive, {
    cpus: workers,
    module: WORK,
    key: (item) => item.key,
    places: IN_FLIGHT,
  })
  return async (slice) => {
    let sent = 0
    for (; !slice.done(sent); sent++) {
      const item = { key: sent % KEYS, number: sent }
      if (!dispatcher.trySend(item)) await dispatcher.send(item)
    }
    await dispatcher.idle()
    return sent
  }
}

export async function piscina({ workers }) {
  const pool = new Piscina({ filename: WORK.href, minThreads: workers, maxThreads: workers })
  for (let i = 0; i < workers * 4; i++) await pool.run({ key: i, number: i })
  return async (slice) => {
    const count = { sent: 0 }
    const lane = async () => {
      while (!slice.done(count.sent)) {
        const number = count.sent++
        await pool.run({ key: number % KEYS, number })
      }
    }
    await Promise.all(Array.from({ length: IN_FLIGHT }, lane))
    return count.sent
  }
}

const RECEIVER = `
  const { parentPort } = require('node:worker_threads')
  let n = 0
  parentPort.on('message', () => { if (++n % 32 === 0) parentPort.postMessage(n) })
`

export async function ports({ workers }) {
  const all = Array.from({ length: workers }, () => {
    const worker = new Worker(RECEIVER, { eval: true })
    const one = { worker, sent: 0, heard: 0, wake: undefined }
    worker.on('message', (n) => {
      one.heard = n
      one.wake?.()
    })
    return one
  })
  return async (slice) => {
    let sent = 0
    for (; !slice.done(sent); sent++) {
      const key = sent % KEYS
      const one = all[key % workers]
      one.worker.postMessage({ key, number: sent })
      if (++one.sent - one.heard >= IN_FLIGHT) await new Promise((wake) => (one.wake = wake))
    }
    return sent
  }
}

const one = (run, workers) => ({ threads: [{ module: import.meta.url, run, args: { workers } }] })

await bench(import.meta.url, {
  name: 'items with a key, 256 in flight',
  measure: 'rate',
  what: 'item',
  baseline: 'MessagePort, 1 worker',
  variants: {
    'MessagePort, 1 worker': one('ports', 1),
    'piscina, 1 worker': one('piscina', 1),
    'dispatcher, 1 worker': one('ours', 1),
    'MessagePort, 2 workers': one('ports', 2),
    'piscina, 2 workers': one('piscina', 2),
    'dispatcher, 2 workers': one('ours', 2),
  },
})
