import type { Cpu, Executive } from '@smpnet/machine'
import type { Address } from '@smpnet/memory'
import { CACHE_LINE_BYTES } from '@smpnet/memory'
import { Scheduler } from '@smpnet/scheduler'
import { Netisr } from '../netisr.ts'
import type { NetisrHandle } from '../shape/netisr-shape.ts'
import { ItemServer } from './item-server.ts'
import { Slots, type SlotsHandle } from './slots.ts'

/** What the CPUs of a dispatcher share; it can be cloned and posted. */
export interface ItemsHandle {
  readonly netisr: NetisrHandle
  readonly slots: SlotsHandle
  /** A line for each CPU: whether the promise that it awaits is settled. */
  readonly settled: Address
}

export interface DispatcherBootArgs {
  readonly items: ItemsHandle
  readonly module: string
  readonly name: string
}

/** The one protocol of a dispatcher's netisr. */
export const ITEMS = { number: 0, name: 'items', policy: 'flow' } as const

/** The module that the CPUs of a dispatcher boot: a worker of netisr on each, and nothing else. */
export default async function boot(cpu: Cpu, args: DispatcherBootArgs): Promise<Executive> {
  const { items, module, name } = args
  const exported = (await import(module)) as Record<string, unknown>
  const handle = exported[name]
  if (typeof handle !== 'function') {
    const names = Object.keys(exported).join(', ') || 'nothing'
    throw new TypeError(`${module} exports ${names}: expected a function ${name}`)
  }
  const slots = new Slots(cpu.memory, items.slots)
  const settled = items.settled + cpu.id * CACHE_LINE_BYTES
  const server = new ItemServer(cpu, slots, handle as (item: unknown) => unknown, settled)
  const netisr = new Netisr(cpu.memory, items.netisr, slots)
  netisr.register({ ...ITEMS, handler: server, drained: () => server.drained() })
  const scheduler = new Scheduler(cpu)
  netisr.start(scheduler)
  return Object.assign(scheduler, { awaits: () => server.isAwaiting })
}
