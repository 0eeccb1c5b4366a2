import type { EndState } from '../../life-table.ts'
import type { OptionKind } from './option-kinds.ts'

/** What an option of a socket is, as FreeBSD has it. */
export interface OptionRow {
  readonly name: string
  /** FreeBSD's number of it, of <sys/socket.h>. */
  readonly number: number
  readonly kind: OptionKind
  /** Whether it can be set, and not only be asked for. */
  readonly isSet: boolean
  /** States of a socket in which it is set, or asked for where it cannot be set. */
  readonly states: readonly EndState[]
  /** The part of a socket whose lock a call takes for it. */
  readonly part: 'state' | 'receive' | 'queue' | 'none'
  /** Its word in the control block, where it has one of its own; 0 there is what it is at first. */
  readonly field?: OptionField
  /** Which direction of a socket that is joined is looked at again when it has been set. */
  readonly reaches?: 'out' | 'in'
  /** The least and the most that it takes, of a number; `buffer` is what a buffer can hold. */
  readonly range?: readonly [least: number, most: number | 'buffer']
  /** What the word 0 means, which a new socket has; `buffer` is what a buffer can hold. */
  readonly first: number | 'buffer'
  readonly summary: string
}

/** The words of options in a control block. */
export type OptionField =
  | 'sndHigh'
  | 'rcvHigh'
  | 'sndLow'
  | 'rcvLow'
  | 'sndTimeo'
  | 'rcvTimeo'
  | 'linger'
  | 'filter'

/** States in which a socket is a thread's to use. */
const OPEN = [
  'CREATED',
  'BOUND',
  'LISTENING',
  'CONNECTING',
  'CONNECTED',
  'SEND_SHUT',
  'RECEIVE_SHUT',
  'BOTH_SHUT',
  'RESET',
  'DISCONNECTED',
] as const

/** The most milliseconds of a word. */
const MOST_MS = 2 ** 31 - 1

/** What is set under the lock of the receive buffer, FreeBSD's SOCK_LOCK of old. */
const WORD = { isSet: true, states: OPEN, part: 'receive' } as const
const ASKED = { isSet: false, states: OPEN } as const
const BYTES = { ...WORD, kind: 'bytes', range: [1, 'buffer'] } as const
const TIME = { ...WORD, kind: 'milliseconds', range: [0, MOST_MS], first: 0 } as const
const OF_QUEUE = { ...ASKED, kind: 'count', part: 'queue', first: 0 } as const

/**
 * Every option of a locked socket, a row each. What a call takes and gives, how it is refused, the
 * table of the README and the tests of wrong values and wrong states come from these rows.
 */
export const socketOptions = [
  {
    ...ASKED,
    name: 'SO_ACCEPTCONN',
    number: 0x2,
    kind: 'flag',
    part: 'state',
    first: 0,
    summary: 'whether it listens',
  },
  {
    ...WORD,
    name: 'SO_LINGER',
    number: 0x80,
    kind: 'linger',
    field: 'linger',
    first: 0,
    summary:
      'whether `close` waits for the peer to take what was sent, and how long; 0 seconds abort',
  },
  {
    ...WORD,
    name: 'SO_ACCEPTFILTER',
    number: 0x1000,
    kind: 'filter',
    states: ['LISTENING'],
    field: 'filter',
    first: 0,
    summary: 'what holds connections back before they can be accepted',
  },
  {
    ...BYTES,
    name: 'SO_SNDBUF',
    number: 0x1001,
    field: 'sndHigh',
    reaches: 'out',
    first: 'buffer',
    summary: 'the most bytes that wait at the peer when this end sends',
  },
  {
    ...BYTES,
    name: 'SO_RCVBUF',
    number: 0x1002,
    field: 'rcvHigh',
    reaches: 'in',
    first: 'buffer',
    summary: 'the most bytes that wait here; of both ends, the smaller counts',
  },
  {
    ...BYTES,
    name: 'SO_SNDLOWAT',
    number: 0x1003,
    field: 'sndLow',
    reaches: 'out',
    first: 1,
    summary: 'space for which a send of more bytes waits',
  },
  {
    ...BYTES,
    name: 'SO_RCVLOWAT',
    number: 0x1004,
    field: 'rcvLow',
    reaches: 'in',
    first: 1,
    summary: 'bytes for which a receive into more room waits',
  },
  {
    ...TIME,
    name: 'SO_SNDTIMEO',
    number: 0x1005,
    field: 'sndTimeo',
    summary: 'how long a send sleeps in which no byte moves',
  },
  {
    ...TIME,
    name: 'SO_RCVTIMEO',
    number: 0x1006,
    field: 'rcvTimeo',
    summary: 'how long a receive sleeps',
  },
  {
    ...ASKED,
    name: 'SO_ERROR',
    number: 0x1007,
    kind: 'errno',
    part: 'state',
    first: 0,
    summary: 'the errno that no call has reported, which this one does; 0 for none',
  },
  {
    ...ASKED,
    name: 'SO_TYPE',
    number: 0x1008,
    kind: 'count',
    part: 'none',
    first: 1,
    summary: 'the kind of the socket',
  },
  {
    ...OF_QUEUE,
    name: 'SO_LISTENQLIMIT',
    number: 0x1011,
    summary: 'the backlog of a listener',
  },
  {
    ...OF_QUEUE,
    name: 'SO_LISTENQLEN',
    number: 0x1012,
    summary: 'its connections that wait to be accepted',
  },
  {
    ...OF_QUEUE,
    name: 'SO_LISTENINCQLEN',
    number: 0x1013,
    summary: 'its connections that a filter holds back',
  },
] as const satisfies readonly OptionRow[]

type Row = (typeof socketOptions)[number]

export type OptionName = Row['name']
/** Those that can be set. */
export type SettableOption = Extract<Row, { readonly isSet: true }>['name']
/** The kind of an option, by its name. */
export type KindOf<N extends OptionName> = Extract<Row, { readonly name: N }>['kind']

const byName = new Map<string, OptionRow>(socketOptions.map((row) => [row.name, row]))

/** The row of an option. Throws a RangeError that says which there are. */
export function optionRow(name: string): OptionRow {
  const row = byName.get(name)
  if (row !== undefined) return row
  const names = [...byName.keys()].join(', ')
  throw new RangeError(`an option of a socket is one of ${names}: ${String(name)} came`)
}
