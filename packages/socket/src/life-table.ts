import { defineTable } from '@smpnet/fsm'

/**
 * The life of one end of a pair. What the peer has done is its own end's state, which comes in as
 * guards: a peer that closes, or has closed, receives nothing more; one that has closed, has no use
 * for the pair. `bury` closes the end of a thread that has ended, wherever it had come to: if that
 * thread closed second, it may not have freed the pair, which is freed once however often it is.
 */
export const END = defineTable({
  of: "a socket's end",
  initial: 'OPEN',
  final: ['CLOSED'],
  rows: [
    { state: 'OPEN', event: 'send', guard: '!peerIsGone', next: 'OPEN' },
    { state: 'OPEN', event: 'send', guard: 'peerIsGone', next: 'OPEN', actions: ['refuse'] },
    { state: 'OPEN', event: 'receive', next: 'OPEN' },
    { state: 'OPEN', event: 'shutdown', next: 'SHUT', actions: ['tellReceiver'] },
    {
      state: 'OPEN',
      event: 'close',
      next: 'CLOSING',
      actions: ['tellReceiver', 'tellSender'],
    },
    { state: 'OPEN', event: 'bury', next: 'CLOSING', actions: ['tellReceiver', 'tellSender'] },
    { state: 'SHUT', event: 'receive', next: 'SHUT' },
    { state: 'SHUT', event: 'shutdown', next: 'SHUT' },
    { state: 'SHUT', event: 'close', next: 'CLOSING', actions: ['tellSender'] },
    { state: 'SHUT', event: 'bury', next: 'CLOSING', actions: ['tellReceiver', 'tellSender'] },
    { state: 'CLOSING', event: 'bury', next: 'CLOSING', actions: ['tellReceiver', 'tellSender'] },
    { state: 'CLOSING', event: 'closed', guard: '!peerIsClosed', next: 'CLOSED' },
    {
      state: 'CLOSING',
      event: 'closed',
      guard: 'peerIsClosed',
      next: 'CLOSED',
      actions: ['free'],
    },
    { state: 'CLOSED', event: 'bury', guard: '!peerIsClosed', next: 'CLOSED' },
    { state: 'CLOSED', event: 'bury', guard: 'peerIsClosed', next: 'CLOSED', actions: ['free'] },
  ],
})

export type EndEvent = (typeof END.events)[number]
