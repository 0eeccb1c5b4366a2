import { type Address, work } from '@smpnet/memory'
import { SETTLE, type Until, type Waiter, type Waiting } from '@smpnet/park'
import { ERRNO, failed } from '../datagram/results.ts'
import { WOULD_BLOCK } from '../errors.ts'
import { END } from '../life-table.ts'
import { highMark, limitedBy, lowToSend } from './marks.ts'
import { copyIn, type Piece } from './records.ts'
import { sleep } from './sleep.ts'
import { SOCK } from './sock-layout.ts'
import { type Joint, MISUSE, type SockView } from './sock-view.ts'
import { wakeReceivers } from './upcalls.ts'

const { guard: GUARDS } = END
const SEND = work('socket-send')
const BROKEN = failed(ERRNO.EPIPE)

/**
 * Sends some of the bytes, waiting for space, and all where they are a record: how many,
 * WOULD_BLOCK, MISUSE or a failure. `rest` is what the call has not sent yet. It looks
 * at the state in the section of the send buffer, lets go of that to enter the protocol, and
 * appends there. With I/O locks the bytes are copied between the two, with no mutex held.
 */
export function* sendSome(
  td: Waiter,
  view: SockView,
  rest: Piece,
  wait: boolean,
  until: Until,
): Waiting<number> {
  const { memory, handle } = view
  const { at } = handle
  memory.charge(SEND, 1)
  let limit: Until | undefined
  for (let spins = td.spins > 0 && !memory.isSimulated; ; ) {
    while (!memory.settled()) yield SETTLE
    const joint = view.joint()
    if (joint === undefined) return MISUSE
    yield* view.move(td, 'none', 'send')
    while (!memory.settled()) yield SETTLE
    const refusal = refusalOf(view, joint)
    if (refusal !== 0) return yield* view.refuse(td, 'send', refusal, BROKEN)
    const { words, senders } = joint.sending
    const space = memory.read(words.space)
    const { headerBytes } = view.kind()
    const whole = headerBytes + rest.length
    if (space > 0 && (space >= whole || (headerBytes === 0 && isWorthwhile(view, joint, space)))) {
      const sent = yield* enterProtocol(td, view, joint, rest, Math.min(space, whole))
      if (sent === 0) continue
      return sent > 0 ? sent - headerBytes : sent
    }
    if (headerBytes > 0 && whole > highMark(memory, at, joint.peer)) {
      yield* view.move(td, 'send', 'none')
      return failed(ERRNO.EMSGSIZE)
    }
    const word = wait && !spins ? senders.sayWaiting() : 0
    yield* view.move(td, 'send', 'none')
    if (!wait) return WOULD_BLOCK
    if (spins) {
      const peer = joint.peer.at + SOCK.offset.life
      td.spinWhile(words.space, 0, until, peer, memory.load(peer))
    } else {
      limit ??= limitedBy(td, at, 'sndTimeo', until)
      if (!(yield* sleep(td, senders, word, limit))) return WOULD_BLOCK
    }
    spins = false
  }
}

/** Whether so much space is what a sender of more bytes waits for. */
function isWorthwhile({ memory, handle }: SockView, { peer }: Joint, space: number): boolean {
  return space >= lowToSend(memory, handle.at, peer)
}

/** From the section of the send buffer into the protocol, and out: how many bytes were appended. */
function* enterProtocol(
  td: Waiter,
  view: SockView,
  joint: Joint,
  rest: Piece,
  most: number,
): Waiting<number> {
  const { memory, home } = view
  const { areas, looksAgain } = home.scheme
  const { peer, sending } = joint
  const { headerBytes } = view.kind()
  const produced = peer.at + SOCK.offset.produced
  const copiesOutside = areas.sendIo !== undefined
  if (copiesOutside) {
    // Nobody else sends on this socket: this thread has its I/O lock.
    const position = memory.load(produced)
    yield* view.move(td, 'send', 'none')
    copyIn(peer.ring, position, rest, most, headerBytes)
    yield* view.move(td, 'none', 'out')
  } else {
    yield* view.move(td, 'send', 'out')
  }
  while (!memory.settled()) yield SETTLE
  const refusal = looksAgain ? refusalOf(view, joint) : 0
  if (refusal !== 0) return yield* view.refuse(td, 'out', refusal, BROKEN)
  const { space } = sending.words
  // A mark that was lowered meanwhile may leave less than none.
  const room = Math.max(0, memory.read(space))
  const count = room < most && headerBytes > 0 ? 0 : Math.min(room, most)
  if (!copiesOutside && count > 0) {
    copyIn(peer.ring, memory.load(produced), rest, count, headerBytes)
  }
  memory.write(space, memory.read(space) - count)
  while (!memory.settled()) yield SETTLE
  append(view, produced, count)
  const isAwaited = count > 0 && peer.receivers.isAwaited()
  yield* view.move(td, 'out', 'none')
  if (isAwaited) yield* wakeReceivers(td, home, peer)
  return count
}

function append({ memory }: SockView, produced: Address, count: number): void {
  memory.store(produced, (memory.load(produced) + count) | 0)
}

function refusalOf(view: SockView, { sending }: Joint): number {
  const isGone = view.memory.read(sending.words.broken) !== 0
  return view.refusal('send', isGone ? GUARDS.peerIsGone : 0)
}
