import { type Address, NIL } from '@smpnet/memory'
import type { Waiter } from '@smpnet/park'
import { ConnectionQueue } from './connection-queue.ts'
import { ownerOf, SockState } from './sock-state.ts'
import type { SockView } from './sock-view.ts'

/**
 * The oldest connection of a listener that is complete, or, for `any`, the oldest one; it becomes
 * the caller's before it is taken out. Or NIL. For the holder of the queue.
 */
export function takeFor(td: Waiter, view: SockView, any = false): Address {
  const queue = new ConnectionQueue(view.memory, view.handle.at)
  const child = any ? queue.oldest() : queue.first()
  if (child !== NIL) takeOutFor(td, view, child)
  return child
}

/** Makes a connection that is in a queue the caller's, and takes it out. */
export function takeOutFor(td: Waiter, view: SockView, child: Address): void {
  childState(view, child).give(ownerOf(td.lot.cpu))
  new ConnectionQueue(view.memory, view.handle.at).remove(child)
}

/** The state of a block to which this thread has a reference; its CPU has settled. */
export function childState({ memory, home }: SockView, at: Address): SockState {
  return new SockState(memory, home.scheme, at, SockState.useOf(memory, at))
}
