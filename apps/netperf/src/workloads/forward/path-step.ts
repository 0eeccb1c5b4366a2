import { UsageError } from '../../options/usage-error.ts'
import { lockKinds } from '../../locks/index.ts'

/** A lock that a packet takes on its way. */
export interface PathStep {
  readonly name: string
  readonly lock: string
  /** One for all packets, or one for each flow. */
  readonly scope: 'shared' | 'flow'
  /** How often each packet takes it. */
  readonly times: number
}

const SHAPE = /^([^:]+):([^:]+):(shared|flow)(?::(\d{1,3}))?$/

/** `route:rwlock:shared:2` as a step. Throws a UsageError for anything else. */
export function parsePathStep(text: string): PathStep {
  const [, name, lock, scope, times = '1'] = SHAPE.exec(text) ?? []
  if (name !== undefined && lockKinds.has(lock ?? '') && Number(times) > 0) {
    return { name, lock: lock as string, scope: scope as PathStep['scope'], times: Number(times) }
  }
  const kinds = [...lockKinds.keys()].join(', ')
  throw new UsageError(
    'expected --path-lock to be name:kind:shared|flow:count, such as route:rwlock:shared or ' +
      `route:rwlock:shared:2, with a kind of ${kinds} and a count from 1 to 999, got "${text}"`,
  )
}

/** A path as rows name it. */
export function pathText(path: readonly PathStep[]): string {
  if (path.length === 0) return 'no locks'
  return path.map(({ name, lock, scope, times }) => [name, lock, scope, times].join(':')).join('+')
}
