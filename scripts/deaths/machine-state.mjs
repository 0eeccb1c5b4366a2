import { BUCKET, WAITER } from '@smpnet/park'

/**
 * What a live machine's shared memory says of its waiters, queues and locks, in lines: for a
 * survivor that makes no step any more, whose JavaScript objects nobody can look at.
 */
export function stateOf({ here: { memory, lot }, handle }, places) {
  const words = (at, offsets) =>
    Object.entries(offsets)
      .map(([name, offset]) => [name, memory.load(at + offset)])
      .filter(([, value]) => value !== 0)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')
  const buckets = Array.from({ length: handle.lot.buckets }, (_, index) => {
    const at = lot.queueOf(0) + index * BUCKET.size
    return [`bucket ${at}`, words(at, BUCKET.offset)]
  }).filter(([, what]) => what !== '')
  const entries = lot.given().map((at) => [`waiter ${at}`, words(at, WAITER.offset)])
  const notices = Array.from({ length: handle.cpus }, (_, cpu) => {
    return [`notices of CPU ${cpu}`, words(lot.noticesOf(cpu), { head: 0, lock: 4 })]
  })
  const locks = ['mutex', 'rwlock', 'count'].map((name) => {
    return [`${name} at ${places[name]}`, words(places[name], { word: 0 })]
  })
  return [...locks, ...buckets, ...entries, ...notices].map((line) => `    ${line.join(': ')}`)
}
