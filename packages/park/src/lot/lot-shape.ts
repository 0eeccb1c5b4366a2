import { type Address, came, expectOptions, type HandleKind } from '@smpnet/memory'

/** How large a lot is. Everything has a bound, and an error names the bound that was met. */
export interface LotShape {
  /** Buckets of the table, a power of two; 64 unless told. */
  readonly buckets?: number
  /** CPUs of the machine, numbered from 0; 0 when there is no machine, only threads. */
  readonly cpus?: number
  /** Threads outside the machine that may be attached at once; 8 unless told. */
  readonly threads?: number
  /** Threads and tasks that may exist at once; 256 unless told. */
  readonly waiters?: number
}

/** What another thread needs to use a lot of the same memory; it can be cloned and posted. */
export interface LotHandle extends Required<LotShape> {
  readonly at: Address
}

/** For `expectHandle`. */
export const LOT_HANDLE: HandleKind = {
  of: 'a parking lot',
  fields: { at: 'address', buckets: 'count', cpus: 'count', threads: 'count', waiters: 'count' },
}

/** The shape with all its figures. Throws a RangeError for such as no lot can have. */
export function wholeLotShape(shape: LotShape = {}): Required<LotShape> {
  expectOptions('a lot', shape)
  const { buckets = 64, cpus = 0, threads = 8, waiters = 256 } = shape
  if (!isPowerOfTwo(buckets)) {
    throw new RangeError(`a lot has a power of two of buckets: ${came(buckets)} came`)
  }
  expect('CPUs', cpus, 0)
  expect('attached threads', threads, 0)
  expect('waiters', waiters, 1)
  return { buckets, cpus, threads, waiters }
}

function isPowerOfTwo(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 2 ** 30 && (value & (value - 1)) === 0
}

function expect(what: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return
  throw new RangeError(
    `a lot has a whole number of ${what}, at least ${least}: ${came(value)} came`,
  )
}
