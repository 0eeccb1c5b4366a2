import { type LockScheme, mutex, own, peers } from './lock-scheme.ts'

/**
 * Ours: a lock for each direction, which both ends take to move bytes on it. What a sender needs is
 * beside what its receiver needs, so that a send takes one lock, and a receive one; none is held
 * when another is taken. The state is a word that is swapped. A thread that has changed it then
 * passes through the locks of both directions: another that is inside has seen the state before,
 * and one that enters later sees the new one. A block is freed after both ends have done so.
 */
export const direction: LockScheme = {
  name: 'direction',
  summary: 'a lock for each direction that both ends share, and a state that is swapped',
  order: [mutex('names', 'unp_link'), mutex('rcvLock', 'direction')],
  areas: {
    send: peers('rcvLock'),
    receive: own('rcvLock'),
    queue: own('rcvLock'),
    names: own('names'),
  },
  looksAgain: true,
}
