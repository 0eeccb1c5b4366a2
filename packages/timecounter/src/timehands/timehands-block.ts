import {
  type Address,
  alignUp,
  type Arena,
  CACHE_LINE_BYTES,
  came,
  expectHandle,
  expectMethods,
  expectOptions,
  layout,
  type Memory,
  word,
} from '@smpnet/memory'
import { Bintime } from '../arithmetic/bintime.ts'
import { checkCounter, type Counter } from '../counters/counter.ts'
import { ClockPageMismatch } from '../errors.ts'
import { GenerationRing, MOST_SEATS } from './generation-ring.ts'
import { HANDS, HANDS_WORDS, setBoottime, setWide } from './hands.ts'
import { setScale } from './scale.ts'

/**
 * Timehands in memory: this block, which identifies the page and has what its writers count, and
 * behind it the ring of records. The page is placed once; every thread opens it by the handle, with
 * the same counters in the same order, since a record names its counter by its place among them.
 *
 * There is no lock: the ring publishes whole records, and what is counted here is added to by
 * atomic operations. So any thread may write, and a thread that dies while it does leaves the page
 * good. A page of another layout is known by its magic word and refused.
 */
export const BLOCK = layout('timehands', {
  /** (a) Says that timehands are here, and in which version of their layout. */
  magic: word('a', 'constant'),
  /** (x) Seats that writers have taken so far; the n-th writer has seat n modulo the seats. */
  writers: word('x', 'counts'),
  /** (x) Windups refused because the counter had gone backwards, or almost a whole range on. */
  backwards: word('x', 'counts'),
  /** (x) Wraps of the counter that went by between two windups. */
  lostWraps: word('x', 'counts'),
  /** (x) Windups that another writer had made already. */
  raced: word('x', 'counts'),
  /** (x) Times that UTC was set. */
  steps: word('x', 'counts'),
})

const MAGIC = 0x74686401

/** What another thread needs to use timehands of the same memory; it can be cloned and posted. */
export interface TimehandsHandle {
  readonly at: Address
}

export interface TimehandsStatistics {
  readonly backwards: number
  readonly lostWraps: number
  readonly raced: number
  readonly steps: number
  readonly writers: number
}

export interface TimehandsOptions {
  /** The counter that is in use first: its place in the order of registration. 0 unless told. */
  readonly counter?: number
  /** UTC now; 1970 unless told. */
  readonly utc?: Bintime
  /** A second counter that wraps late, to notice wraps of the first; see `Windup`. */
  readonly watch?: Counter
}

/** Bytes that timehands take. */
export const TIMEHANDS_BYTES = alignUp(
  BLOCK.size + GenerationRing.bytes(HANDS_WORDS, MOST_SEATS),
  CACHE_LINE_BYTES,
)

/**
 * Places timehands and starts them at uptime 0, reading the counter once. Throws BadCounter for a
 * counter that cannot carry a clock, OutOfMemory when there is no room.
 */
export function placeTimehands(
  arena: Arena,
  counters: readonly Counter[],
  options: TimehandsOptions = {},
): TimehandsHandle {
  expectMethods('where timehands are placed', arena, ['place'])
  if (!Array.isArray(counters)) {
    throw new TypeError(`timehands have a list of counters: ${came(counters)} came`)
  }
  expectOptions('timehands', options)
  const index = options.counter ?? 0
  counters.forEach(checkCounter)
  const counter = counters[index]
  if (counter === undefined) {
    throw new RangeError(
      `counter: expected one of ${counters.length} counters, came ${came(index)}`,
    )
  }
  const handle = { at: arena.place('timehands', TIMEHANDS_BYTES) }
  const { memory } = arena
  memory.write(handle.at + BLOCK.offset.magic, MAGIC)
  const words = new Int32Array(HANDS_WORDS)
  words[HANDS.counter] = index
  setWide(words, HANDS.offsetCount, counter.read())
  if (options.watch !== undefined) setWide(words, HANDS.watchCount, options.watch.read())
  setScale(words, counter.frequency, 0)
  const utc = options.utc ?? new Bintime()
  setBoottime(words, utc)
  setWide(words, HANDS.second, utc.sec)
  ringOf(memory, handle).publish(0, 0, words)
  return handle
}

/** The ring of timehands. Throws ClockPageMismatch where there are none of this version. */
export function openRing(memory: Memory, handle: TimehandsHandle): GenerationRing {
  expectHandle({ of: 'timehands', fields: { at: 'any' } }, handle, memory)
  const { at } = handle
  const isInside = Number.isInteger(at) && at > 0 && at + TIMEHANDS_BYTES <= memory.size
  const found = isInside ? memory.read(at + BLOCK.offset.magic) : undefined
  if (found === MAGIC) return ringOf(memory, handle)
  const seen = found === undefined ? `address ${came(at)}` : `0x${(found >>> 0).toString(16)}`
  const wanted = `0x${MAGIC.toString(16)}`
  throw new ClockPageMismatch(`timehands: expected a page of version ${wanted}, came ${seen}`)
}

/** What writers have counted, all since the start. */
export function timehandsStatistics(memory: Memory, handle: TimehandsHandle): TimehandsStatistics {
  const count = (name: keyof typeof BLOCK.offset) => memory.load(handle.at + BLOCK.offset[name])
  return {
    backwards: count('backwards'),
    lostWraps: count('lostWraps'),
    raced: count('raced'),
    steps: count('steps'),
    writers: count('writers'),
  }
}

function ringOf(memory: Memory, { at }: TimehandsHandle): GenerationRing {
  return new GenerationRing(memory, at + BLOCK.size, HANDS_WORDS)
}
