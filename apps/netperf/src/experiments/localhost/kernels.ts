import {
  type ActionsName,
  layOver,
  type PcbHashHeld,
  preset,
  type SchedulerRules,
  WAKEUP_NAMES,
} from '@smpnet/stack'
import type { KernelAsked } from '../../model/kernel-asked.ts'
import type { Labels } from '../../model/row.ts'

/** What the kernels of these experiments differ in; the rest is as FreeBSD 5.3 had it. */
export interface KernelChoice {
  readonly scheduler: '4bsd' | 'ule'
  readonly wakeup: SchedulerRules['wakeup']
  readonly actions: ActionsName
  /** How long a sender holds the lock of the table of control blocks. */
  readonly table: PcbHashHeld
  readonly netisr: 'one thread' | 'one per CPU'
  readonly dispatch: 'deferred' | 'direct'
}

/** Values that are to be combined, each with each. */
export type KernelGrid = { readonly [K in keyof KernelChoice]: readonly KernelChoice[K][] }

/** FreeBSD 5.3's own. */
export const ERA: KernelChoice = {
  scheduler: '4bsd',
  wakeup: 'preempt',
  actions: 'under-lock',
  table: 'output',
  netisr: 'one thread',
  dispatch: 'deferred',
}

/** All that can be chosen, but for direct dispatch, which hands nothing over. */
export const WHOLE_GRID: KernelGrid = {
  scheduler: ['4bsd', 'ule'],
  wakeup: WAKEUP_NAMES,
  actions: ['under-lock', 'after-unlock'],
  table: ['output', 'lookup'],
  netisr: ['one thread', 'one per CPU'],
  dispatch: ['deferred'],
}

/** With nothing handed over and no lock held, the number of netisr threads has nothing to do. */
export const CONTROL: readonly KernelChoice[] = kernelsIn({
  scheduler: ['4bsd', 'ule'],
  wakeup: ['preempt'],
  actions: ['after-unlock'],
  table: ['lookup'],
  netisr: ['one thread', 'one per CPU'],
  dispatch: ['direct'],
})

export function kernelsIn(grid: KernelGrid): KernelChoice[] {
  const { scheduler, wakeup, actions, table, netisr, dispatch } = grid
  const each = <V, R>(values: readonly V[], then: (value: V) => R[]): R[] => values.flatMap(then)
  return each(scheduler, (a) =>
    each(wakeup, (b) =>
      each(actions, (c) =>
        each(table, (d) =>
          each(netisr, (e) =>
            dispatch.map((f) => ({
              scheduler: a,
              wakeup: b,
              actions: c,
              table: d,
              netisr: e,
              dispatch: f,
            })),
          ),
        ),
      ),
    ),
  )
}

/** The kernel, which counts what wakeups lead to. */
export function kernelOf(choice: KernelChoice): KernelAsked {
  const { scheduler, wakeup, actions, table, netisr, dispatch } = choice
  const part = layOver(preset('freebsd-5.3'), {
    scheduler: { policy: scheduler, wakeup },
    netisr: {
      dispatch,
      ...(netisr === 'one per CPU' && { threads: 'all' as const, bind: true }),
      // What is compared under direct dispatch is the number of threads alone.
      ...((netisr === 'one per CPU' || dispatch === 'direct') && { policy: 'flow' as const }),
    },
    actions,
    locks: { pcbHashHeld: table },
  })
  return { base: { part, labels: labelsOf(choice) }, statistics: true }
}

/** What rows say of it. */
export function labelsOf(choice: KernelChoice): Labels {
  const { scheduler, wakeup, actions, netisr, dispatch } = choice
  const name = scheduler === 'ule' ? 'ULE' : '4BSD'
  return { scheduler: name, wakeup, actions, held: heldOver(choice), netisr, dispatch }
}

/**
 * Which locks a sender holds when it hands a packet on: that of its block where output is an action
 * under that lock, and that of the table where this is held over output.
 */
export function heldOver({ actions, table }: Pick<KernelChoice, 'actions' | 'table'>): string {
  const block = actions === 'under-lock'
  if (table === 'output') return block ? 'table and block' : 'table'
  return block ? 'block' : 'no lock'
}
