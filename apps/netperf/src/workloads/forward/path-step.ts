import { lockKinds } from '../../locks/index.ts'
import { parseProbability } from '../../options/quantities.ts'
import { UsageError } from '../../options/usage-error.ts'

/** What a packet takes on its way: a lock, with what it touches meanwhile, or a plain atomic. */
export interface PathStep {
  readonly name: string
  /** A kind of lock, or ATOMIC. */
  readonly lock: string
  /** One for all packets, or one for each flow. */
  readonly scope: 'shared' | 'flow'
  /** How often each packet takes it. */
  readonly times: number
  /** Lines beside the lock that each section reads; none unless told. */
  readonly lines?: number
  /** Lines beside it that each section reads and writes, such as counters. */
  readonly dirty?: number
  /** Which share of the sections is for writing, 0 to 1. */
  readonly write?: number
}

/** No lock: a word to which each section adds one, and takes it away at its end. */
export const ATOMIC = 'atomic'
const MOST_LINES = 64

const SHAPE = /^([^:=]+):([^:=]+):(shared|flow)(?::(\d{1,3}))?((?::[a-z]+=[^:=]+)*)$/
type Extra = 'lines' | 'dirty' | 'write'

/**
 * `route:rwlock:shared:2` as a step, or `route:rwlock:flow:dirty=1:write=1%`.
 * Throws a UsageError for anything else.
 */
export function parsePathStep(text: string): PathStep {
  const [, name, lock, scope, times = '1', extra = ''] = SHAPE.exec(text) ?? []
  const isKind = lockKinds.has(lock ?? '') || lock === ATOMIC
  if (name === undefined || !isKind || Number(times) === 0) throw wrong(text)
  const step = { name, lock: lock!, scope: scope as PathStep['scope'], times: Number(times) }
  const told = extra.split(':').filter((each) => each !== '')
  return Object.assign(step, ...told.map((each) => extraFrom(each, text, lock!)))
}

function extraFrom(each: string, text: string, lock: string): Partial<Record<Extra, number>> {
  const [name, value] = each.split('=') as [string, string]
  const isCount = (name === 'lines' || name === 'dirty') && /^\d{1,2}$/.test(value)
  if (isCount && Number(value) <= MOST_LINES) return { [name]: Number(value) }
  if (name !== 'write' || lock === ATOMIC) throw wrong(text)
  return { write: parseProbability(value, `write of ${text}`) }
}

function wrong(text: string): UsageError {
  const kinds = [...lockKinds.keys(), ATOMIC].join(', ')
  return new UsageError(
    'expected --path-lock to be name:kind:shared|flow:count, such as route:rwlock:shared or ' +
      `route:rwlock:shared:2, with a kind of ${kinds} and a count from 1 to 999, and perhaps ` +
      `:lines=N and :dirty=N up to ${MOST_LINES}, and :write=SHARE of a lock, got "${text}"`,
  )
}

/** A path as rows name it. */
export function pathText(path: readonly PathStep[]): string {
  return path.length === 0 ? 'no locks' : path.map(stepText).join('+')
}

function stepText({ name, lock, scope, times, lines, dirty, write }: PathStep): string {
  const extra = Object.entries({ lines, dirty, write }).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${value}`],
  )
  return [name, lock, scope, times, ...extra].join(':')
}
