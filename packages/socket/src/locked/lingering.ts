import { SETTLE, type Until, until, type Waiter, type Waiting } from '@smpnet/park'
import { WOULD_BLOCK } from '../errors.ts'
import { optionWord } from './option-words.ts'
import { keptAs, type Linger } from './options/option-kinds.ts'
import { sleep } from './sleep.ts'
import { SOCK } from './sock-layout.ts'
import type { SockView } from './sock-view.ts'

const { ofWord } = keptAs('linger')

/** Whether a close is to wait, and how long: SO_LINGER. The caller has settled. */
export function lingerOf({ memory, handle }: SockView): Linger {
  return ofWord(optionWord(memory, handle.at, 'linger'), 0) as Linger
}

/**
 * Waits, in a close whose peer has heard of the end, until the peer has taken all that was sent, or
 * takes nothing more: 0; or WOULD_BLOCK when the time is over, as soclose does. The receiver that
 * takes bytes wakes it as it wakes senders, and so do a close of the peer and its burial.
 */
export function* lingers(td: Waiter, view: SockView, seconds: number): Waiting<number> {
  const { memory } = view
  while (!memory.settled()) yield SETTLE
  const joint = view.joint()
  if (joint === undefined) return 0
  const { peer, sending } = joint
  const limit: Until = until(td, { timeoutMs: seconds * 1000 })
  for (;;) {
    yield* view.move(td, 'none', 'out')
    while (!memory.settled()) yield SETTLE
    const taken = memory.read(peer.at + SOCK.offset.consumed)
    const isDone =
      taken === memory.load(peer.at + SOCK.offset.produced) ||
      memory.read(sending.words.broken) !== 0
    const word = isDone ? 0 : sending.senders.sayWaiting()
    yield* view.move(td, 'out', 'none')
    if (isDone) return 0
    if (!(yield* sleep(td, sending.senders, word, limit))) return WOULD_BLOCK
  }
}
