import { type Address, came } from '@smpnet/memory'
import { BadNetisr } from '../terms/errors.ts'
import { expectFlag, expectNames, type NamesOf } from '../terms/expect-options.ts'
import { type DispatchName, dispatchNumber } from '../terms/names.ts'

/** What a netisr is asked to be. The names are those of FreeBSD's `net.isr` sysctls. */
export interface NetisrShape {
  /** CPUs of the machine. */
  readonly cpus: number
  /** Threads outside the machine that may send, numbered behind the CPUs; 0 unless told. */
  readonly guests?: number | undefined
  /** Workstreams, each with a worker: a number up to that of CPUs, or `all`; 1 unless told. */
  readonly threads?: number | 'all' | undefined
  /** Whether each worker stays on its CPU; false unless told. */
  readonly bind?: boolean | undefined
  /** What `dispatch` does for protocols that do not say; `direct` unless told. */
  readonly dispatch?: DispatchName | undefined
  /** Packets in a queue for protocols that do not say; 256 unless told. */
  readonly defaultLimit?: number | undefined
  /** The most that a limit may be; 10240 unless told. */
  readonly maxLimit?: number | undefined
  /** How many protocols there can be, 1 to 32; 16 unless told. */
  readonly protocols?: number | undefined
  /**
   * Buckets into which flows are put, each of which goes to a workstream that can be changed: a
   * power of two up to 4096, or 0, by which flows go where their number modulo `threads` says and
   * stay; 0 unless told. Linux and network interfaces have 128, FreeBSD 4 to 8 for each CPU.
   */
  readonly buckets?: number | undefined
  /** How many flows can have a bucket of their own: up to 1024; with buckets 64 unless told. */
  readonly pins?: number | undefined
  /**
   * A queue whose first packet has waited longer refuses more, in microseconds up to 1e9; no such
   * bound unless told. It needs a clock.
   */
  readonly maxWaitUs?: number | undefined
  /** Whether to count how long packets take to their handlers; false unless told. Needs a clock. */
  readonly latencies?: boolean | undefined
  /** Whether what is known to starve is let be, to be looked at; false unless told. */
  readonly mayStarve?: boolean | undefined
}

/** What another thread needs to use the same netisr; it can be cloned and posted. */
export interface NetisrHandle {
  readonly at: Address
  readonly cpus: number
  readonly guests: number
  readonly threads: number
  readonly bind: boolean
  readonly maxLimit: number
  readonly protocols: number
  readonly buckets: number
  readonly pins: number
  /** 0 for no such bound. */
  readonly maxWaitUs: number
  /** 1 if latencies are counted. */
  readonly latencies: number
  /** 1 if what is known to starve is let be. */
  readonly mayStarve: number
}

/** A shape with all its figures. */
export interface WholeShape extends Omit<NetisrHandle, 'at'> {
  readonly dispatch: number
  readonly defaultLimit: number
}

/** Each bit of a word is a protocol. */
const MOST_PROTOCOLS = 32
const MOST_LIMIT = 2 ** 30
const MOST_BUCKETS = 4096
const MOST_PINS = 1024
const MOST_WAIT_US = 1e9

const NAMES: NamesOf<Required<NetisrShape>> = {
  cpus: true,
  guests: true,
  threads: true,
  bind: true,
  dispatch: true,
  defaultLimit: true,
  maxLimit: true,
  protocols: true,
  buckets: true,
  pins: true,
  maxWaitUs: true,
  latencies: true,
  mayStarve: true,
}

/** Throws a BadNetisr, or a TypeError for an unknown name, with a sentence for each mistake. */
export function wholeShape(shape: NetisrShape): WholeShape {
  expectNames('a netisr', shape, NAMES)
  const { cpus, guests = 0, threads = 1, bind = false, dispatch = 'direct' } = shape
  const { defaultLimit = 256, maxLimit = 10_240, protocols = 16, buckets = 0 } = shape
  const { pins = buckets === 0 ? 0 : 64, maxWaitUs = 0 } = shape
  const { latencies = false, mayStarve = false } = shape
  expectBetween('cpus', cpus, 1, 4096)
  expectBetween('guests', guests, 0, 4096)
  expectBetween('protocols', protocols, 1, MOST_PROTOCOLS)
  expectBetween('maxLimit', maxLimit, 1, MOST_LIMIT)
  expectBetween('defaultLimit', defaultLimit, 1, maxLimit)
  expectBuckets(buckets, pins)
  for (const [name, flag] of Object.entries({ bind, latencies, mayStarve })) expectFlag(name, flag)
  if (shape.maxWaitUs !== undefined) expectBetween('maxWaitUs', maxWaitUs, 1, MOST_WAIT_US)
  const count = threads === 'all' ? cpus : threads
  if (!Number.isInteger(count) || count < 1 || count > cpus) {
    throw new BadNetisr(
      `threads: expected 'all', or 1 to ${cpus}, as many as CPUs, came ${String(threads)}`,
    )
  }
  const figures = { cpus, guests, threads: count, bind, defaultLimit, maxLimit, protocols }
  const flags = { latencies: latencies ? 1 : 0, mayStarve: mayStarve ? 1 : 0 }
  const more = { buckets, pins, maxWaitUs, ...flags }
  return { ...figures, ...more, dispatch: dispatchNumber(dispatch) }
}

function expectBuckets(buckets: number, pins: number): void {
  const isPower = Number.isInteger(Math.log2(buckets)) && buckets <= MOST_BUCKETS
  if (buckets !== 0 && !(isPower && buckets >= 1)) {
    throw new BadNetisr(
      `buckets: expected 0 or a power of two up to ${MOST_BUCKETS}, came ${String(buckets)}`,
    )
  }
  expectBetween('pins', pins, 0, buckets === 0 ? 0 : MOST_PINS)
}

/** Throws a BadNetisr, naming the figure, unless it is a whole number in the range. */
export function expectBetween(what: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  const expected = `a whole number from ${least} to ${most}`
  throw new BadNetisr(`${what}: expected ${expected}, came ${came(value)}`)
}
