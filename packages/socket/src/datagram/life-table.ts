import { defineTable } from '@smpnet/fsm'

/**
 * The life of a datagram socket. What its names are, the protocol knows: a call that changes them
 * takes the state to `CHANGING`, asks the protocol under no lock of the socket, and is settled by
 * what the protocol says. So two threads that change one socket at once are found out.
 *
 * `bury` closes the socket of a thread that has died, wherever it had come to.
 *
 * To send to an address needs no name before it; `refuse` is an outcome that the caller is told.
 */
export const DATAGRAM_LIFE = defineTable({
  of: 'a datagram socket',
  initial: 'UNBOUND',
  final: ['CLOSED'],
  rows: [
    { state: 'UNBOUND', event: 'bind', next: 'CHANGING' },
    { state: 'UNBOUND', event: 'connect', next: 'CHANGING' },
    { state: 'UNBOUND', event: 'disconnect', next: 'UNBOUND', actions: ['refuse'] },
    { state: 'UNBOUND', event: 'close', next: 'CLOSING', actions: ['stir'] },
    { state: 'CHANGING', event: 'settled', guard: 'isConnected', next: 'CONNECTED' },
    {
      state: 'CHANGING',
      event: 'settled',
      guard: ['!isConnected', 'isBound'],
      next: 'BOUND',
    },
    {
      state: 'CHANGING',
      event: 'settled',
      guard: ['!isConnected', '!isBound'],
      next: 'UNBOUND',
    },
    { state: 'BOUND', event: 'bind', next: 'BOUND', actions: ['refuse'] },
    { state: 'BOUND', event: 'connect', next: 'CHANGING', actions: ['keepName'] },
    { state: 'BOUND', event: 'disconnect', next: 'BOUND', actions: ['refuse'] },
    { state: 'BOUND', event: 'close', next: 'CLOSING', actions: ['stir'] },
    { state: 'CONNECTED', event: 'bind', next: 'CONNECTED', actions: ['refuse'] },
    {
      state: 'CONNECTED',
      event: 'connect',
      next: 'CHANGING',
      actions: ['disconnect', 'keepName'],
    },
    { state: 'CONNECTED', event: 'disconnect', next: 'CHANGING' },
    { state: 'CONNECTED', event: 'close', next: 'CLOSING', actions: ['stir'] },
    { state: 'CLOSING', event: 'closed', next: 'CLOSED' },
    { state: 'UNBOUND', event: 'bury', next: 'CLOSING', actions: ['stir'] },
    { state: 'CHANGING', event: 'bury', next: 'CLOSING', actions: ['stir'] },
    { state: 'BOUND', event: 'bury', next: 'CLOSING', actions: ['stir'] },
    { state: 'CONNECTED', event: 'bury', next: 'CLOSING', actions: ['stir'] },
    { state: 'CLOSING', event: 'bury', next: 'CLOSING', actions: ['stir'] },
  ],
})

export type DatagramEvent = (typeof DATAGRAM_LIFE.events)[number]
