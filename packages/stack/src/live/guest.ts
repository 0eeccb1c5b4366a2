import { expectHandle, type HandleKind } from '@smpnet/memory'
import { attachLive, type Attached, type LiveHandle } from '@smpnet/machine/live'
import { SimRandom } from '@smpnet/machine/sim'
import type { Seat, Waiter } from '@smpnet/park'
import type { StackConfig } from '../config/stack-config.ts'
import { LockMaker } from '../locks/lock-maker.ts'
import { backoffOf } from '@smpnet/sync'
import { Net } from '../net/net.ts'
import type { NetHandle } from '../net/net-handle.ts'

/** What a thread outside needs to use a kernel's network; it can be cloned and posted. */
export interface GuestHandle {
  readonly machine: LiveHandle
  readonly config: StackConfig
  readonly net: NetHandle
  /** The number that is kept for the thread, if it was invited by `LiveStack.invite`. */
  readonly seat?: Seat
}

/** A handle for one thread, and the seat that it will have: by this it can be buried. */
export interface GuestInvitation extends Seat {
  readonly handle: GuestHandle
}

/**
 * A thread outside a running kernel that makes calls on its own stack, as a system call is made on
 * the CPU of its caller: calls of sockets whose names end in `Sync` block it, and it handles its
 * own packets where the configuration dispatches them directly. It has a number behind those of the
 * CPUs. Its locks are neither counted, nor watched, nor profiled. When the kernel has stopped, or
 * has failed, a call that waits throws KernelStopped within half a second, and the guest is over.
 */
export interface Guest {
  readonly net: Net
  /** Names the thread in each call. */
  readonly td: Waiter
  /** Gives the number back, when its sockets are closed. */
  detach(): void
}

/** A guest waits for a kernel that has stopped, or has failed: nobody there wakes it any more. */
export class KernelStopped extends Error {
  override name = 'KernelStopped'
  constructor() {
    super('a guest waits for a kernel that runs: this one has stopped, or a CPU of it has failed')
  }
}

const HANDLE: HandleKind = {
  of: "a kernel's network",
  fields: {
    machine: 'any',
    config: { of: 'a configuration', fields: {} },
    net: { of: 'a network', fields: { places: 'count' } },
  },
}

/**
 * Attaches this thread to a kernel. Throws BadHandle for what is no kernel of this version, and a
 * RangeError when as many threads as the configuration's `guests` are attached, or when the seat
 * that was kept for it was given up.
 */
export function attachGuest(guest: GuestHandle): Guest {
  expectHandle(HANDLE, guest)
  const { machine, seat } = guest
  const attached = attachLive(machine, seat)
  const { lot, detach } = attached
  const net = outsideNet(attached, guest)
  const td = watchedWaiter(attached)
  return {
    net,
    td,
    detach() {
      lot.releaseEntry(td.at)
      detach()
    },
  }
}

/** The network of a kernel as a thread outside uses it. */
export function outsideNet({ memory, lot }: Attached, { config, net }: GuestHandle): Net {
  const backoff = backoffOf(config.locks.backoff, config.machine.cpus)
  const locks = new LockMaker(false, undefined, undefined, backoff)
  const random = new SimRandom((config.machine.seed + lot.cpu) % 2 ** 32)
  const outside = new Net(memory, net, config, locks, random)
  outside.admit(lot.cpu, locks)
  return outside
}

/** A waiter of a thread outside, whose waits end by KernelStopped when the kernel has. */
export function watchedWaiter({ lot, hasStopped }: Attached): Waiter {
  const td = lot.waiter()
  td.wakersWatch = {
    expectAlive() {
      if (hasStopped()) throw new KernelStopped()
    },
  }
  return td
}
