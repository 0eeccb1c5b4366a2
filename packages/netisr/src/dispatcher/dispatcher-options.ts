import { came } from '@smpnet/memory'
import { BadNetisr } from '../terms/errors.ts'
import { expectBetween } from '../shape/netisr-shape.ts'
import { expectFlag, expectNames, type NamesOf } from '../terms/expect-options.ts'
import type { Key } from './key-number.ts'

export interface DispatcherOptions<Item> {
  /** CPUs, each a worker thread that does nothing else. */
  readonly cpus: number
  /** The module of the function that takes items; each CPU loads it. */
  readonly module: string | URL
  /** The name of that function; `default` unless told. */
  readonly name?: string
  /** What an item is kept in order by: those of one key go one after the other to one CPU. */
  readonly key: (item: Item) => Key
  /**
   * Hears of what the function throws, and of which item. Unless told, `idle` rejects with it; and
   * with what this throws itself.
   */
  readonly onError?: (error: unknown, item: Item) => void
  /** Whether keys move from busy CPUs to those that have less to do; false unless told. */
  readonly steals?: boolean
  /** Items that each sending thread can have on their way, 1 to 65,536; 1024 unless told. */
  readonly places?: number
  /** Threads that can send, this one included, 1 to 64; 4 unless told. */
  readonly senders?: number
  /** The most that an item takes, and what its function throws: 512 to 2^24; 512 unless told. */
  readonly payloadBytes?: number
  /** Where `live-worker.js` of `@smpnet/machine` is, in a bundle; see there. */
  readonly worker?: URL
  /** Where `dispatcher-boot.js` of this package is, in a bundle. */
  readonly boot?: URL
}

/** What opens a dispatcher in another thread. */
export type SenderOptions<Item> = Pick<DispatcherOptions<Item>, 'key' | 'onError'>

const MOST_PAYLOAD_BYTES = 2 ** 24

export interface DispatcherShape {
  readonly cpus: number
  readonly places: number
  readonly senders: number
  readonly payloadBytes: number
}

const SENDER_NAMES: NamesOf<Required<SenderOptions<unknown>>> = { key: true, onError: true }

const NAMES: NamesOf<Required<DispatcherOptions<unknown>>> = {
  cpus: true,
  module: true,
  name: true,
  ...SENDER_NAMES,
  steals: true,
  places: true,
  senders: true,
  payloadBytes: true,
  worker: true,
  boot: true,
}

/** Completes options. Throws a BadNetisr, or a TypeError, that says what was expected. */
export function dispatcherShape<Item>(options: DispatcherOptions<Item>): DispatcherShape {
  expectNames('a dispatcher', options as DispatcherOptions<unknown>, NAMES)
  expectFunctions(options)
  const { cpus, places = 1024, senders = 4, payloadBytes = 512 } = options
  const { name = 'default', steals = false } = options
  expectBetween('cpus', cpus, 1, 64)
  expectBetween('places', places, 1, 65_536)
  expectBetween('senders', senders, 1, 64)
  expectBetween('payloadBytes', payloadBytes, 512, MOST_PAYLOAD_BYTES)
  expectFlag('steals', steals)
  if (typeof name !== 'string') {
    throw new TypeError(`name: expected a text, came ${came(name)}`)
  }
  if (senders * places * payloadBytes < 2 ** 30) return { cpus, places, senders, payloadBytes }
  throw new BadNetisr(
    'senders × places × payloadBytes: expected less than 1 GiB, ' +
      `came ${senders} × ${places} × ${payloadBytes}`,
  )
}

/** Throws a TypeError or a BadNetisr for what is not said, or cannot be, of a thread that sends. */
export function expectSender<Item>(options: SenderOptions<Item>): void {
  expectNames('a thread that sends', options as SenderOptions<unknown>, SENDER_NAMES)
  expectFunctions(options)
}

function expectFunctions(options: unknown): void {
  const { key, onError } = (options ?? {}) as Partial<SenderOptions<unknown>>
  if (typeof key !== 'function') {
    throw new TypeError(`key: expected a function of an item, ${came(key)} came`)
  }
  if (onError !== undefined && typeof onError !== 'function') {
    throw new TypeError(`onError: expected a function of an error, ${came(onError)} came`)
  }
}
