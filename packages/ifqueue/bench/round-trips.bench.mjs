import { RecordQueue } from '@smpnet/ifqueue'
import { bench } from '@smpnet/testing'

/**
 * Round trips of 64 bytes over two queues, between two threads that block, each timed by itself.
 */
const BYTES = 64
const [GOES_ON, LAST] = [1, 2]

export function roundTrips({ handles }, { index }) {
  const [there, back] = handles.map((handle) => RecordQueue.open(handle))
  const send = (queue, what) => {
    queue.words[queue.reserveSync(BYTES) >> 2] = what
    queue.commit()
  }
  const receive = (queue) => {
    const what = queue.words[queue.peekSync() >> 2]
    queue.release()
    return what
  }
  const answer = () => {
    for (let what = GOES_ON; what !== LAST; send(back, what)) what = receive(there)
  }
  const ask = (slice) => {
    for (let n = 1; ; n++) {
      const isLast = slice.done(n)
      const before = slice.nowNs()
      send(there, isLast ? LAST : GOES_ON)
      receive(back)
      slice.record(slice.nowNs() - before)
      if (isLast) return n
    }
  }
  return index === 0 ? ask : answer
}

function pair(shape) {
  const handles = [0, 1].map(() => RecordQueue.create({ records: 64, ...shape }).handle)
  return [0, 1].map(() => ({ module: import.meta.url, run: 'roundTrips', args: { handles } }))
}

await bench(import.meta.url, {
  name: 'round trip of 64 bytes',
  what: 'round trip',
  variants: {
    spsc: { threads: () => pair({ kind: 'spsc', recordBytes: BYTES }) },
    mpmc: { threads: () => pair({ kind: 'mpmc', recordBytes: BYTES }) },
  },
})
