import type { Waiter, Waiting } from '@smpnet/park'
import type { Checker } from '@smpnet/park/model'
import { SocketMisuse } from '../errors.ts'
import type { LockedSocket } from '../locked/locked-socket.ts'
import type { LockScheme } from '../locked/schemes/lock-scheme.ts'
import { type SockFaults, SockWorld } from './sock-world.ts'

/** What a model checker gives the program that it runs; `@smpnet/interleave` does. */
export interface ModelThreads {
  thread(name: string, body: () => void): void
  after(check: () => void): void
  /** What is done when a thread has died, if one may. */
  onDeath(burial: (dead: { readonly number: number }) => void): void
}

export interface SockProgram {
  readonly name: string
  /** What each of its executions must come to. */
  readonly promise: string
  /** Threads of the program. */
  readonly threads: number
  /** Bytes of a buffer; 1 unless told, so that one fills it. */
  readonly bytes?: number
  readonly start: (world: SockWorld, threads: ModelThreads) => void
}

/** A program for a checker, over a world that it makes anew for each execution. */
export function sockProgram(
  checker: Checker,
  scheme: LockScheme,
  { threads, bytes = 1, start }: SockProgram,
  faults?: SockFaults,
) {
  return (model: ModelThreads): void =>
    start(new SockWorld(checker, scheme, threads, faults, bytes), model)
}

export const ONE = Uint8Array.of(7)

export function listening(world: SockWorld, backlog: number): LockedSocket {
  const listener = world.create()
  world.now((td) => listener.listen(td, backlog))
  return listener
}

/** Sends, and says 0 where the socket sends nothing more. */
export function* sends(td: Waiter, socket: LockedSocket): Waiting<number> {
  try {
    return yield* socket.send(td, ONE)
  } catch (error) {
    if (error instanceof SocketMisuse) return 0
    throw error
  }
}

export function receives(td: Waiter, socket: LockedSocket): Waiting<number> {
  return socket.receive(td, new Uint8Array(1))
}

/** A call that may find the state taken by another. */
export function tries(call: () => void): void {
  try {
    call()
  } catch (error) {
    if (!(error instanceof SocketMisuse)) throw error
  }
}

export function closeAll(world: SockWorld, ...sockets: LockedSocket[]): void {
  for (const socket of sockets) world.now((td) => socket.close(td))
  expectThat(world.inUse() === 0, `${world.inUse()} blocks are left`)
}

export function expectThat(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise)
}
