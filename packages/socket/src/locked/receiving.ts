import { work } from '@smpnet/memory'
import { SETTLE, type Until, type Waiter, type Waiting } from '@smpnet/park'
import { WOULD_BLOCK } from '../errors.ts'
import { limitedBy, lowToReceive } from './marks.ts'
import { copyOut, type Piece } from './records.ts'
import { sleep } from './sleep.ts'
import { SOCK } from './sock-layout.ts'
import { type Joint, MISUSE, type SockView } from './sock-view.ts'

const RECEIVE = work('socket-receive')

/** Of `takeOut`: another receiver has come first. No number of bytes. */
const LOST = -1

/**
 * Receives what is there, waiting for it: how many bytes, of a record all that it had, 0 for
 * the end, WOULD_BLOCK, MISUSE or a failure. It looks in the section of the receive buffer, and
 * enters the protocol to give the sender its space back. With I/O locks the bytes are copied
 * between the two, with no mutex held.
 */
export function* receiveSome(
  td: Waiter,
  view: SockView,
  place: Piece,
  wait: boolean,
  until: Until,
): Waiting<number> {
  const { memory, parts } = view
  const { consumed, produced, ended } = SOCK.offset
  let limit: Until | undefined
  for (let spins = td.spins > 0 && !memory.isSimulated; ; ) {
    while (!memory.settled()) yield SETTLE
    const joint = view.joint()
    if (joint === undefined) return MISUSE
    yield* view.move(td, 'none', 'receive')
    while (!memory.settled()) yield SETTLE
    const refusal = view.refusal('receive')
    if (refusal !== 0) return yield* view.refuse(td, 'receive', refusal, 0)
    const position = memory.read(parts.at + consumed)
    const seen = memory.load(parts.at + produced)
    const there = (seen - position) | 0
    if (there > 0 && (there >= place.length || !wait || isWorthwhile(view, joint, there))) {
      const taken = yield* takeOut(td, view, joint, place, position, there)
      if (taken === LOST) continue
      return taken
    }
    const isEnd = memory.read(parts.at + ended) !== 0
    const word = wait && !spins && !isEnd ? parts.receivers.sayWaiting() : 0
    yield* view.move(td, 'receive', 'none')
    if (isEnd) return 0
    if (!wait) return WOULD_BLOCK
    if (spins) td.spinWhile(parts.at + produced, seen, until, parts.at + ended, 0)
    else {
      limit ??= limitedBy(td, parts.at, 'rcvTimeo', until)
      if (!(yield* sleep(td, parts.receivers, word, limit))) return WOULD_BLOCK
    }
    spins = false
  }
}

/** Whether so many bytes are what a receiver waits for, or all that come. */
function isWorthwhile(view: SockView, { peer }: Joint, there: number): boolean {
  const { memory, parts } = view
  if (view.kind().headerBytes > 0 || there >= lowToReceive(memory, peer.at, parts)) return true
  return memory.read(parts.at + SOCK.offset.ended) !== 0
}

/** Copies bytes out, and gives their space back to the sender, in the protocol. */
function* takeOut(
  td: Waiter,
  view: SockView,
  joint: Joint,
  place: Piece,
  position: number,
  there: number,
): Waiting<number> {
  const { memory, home, parts } = view
  const consumed = parts.at + SOCK.offset.consumed
  const { headerBytes } = view.kind()
  let count: number
  if (home.scheme.areas.receiveIo !== undefined) {
    // Nobody else receives on this socket: this thread has its I/O lock.
    yield* view.move(td, 'receive', 'none')
    count = copyOut(parts.ring, position, place, there, headerBytes)
    yield* view.move(td, 'none', 'in')
  } else {
    yield* view.move(td, 'receive', 'in')
    // The lock was let go, perhaps, since that of the other end comes before it.
    if (memory.read(consumed) !== position) {
      yield* view.move(td, 'in', 'none')
      return LOST
    }
    count = copyOut(parts.ring, position, place, there, headerBytes)
  }
  const { words, senders } = joint.returning
  memory.write(consumed, (position + count) | 0)
  memory.write(words.space, memory.read(words.space) + count)
  while (!memory.settled()) yield SETTLE
  const isAwaited = senders.isAwaited()
  yield* view.move(td, 'in', 'none')
  if (isAwaited) yield* senders.wake(td)
  memory.charge(RECEIVE, 1)
  return count - headerBytes
}
