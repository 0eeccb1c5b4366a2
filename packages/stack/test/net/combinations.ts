import {
  ACTIONS_NAMES,
  bsd,
  LOCKING_NAMES,
  loopback,
  PCB_HASH_HELD,
  priority,
  ule,
  WAKEUP_NAMES,
} from '../../src/index.ts'
import type { Rest } from './account.ts'

type Combination = [text: string, cpus: number, rest: Rest]

const KINDS = ['rmlock', 'rwlock', 'mutex'] as const
const DISPATCHES = ['direct', 'hybrid', 'deferred'] as const
const POLICIES = ['source', 'flow', 'cpu'] as const
const PREEMPTIONS = ['full', 'kernel', 'none'] as const

/**
 * All ways to put a network together, or each so-manyth of them; the numbers of CPUs, schedulers,
 * wakeups, preemptions, policies of netisr and checksums of the loopback take turns.
 */
export function combinations(counts: readonly number[], every: number): Combination[] {
  const all: Rest[] = []
  for (const actions of ACTIONS_NAMES)
    for (const dispatch of DISPATCHES)
      for (const threads of [1, 'all'] as const)
        for (const locking of LOCKING_NAMES)
          for (const addressList of KINDS)
            for (const pcbHash of KINDS)
              for (const pcbHashHeld of PCB_HASH_HELD) {
                const locks = { addressList, pcbHash, pcbHashHeld }
                all.push({ actions, netisr: { dispatch, threads }, socket: { locking }, locks })
              }
  return all.map((rest, i) => turned(rest, i, counts)).filter((_, i) => i % every === 0)
}

function turned(rest: Rest, i: number, counts: readonly number[]): Combination {
  const turn = <T>(list: readonly T[], stride: number): T => {
    return list[Math.floor(i / stride) % list.length]!
  }
  // Strides have no factor in common with one another, so that each meets each.
  const cpus = turn(counts, 5)
  const rules = { wakeup: turn(WAKEUP_NAMES, 7), preemption: turn(PREEMPTIONS, 11) }
  const scheduler = turn([priority, bsd, ule], 1)(rules)
  const { netisr } = rest
  const starves = netisr?.threads === 1 && netisr.dispatch === 'hybrid' && cpus > 1
  const policy = starves ? 'source' : turn(POLICIES, 13)
  const bind = turn([false, true], 17)
  const lo0 = loopback({ checksums: turn(['computed', 'offloaded'] as const, 19) })
  const made = { ...rest, scheduler, netisr: { ...netisr, policy, bind }, links: { lo0 } }
  return [`${cpus} CPUs: ${textOf(made)}`, cpus, made]
}

/** All values of a configuration, one after the other. */
function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.values(value).map(textOf).join(' ')
}
