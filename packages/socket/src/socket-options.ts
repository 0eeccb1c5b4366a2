import { came, type Memory } from '@smpnet/memory'
import { SocketMisuse } from './errors.ts'
import type { SocketKind } from './kinds.ts'
import { NOTE } from './pair-layout.ts'

/** The options of a socket, by the names that FreeBSD gives them. */
export interface SocketOptions {
  readonly SO_TYPE: SocketKind
  readonly SO_ACCEPTCONN: boolean
  readonly SO_ERROR: number
  readonly SO_SNDBUF: number
  readonly SO_RCVBUF: number
  SO_SNDLOWAT: number
  SO_RCVLOWAT: number
  SO_SNDTIMEO: number
  SO_RCVTIMEO: number
  SO_LINGER: number
}

/** Those that can be set. */
export type SettableOption =
  | 'SO_SNDLOWAT'
  | 'SO_RCVLOWAT'
  | 'SO_SNDTIMEO'
  | 'SO_RCVTIMEO'
  | 'SO_LINGER'

export interface OptionRow {
  readonly name: keyof SocketOptions
  /** For the README. */
  readonly about: string
  readonly values: string
  /** Undefined for what can only be asked. */
  readonly set?: {
    /** Its word, which is the value less this: 0 for what was not set. */
    readonly word: 'sendLow' | 'receiveLow' | 'sendMs' | 'receiveMs' | 'lingerMs'
    readonly initial: number
    readonly least: number
    /** The largest value, or undefined for the bytes of a buffer. */
    readonly most: number | undefined
  }
}

/** FreeBSD's errno of a reset. */
export const ECONNRESET = 54

/** The longest that a host's timer can be set for. */
const MOST_MS = 2 ** 31 - 2

/** The table of options: the code, its tests, and the README are made of it. */
export const OPTION_TABLE: readonly OptionRow[] = [
  { name: 'SO_TYPE', values: "'stream', 'seqpacket', 'dgram'", about: 'what goes through it' },
  { name: 'SO_ACCEPTCONN', values: 'boolean', about: 'whether it listens' },
  {
    name: 'SO_ERROR',
    values: 'errno',
    about: 'the error that no call has reported, 54 for a reset, and takes it; 0 for none',
  },
  { name: 'SO_SNDBUF', values: 'bytes', about: 'of the buffer in which it sends: `bufferBytes`' },
  { name: 'SO_RCVBUF', values: 'bytes', about: 'of that from which it receives' },
  {
    name: 'SO_SNDLOWAT',
    values: 'bytes, from 1 to a buffer; 1',
    about: 'space from which on pollers call it writable that begin to watch it',
    set: { word: 'sendLow', initial: 1, least: 1, most: undefined },
  },
  {
    name: 'SO_RCVLOWAT',
    values: 'bytes, from 1 to a buffer; 1',
    about: 'bytes from which on pollers call it readable that begin to watch it',
    set: { word: 'receiveLow', initial: 1, least: 1, most: undefined },
  },
  {
    name: 'SO_SNDTIMEO',
    values: 'ms, from 0; 0, which is none',
    about: 'the `timeoutMs` of sends that are told none',
    set: { word: 'sendMs', initial: 0, least: 0, most: MOST_MS },
  },
  {
    name: 'SO_RCVTIMEO',
    values: 'ms, from 0; 0, which is none',
    about: 'the `timeoutMs` of receives that are told none',
    set: { word: 'receiveMs', initial: 0, least: 0, most: MOST_MS },
  },
  {
    name: 'SO_LINGER',
    values: 'ms, from -1; -1, which is not',
    about: 'how long `close` blocks until the peer has received all; with 0 it is an abort',
    set: { word: 'lingerMs', initial: -1, least: -1, most: MOST_MS },
  },
]

const SETTABLE = Object.fromEntries(
  OPTION_TABLE.flatMap(({ name, set }) => (set === undefined ? [] : [[name, set] as const])),
) as Readonly<Record<SettableOption, NonNullable<OptionRow['set']>>>
const BY_NAME = new Map<unknown, OptionRow>(OPTION_TABLE.map((row) => [row.name, row]))

/** Throws SocketMisuse for what is the name of no option. */
export function rowOf(name: unknown): OptionRow {
  const row = BY_NAME.get(name)
  if (row !== undefined) return row
  throw new SocketMisuse(
    `the options of a socket are ${OPTION_TABLE.map((one) => one.name).join(', ')}: ` +
      `${came(name)} came`,
  )
}

/** Sets an option of an end. Throws SocketMisuse, a TypeError and a RangeError. */
export function setOption(
  socket: OptionHome & { readonly home: { readonly buffers: { readonly bytes: number } } },
  name: unknown,
  value: unknown,
): void {
  const { set } = rowOf(name)
  if (set === undefined) throw new SocketMisuse(`${came(name)} can be asked, and not be set`)
  const most = set.most ?? socket.home.buffers.bytes
  const isWhole = Number.isInteger(value)
  if (!isWhole || (value as number) < set.least || (value as number) > most) {
    throw new RangeError(
      `${String(name)} is a whole number from ${set.least} to ${most}: ${came(value)} came`,
    )
  }
  const { memory, note } = socket
  memory.store(note.at + NOTE.offset[set.word], (value as number) - set.initial)
  memory.store(note.at + NOTE.offset.told, 1)
}

/** What was set of an end, or what holds where nothing was. A plain read where nothing was set. */
export function optionOf({ memory, note }: OptionHome, name: SettableOption): number {
  const { word, initial } = SETTABLE[name]
  if (memory.read(note.at + NOTE.offset.told) === 0) return initial
  return memory.load(note.at + NOTE.offset[word]) + initial
}

interface OptionHome {
  readonly memory: Memory
  readonly note: { readonly at: number }
}
