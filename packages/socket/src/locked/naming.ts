import { ILLEGAL } from '@smpnet/fsm'
import type { Address, Memory } from '@smpnet/memory'
import { SETTLE, type Waiter, type Waiting } from '@smpnet/park'
import { ERRNO, failed } from '../datagram/results.ts'
import { END, statesOf } from '../life-table.ts'
import { NameTable } from '../name-table.ts'
import { announceName, mayHaveName } from './option-words.ts'
import type { SockHandle } from './sock-home.ts'
import { SOCK } from './sock-layout.ts'
import { SockState } from './sock-state.ts'
import { misuse, type SockView } from './sock-view.ts'

/** States in which a socket has no name, also if the table says so: a bind or a close goes on. */
const NAMELESS = statesOf('CREATED', 'DISCONNECTING', 'ABORTED', 'FREED')

/**
 * The names of sockets, FreeBSD's paths of local sockets, in a table under a lock that comes before
 * those of sockets. The state says whether a name counts: it is a socket's from the change to BOUND
 * on, and free with the change that closes the socket, whichever thread has died in between.
 */
export function namesOf(memory: Memory, at: Address, count: number): NameTable {
  return new NameTable(memory, at, count, (socket, use) => {
    const word = memory.load(socket + SOCK.offset.life)
    if (SockState.useOf(memory, socket) !== use) return false
    return ((1 << SockState.stateOf(word)) & NAMELESS) === 0
  })
}

/** Gives a socket a name: 0, EADDRINUSE, or ENOBUFS for one too many. Throws SocketMisuse. */
export function* bind(td: Waiter, view: SockView, name: Uint8Array): Waiting<number> {
  const { memory, handle, home, state } = view
  const { names } = home
  yield* view.move(td, 'none', 'naming')
  while (!memory.settled()) yield SETTLE
  announceName(memory, handle.at)
  while (!memory.settled()) yield SETTLE
  const before = state.load()
  let slot = 0
  if (state.look('bind') !== ILLEGAL) {
    // The table has it before the state says that it counts.
    slot = names.bind(name, handle, () => {})
    while (!memory.settled()) yield SETTLE
  }
  const isBound = slot > 0 && state.change('bind') !== ILLEGAL
  if (isBound) memory.store(handle.at + SOCK.offset.name, slot)
  else if (slot > 0) names.forget(slot, handle)
  yield* view.move(td, 'naming', 'none')
  if (isBound) return 0
  if (before === END.state.CREATED && slot <= 0) {
    return failed(slot === 0 ? ERRNO.EADDRINUSE : ERRNO.ENOBUFS)
  }
  // Where a state is swapped, another call may have come between.
  throw misuse(slot > 0 ? state.load() : before, 'bind')
}

/** The socket that has a name, or undefined. */
export function* lookUp(
  td: Waiter,
  view: SockView,
  name: Uint8Array,
): Waiting<SockHandle | undefined> {
  const { memory, home } = view
  yield* view.move(td, 'none', 'names')
  while (!memory.settled()) yield SETTLE
  const named = home.names.find(name)
  yield* view.move(td, 'names', 'none')
  return named
}

/** The name of a socket, or undefined. */
export function* nameOf(td: Waiter, view: SockView): Waiting<Uint8Array | undefined> {
  const { memory, handle, home, state } = view
  while (!memory.settled()) yield SETTLE
  if (!mayHaveName(memory, handle.at)) return undefined
  yield* view.move(td, 'none', 'names')
  while (!memory.settled()) yield SETTLE
  const slot = memory.load(handle.at + SOCK.offset.name)
  const counts = slot !== 0 && ((1 << state.load()) & NAMELESS) === 0
  const name = counts ? home.names.nameIn(slot, handle) : undefined
  yield* view.move(td, 'names', 'none')
  return name
}

/** Lets the slot of a socket's name go, which says nothing any more since the socket closes. */
export function* forgetName(td: Waiter, view: SockView): Waiting {
  const { memory, handle, home } = view
  while (!memory.settled()) yield SETTLE
  if (!mayHaveName(memory, handle.at)) return
  yield* view.move(td, 'none', 'names')
  while (!memory.settled()) yield SETTLE
  const slot = memory.load(handle.at + SOCK.offset.name)
  if (slot !== 0) home.names.forget(slot, handle)
  yield* view.move(td, 'names', 'none')
}
