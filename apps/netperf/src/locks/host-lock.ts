import type { Address, Memory } from '@smpnet/memory'
import type { Outcome, Waiter, Waiting } from '@smpnet/park'
import type { Thread } from '@smpnet/scheduler'
import { lockTable } from '@smpnet/sync/kinds'
import type { KernelHost } from '../model/kernel-program.ts'

/** A lock of a program's threads, for packages that do not know threads. */
export interface HostLock {
  tryEnter(td: Waiter): boolean
  enter(td: Waiter): Waiting<Outcome>
  tryExit(td: Waiter): boolean
  exit(td: Waiter): Waiting<unknown>
  recover(td: Waiter): void
}

/** What a lock is called, and what it is, by its name in the table of locks. */
export interface HostLockName {
  readonly kind: string
  readonly name: string
  readonly type: string
  readonly place: string
}

/** A lock at an address, entered alone, as a kernel's configuration has it: watched, say. */
export function hostLock(
  { cpu, locks }: Pick<KernelHost, 'cpu' | 'locks'>,
  at: Address,
  { kind, ...named }: HostLockName,
): HostLock {
  const { lock, write } = bareLock(cpu.memory, cpu.cpus, at, kind, locks.backoff)
  const section = locks.make(write, named)
  return {
    tryEnter: (td) => section.tryEnter(td as Thread),
    enter: (td) => section.enter(td as Thread),
    tryExit: (td) => section.tryExit(td as Thread),
    exit: (td) => section.exit(td as Thread),
    recover: (td) => lock.recover?.(td),
  }
}

/** The same before there is a kernel. */
export function bareLock(
  memory: Memory,
  cpus: number,
  at: Address,
  kind: string,
  backoff?: KernelHost['locks']['backoff'],
) {
  const entry = lockTable.find(({ name }) => name === kind)!
  return entry.over({ memory, at, cpus, ...(backoff && { backoff }) })
}
