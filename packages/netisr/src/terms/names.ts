/**
 * How a protocol's packets are spread over the workstreams, in FreeBSD's order (net/netisr.h):
 * those of one source stay together, or those of one flow, or the protocol names the CPU itself.
 */
export const POLICIES = ['source', 'flow', 'cpu'] as const

export type PolicyName = (typeof POLICIES)[number]

/**
 * Where a packet that is dispatched is handled: in the caller's thread; there if it is meant for
 * the workstream of the caller's CPU and nothing waits there; or always by the worker.
 */
export const DISPATCHES = ['direct', 'hybrid', 'deferred'] as const

export type DispatchName = (typeof DISPATCHES)[number]

/** The numbers of these in words; 0 of a protocol's dispatch is that it has none of its own. */
export const SOURCE = 1
export const FLOW = 2
export const CPU = 3

export const DEFAULT = 0
export const DIRECT = 1
export const HYBRID = 2
export const DEFERRED = 3

/** The number of a policy. Throws a TypeError for a name that is none. */
export function policyNumber(name: PolicyName): number {
  return numberOf('policy', POLICIES, name)
}

/** The number of a dispatch. Throws a TypeError for a name that is none. */
export function dispatchNumber(name: DispatchName): number {
  return numberOf('dispatch', DISPATCHES, name)
}

/** The name behind a number that `policyNumber` gave. */
export function policyName(number: number): PolicyName {
  return POLICIES[number - 1]!
}

/** The name behind a number that `dispatchNumber` gave, or `default` for 0. */
export function dispatchName(number: number): DispatchName | 'default' {
  return number === DEFAULT ? 'default' : DISPATCHES[number - 1]!
}

function numberOf(what: string, names: readonly string[], name: string): number {
  const index = names.indexOf(name)
  if (index >= 0) return index + 1
  throw new TypeError(`${what}: expected ${names.join(', ')}, came ${name}`)
}
