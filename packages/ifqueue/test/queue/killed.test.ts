import { Worker } from 'node:worker_threads'
import { thorough } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { type QueueInvitation, type QueueShape, RecordQueue } from '../../src/index.ts'

const FILE = new URL('../fixtures/killed.mjs', import.meta.url)
const MOST_RECORDS = 1 << 13
/** In all; the queue is of another shape for each of its parts. */
const KILLS = thorough(2000, 12)
const [STOP, RUNNING] = [0, 1]

interface Member {
  readonly id: number
  readonly sends: boolean
  readonly worker: Worker
  readonly guest: QueueInvitation
  readonly gone: Promise<unknown>
}

/** Workers that come and are killed, over one queue. */
class Run {
  readonly queue: RecordQueue
  readonly log: Int32Array
  readonly arrivals: Uint8Array
  readonly senders: number[] = []
  /** Records that a consumer had in its hands when it was killed. */
  readonly inHands = new Set<number>()
  readonly errors: unknown[] = []
  #id = 0
  #state: number

  constructor(
    shape: QueueShape,
    readonly seed: number,
    workers: number,
  ) {
    this.queue = RecordQueue.create(shape)
    this.log = new Int32Array(new SharedArrayBuffer(4 * (8 + 2 * workers)))
    this.arrivals = new Uint8Array(new SharedArrayBuffer(workers * MOST_RECORDS))
    this.#state = seed
  }

  random(below: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) | 0
    return (this.#state >>> 8) % below
  }

  start(sends: boolean): Member {
    const id = this.#id++
    const guest = this.queue.invite()
    const { log, arrivals } = this
    const worker = new Worker(FILE, {
      workerData: {
        handle: guest.handle,
        id,
        sends,
        seed: this.seed + id,
        mostRecords: MOST_RECORDS,
        log: log.buffer,
        arrivals: arrivals.buffer,
      },
    })
    worker.on('error', (error) => this.errors.push(error))
    if (sends) this.senders.push(id)
    return { id, sends, worker, guest, gone: new Promise((done) => worker.once('exit', done)) }
  }

  /** Ends a worker wherever it is, and buries it. */
  async kill({ id, sends, worker, guest }: Member): Promise<void> {
    await worker.terminate()
    if (!sends) this.inHands.add(this.log[8 + 2 * id]!)
    this.queue.bury(guest)
  }

  /**
   * What the workers have noted that is not what a queue is to do, and how many records arrived.
   */
  check(): { wrong: string[]; records: number } {
    const wrong: string[] = []
    let records = 0
    for (const id of this.senders) {
      const [begun, done] = [this.log[8 + 2 * id]!, this.log[9 + 2 * id]!]
      for (let number = 1; number < MOST_RECORDS; number++) {
        const key = id * MOST_RECORDS + number
        const count = this.arrivals[key]!
        // A consumer that dies with a record in its hands may have noted it, and another did.
        const most = number > begun ? 0 : this.inHands.has(key) ? 2 : 1
        const least = number <= done ? 1 : 0
        if (count < least || count > most) {
          wrong.push(`record ${number} of ${id}, ${begun} begun, ${done} done: ${count} times`)
        }
        records += count
      }
    }
    return { wrong, records }
  }
}

async function runOver(shape: QueueShape, sides: readonly boolean[], seed: number, kills: number) {
  const run = new Run(shape, seed, sides.length + kills)
  const guests = sides.map((sends) => run.start(sends))
  for (let n = 0; n < kills; n++) {
    // Until all run that have been started, since a worker that has not begun proves nothing.
    while (Atomics.load(run.log, RUNNING) < sides.length + n) await sleep(1)
    await sleep(run.random(4))
    const one = run.random(sides.length)
    const { sends } = guests[one]!
    await run.kill(guests[one]!)
    guests[one] = run.start(sends)
  }
  while (Atomics.load(run.log, RUNNING) < sides.length + kills) await sleep(1)
  Atomics.store(run.log, STOP, 1)
  Atomics.notify(run.log, STOP)
  const senders = guests.filter(({ sends }) => sends)
  await Promise.all(senders.map(({ gone }) => gone))
  run.queue.close()
  await Promise.all(guests.map(({ gone }) => gone))
  const { wrong, records } = run.check()
  const { deaths } = run.queue.statistics()
  for (const { guest } of guests) run.queue.bury(guest)
  return { wrong, records, deaths, errors: run.errors, used: run.queue.used }
}

const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

const RUNS: [name: string, shape: QueueShape, sides: boolean[]][] = [
  ['spsc', { kind: 'spsc', recordBytes: 24, records: 16 }, [true, false]],
  ['mpsc, of any size', { kind: 'mpsc', bytes: 2048 }, [true, true, false]],
  ['spmc', { kind: 'spmc', recordBytes: 24, records: 16 }, [true, false, false]],
  ['mpmc, of any size', { kind: 'mpmc', bytes: 2048 }, [true, true, false, false]],
]

describe('Workers that are killed at any moment', () => {
  it.each(RUNS)(
    'leave a queue whole, and all that was sent arrives: %s',
    async (_, shape, sides) => {
      const kills = KILLS / RUNS.length
      const { records, ...rest } = await runOver(shape, sides, 17, kills)
      expect(rest).toEqual({ wrong: [], deaths: kills, errors: [], used: 0 })
      expect(records).toBeGreaterThan(kills)
    },
  )
})
