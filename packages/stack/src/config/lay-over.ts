import type { SchedulerPart, StackInput, StackPart } from './stack-config.ts'

/** A configuration that may leave its machine to be said. */
export type Laid = Omit<StackInput, 'machine'> & Pick<StackPart, 'machine'>

type Fields = Readonly<Record<string, unknown>>

/**
 * One part over another: where both say something of a record, such as `netisr`, the keys of the
 * upper one win and the others stay. A key that is there and undefined takes away what is below.
 * Knobs belong to a policy, and a machine's keys to its kind: another one begins anew. Nothing is
 * checked here; what is wrong is left in, for `defineStack` to refuse.
 */
export function layOver(below: StackPart, above: StackPart): Laid {
  const names = new Set([...Object.keys(below), ...Object.keys(above)])
  const laid = [...names].map((name) => {
    const key = name as keyof StackPart
    return [name, over(key, below[key], above[key])] as const
  })
  return Object.fromEntries(laid.filter(([, value]) => value !== undefined))
}

function over(key: keyof StackPart, below: unknown, above: unknown): unknown {
  if (above === undefined) return key === 'scheduler' && below ? complete(below) : below
  if (!isRecord(above)) return above
  const under = isRecord(below) ? below : {}
  if (key === 'scheduler') return complete(schedulerOver(under, above))
  if (key === 'machine' && under['kind'] !== above['kind']) return above
  return { ...under, ...above }
}

function schedulerOver(below: SchedulerPart & Fields, above: SchedulerPart & Fields): Fields {
  const { knobs: lower, ...rest } = below
  const { policy = below.policy } = above
  const isSame = policy === below.policy
  const laid = { ...rest, ...above, ...(policy !== undefined && { policy }) }
  if (!isSame || lower === undefined) return laid
  return { ...laid, knobs: isRecord(above.knobs) ? { ...lower, ...above.knobs } : lower }
}

function complete(scheduler: unknown): unknown {
  return isRecord(scheduler) ? { policy: 'priority', ...scheduler } : scheduler
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
