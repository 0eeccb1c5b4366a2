import { defineTable, type Row } from '@smpnet/fsm'

type State =
  | 'CREATED'
  | 'BOUND'
  | 'LISTENING'
  | 'CONNECTING'
  | 'CONNECTED'
  | 'SEND_SHUT'
  | 'RECEIVE_SHUT'
  | 'BOTH_SHUT'
  | 'RESET'
  | 'DISCONNECTED'
  | 'DISCONNECTING'
  | 'ABORTED'
  | 'FREED'

type Call =
  | 'bind'
  | 'listen'
  | 'connect'
  | 'accept'
  | 'send'
  | 'receive'
  | 'shutdown'
  | 'shutdownReceive'
  | 'abort'
  | 'close'

/** What comes of others, or of a call that goes on. */
type Happening = 'joined' | 'refused' | 'reset' | 'reported' | 'closed' | 'bury'

type Guard = 'peerIsGone' | 'peerIsClosed' | 'isBound'

type Action =
  | 'refuse'
  | 'end'
  | 'report'
  | 'joinPeer'
  | 'resetPeer'
  | 'unlink'
  | 'tellAcceptors'
  | 'tellReceiver'
  | 'tellSender'
  | 'free'

interface SocketRow extends Row {
  readonly state: State
  readonly event: Call | Happening
  readonly guard?: Guard | `!${Guard}`
  readonly next: State
  readonly actions?: readonly Action[]
}

const TELL_BOTH = ['tellReceiver', 'tellSender'] as const
const UNLINK_AND_TELL = ['unlink', 'tellAcceptors', 'tellReceiver', 'tellSender'] as const
const ABORT = ['resetPeer', 'tellReceiver', 'tellSender'] as const

/** States in which a socket is joined to a peer, and moves bytes in two, one or no direction. */
const JOINED = ['CONNECTED', 'SEND_SHUT', 'RECEIVE_SHUT', 'BOTH_SHUT'] as const
/** States after a reset. In the first, the error is still to be reported. */
const CUT = ['RESET', 'DISCONNECTED'] as const
/** States in which the reset of a peer changes nothing any more. */
const OVER = ['DISCONNECTED', 'DISCONNECTING', 'ABORTED', 'FREED'] as const

/**
 * The life of a socket, which is one end of a pair from its creation on. A pair that connects is
 * in a listener's queue, and its other end is born when the two are joined: `joined`, of both by
 * one change, as `reset` comes with the other end's `abort`.
 *
 * What the peer has done comes in as guards: one that is gone receives nothing more, and one that
 * is closed, or was never born, has no use for the pair. `bury` ends the socket of a thread that
 * has ended, wherever it had come to. A thread that ended while it closed second may not have
 * freed the pair, which is freed once however often it is.
 *
 * The names are those of FreeBSD's SS_ISCONNECTING, SS_ISCONNECTED, SS_ISDISCONNECTING and
 * SS_ISDISCONNECTED, SBS_CANTSENDMORE and SBS_CANTRCVMORE; RESET is a socket with an `so_error`
 * that no call has reported.
 */
export const END = defineTable<SocketRow>({
  of: 'a socket',
  initial: 'CREATED',
  final: ['FREED'],
  rows: [
    { state: 'CREATED', event: 'bind', next: 'BOUND' },
    { state: 'CREATED', event: 'connect', next: 'CONNECTING' },
    { state: 'CREATED', event: 'joined', next: 'CONNECTED' },
    { state: 'CREATED', event: 'close', next: 'DISCONNECTING' },
    { state: 'CREATED', event: 'bury', next: 'DISCONNECTING' },
    { state: 'BOUND', event: 'listen', next: 'LISTENING' },
    { state: 'BOUND', event: 'connect', next: 'CONNECTING' },
    { state: 'BOUND', event: 'close', next: 'DISCONNECTING', actions: ['unlink'] },
    { state: 'BOUND', event: 'bury', next: 'DISCONNECTING', actions: ['unlink'] },
    { state: 'LISTENING', event: 'listen', next: 'LISTENING' },
    { state: 'LISTENING', event: 'accept', next: 'LISTENING' },
    ...(['close', 'bury'] as const).map(
      (event): SocketRow => ({
        state: 'LISTENING',
        event,
        next: 'DISCONNECTING',
        actions: ['unlink', 'tellAcceptors'],
      }),
    ),
    { state: 'CONNECTING', event: 'joined', next: 'CONNECTED', actions: ['joinPeer'] },
    { state: 'CONNECTING', event: 'refused', guard: 'isBound', next: 'BOUND' },
    { state: 'CONNECTING', event: 'refused', guard: '!isBound', next: 'CREATED' },
    { state: 'CONNECTING', event: 'reset', next: 'RESET' },
    { state: 'CONNECTING', event: 'bury', next: 'DISCONNECTING', actions: ['unlink'] },

    ...(['CONNECTED', 'RECEIVE_SHUT'] as const).flatMap((state): SocketRow[] => [
      { state, event: 'send', guard: '!peerIsGone', next: state },
      { state, event: 'send', guard: 'peerIsGone', next: state, actions: ['refuse'] },
    ]),
    { state: 'CONNECTED', event: 'receive', next: 'CONNECTED' },
    { state: 'CONNECTED', event: 'shutdown', next: 'SEND_SHUT', actions: ['tellReceiver'] },
    {
      state: 'CONNECTED',
      event: 'shutdownReceive',
      next: 'RECEIVE_SHUT',
      actions: ['tellSender'],
    },
    { state: 'CONNECTED', event: 'close', next: 'DISCONNECTING', actions: TELL_BOTH },
    { state: 'SEND_SHUT', event: 'receive', next: 'SEND_SHUT' },
    { state: 'SEND_SHUT', event: 'shutdown', next: 'SEND_SHUT' },
    { state: 'SEND_SHUT', event: 'shutdownReceive', next: 'BOTH_SHUT', actions: ['tellSender'] },
    { state: 'SEND_SHUT', event: 'close', next: 'DISCONNECTING', actions: ['tellSender'] },
    { state: 'RECEIVE_SHUT', event: 'receive', next: 'RECEIVE_SHUT', actions: ['end'] },
    { state: 'RECEIVE_SHUT', event: 'shutdown', next: 'BOTH_SHUT', actions: ['tellReceiver'] },
    { state: 'RECEIVE_SHUT', event: 'shutdownReceive', next: 'RECEIVE_SHUT' },
    { state: 'RECEIVE_SHUT', event: 'close', next: 'DISCONNECTING', actions: ['tellReceiver'] },
    { state: 'BOTH_SHUT', event: 'receive', next: 'BOTH_SHUT', actions: ['end'] },
    { state: 'BOTH_SHUT', event: 'shutdown', next: 'BOTH_SHUT' },
    { state: 'BOTH_SHUT', event: 'shutdownReceive', next: 'BOTH_SHUT' },
    { state: 'BOTH_SHUT', event: 'close', next: 'DISCONNECTING' },
    ...JOINED.flatMap((state): SocketRow[] => [
      { state, event: 'abort', next: 'ABORTED', actions: ABORT },
      { state, event: 'bury', next: 'ABORTED', actions: ABORT },
      { state, event: 'reset', next: 'RESET' },
    ]),

    { state: 'RESET', event: 'send', next: 'RESET', actions: ['report'] },
    { state: 'RESET', event: 'receive', next: 'RESET', actions: ['report'] },
    { state: 'RESET', event: 'reported', next: 'DISCONNECTED' },
    { state: 'RESET', event: 'reset', next: 'RESET' },
    { state: 'DISCONNECTED', event: 'send', next: 'DISCONNECTED', actions: ['refuse'] },
    { state: 'DISCONNECTED', event: 'receive', next: 'DISCONNECTED', actions: ['end'] },
    { state: 'DISCONNECTED', event: 'reported', next: 'DISCONNECTED', actions: ['refuse'] },
    ...CUT.flatMap((state): SocketRow[] => [
      { state, event: 'shutdown', next: state },
      { state, event: 'shutdownReceive', next: state },
      { state, event: 'close', next: 'DISCONNECTING' },
      { state, event: 'abort', next: 'DISCONNECTING' },
      { state, event: 'bury', next: 'DISCONNECTING' },
    ]),

    ...OVER.map((state): SocketRow => ({ state, event: 'reset', next: state })),
    { state: 'DISCONNECTING', event: 'bury', next: 'DISCONNECTING', actions: UNLINK_AND_TELL },
    { state: 'ABORTED', event: 'bury', next: 'ABORTED', actions: UNLINK_AND_TELL },
    ...(['DISCONNECTING', 'ABORTED'] as const).flatMap((state): SocketRow[] => [
      { state, event: 'closed', guard: '!peerIsClosed', next: 'FREED' },
      { state, event: 'closed', guard: 'peerIsClosed', next: 'FREED', actions: ['free'] },
    ]),
    { state: 'FREED', event: 'bury', guard: '!peerIsClosed', next: 'FREED' },
    { state: 'FREED', event: 'bury', guard: 'peerIsClosed', next: 'FREED', actions: ['free'] },
  ],
})

export type EndEvent = (typeof END.events)[number]
export type EndState = (typeof END.states)[number]

/** The bits of these states, by which a state is asked whether it is one of them. */
export function statesOf(...names: EndState[]): number {
  return names.reduce((bits, name) => bits | (1 << END.state[name]), 0)
}
