import { ILLEGAL } from '@smpnet/fsm'
import { SETTLE, type Waiter, type Waiting } from '@smpnet/park'
import { ERRNO } from '../datagram/results.ts'
import { SocketMisuse } from '../errors.ts'
import { END } from '../life-table.ts'
import { ConnectionQueue } from './connection-queue.ts'
import { announceOptions, optionWord } from './option-words.ts'
import { keptAs, wordOf } from './options/option-kinds.ts'
import { optionRow, type OptionRow } from './options/option-table.ts'
import { SOCK } from './sock-layout.ts'
import type { SockView } from './sock-view.ts'
import { respace } from './space.ts'

const { state: STATES, action: ACTIONS } = END

/**
 * How options are set and asked for, by the rows of their table.
 *
 * A word is written under the lock of the receive buffer, and the state is looked at inside. A
 * close that finds that a socket has options passes through that lock, or those of both directions,
 * before the block is freed: the caller says that there are options before it looks at the state,
 * and one of the two sees the other. So no option is written into the block of another socket.
 *
 * Marks change what there is space for, which is counted anew in the section of the direction: by
 * the caller, or by the connect that is under way, which looks for options when it is done.
 */
export function* setOption(td: Waiter, view: SockView, name: string, value: unknown): Waiting {
  const { memory, handle, parts } = view
  const row = optionRow(name)
  const { field } = row
  if (field === undefined) throw new SocketMisuse(`${name} is asked for, and cannot be set`)
  const word = wordOf(row, value, rangeOf(row, parts.ring.bytes))
  yield* view.move(td, 'none', 'receive')
  while (!memory.settled()) yield SETTLE
  announceOptions(memory, handle.at)
  const found = view.state.load()
  const isTaken = takes(row, found)
  while (!memory.settled()) yield SETTLE
  if (isTaken) memory.store(handle.at + SOCK.offset[field], word)
  yield* view.move(td, 'receive', 'none')
  if (!isTaken) throw optionMisuse(row, found)
  if (row.reaches !== undefined) yield* respace(td, view, row.reaches)
}

/** What an option is. Throws SocketMisuse in a state in which it cannot be asked for. */
export function* getOption(td: Waiter, view: SockView, name: string): Waiting<unknown> {
  const { memory, parts, state } = view
  const row = optionRow(name)
  const section = row.field === undefined ? sectionOf(row) : 'none'
  yield* view.move(td, 'none', section)
  while (!memory.settled()) yield SETTLE
  const found = state.load()
  const isTaken = takes(row, found)
  const word = isTaken ? wordNow(view, row, found) : 0
  yield* view.move(td, section, 'none')
  if (!isTaken) throw optionMisuse(row, found)
  return keptAs(row.kind).ofWord(word, rangeEnd(row.first, parts.ring.bytes))
}

function sectionOf({ part }: OptionRow): 'state' | 'queue' | 'none' {
  return part === 'receive' ? 'none' : part
}

/** The word of an option. For the holder of the part that its row says. */
function wordNow(view: SockView, { name, field, first }: OptionRow, found: number): number {
  const { memory, handle } = view
  if (field !== undefined) return optionWord(memory, handle.at, field)
  const queue = new ConnectionQueue(memory, handle.at)
  const listens = found === STATES.LISTENING
  switch (name) {
    case 'SO_ERROR':
      return takeError(view, found)
    case 'SO_TYPE':
      return view.kind().type
    case 'SO_ACCEPTCONN':
      return Number(listens)
    case 'SO_LISTENQLIMIT':
      return listens ? queue.backlog() : 0
    case 'SO_LISTENINCQLEN':
      return listens ? queue.incomplete() : 0
    case 'SO_LISTENQLEN':
      return listens ? queue.length() : 0
    default:
      return first as number
  }
}

/** The error that no call has reported, which is reported by this. For the holder of the state. */
function takeError({ state }: SockView, found: number): number {
  if (found !== STATES.RESET) return 0
  const actions = state.change('reported')
  // Where a state is swapped, another may have reported it since it was looked at.
  return actions === ILLEGAL || (actions & ACTIONS.refuse) !== 0 ? 0 : ERRNO.ECONNRESET
}

function takes({ states }: OptionRow, state: number): boolean {
  return (states as readonly string[]).includes(END.states[state]!)
}

function rangeOf({ range = [0, 0] }: OptionRow, bytes: number): [number, number] {
  return [range[0], rangeEnd(range[1], bytes)]
}

function rangeEnd(end: number | 'buffer', bytes: number): number {
  return end === 'buffer' ? bytes : end
}

/** Why an option cannot be set or asked for in a state. */
export function optionMisuse({ name, states }: OptionRow, state: number): SocketMisuse {
  const here = `a socket in state ${END.states[state]} has no option ${name}`
  return new SocketMisuse(`${here}: there is one in ${states.join(', ')}`)
}
