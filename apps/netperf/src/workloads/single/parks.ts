import type { Address, Memory } from '@smpnet/memory'
import type { Waiter, Waiting } from '@smpnet/park'
import { Semaphore } from '@smpnet/sync'
import type { Site } from '@smpnet/stack'
import type { Slice } from '@smpnet/testing'
import type { KernelHost, KernelProgram } from '../../model/kernel-program.ts'
import { oneOperation } from './one-operation.ts'

const THREADS = 2
const LINE = 64

class ParksProgram implements KernelProgram<number, Address> {
  needs(_batch: number, cpus: number) {
    return { bytes: THREADS * cpus * LINE, threads: THREADS * cpus }
  }

  place(_batch: number, { arena, cpus }: Site): Address {
    return arena.place('semaphores', THREADS * cpus * LINE)
  }

  clients(_batch: number, cpus: number): number {
    return cpus
  }

  start(batch: number, semaphores: Address, { cpu, scheduler, client }: KernelHost): void {
    const own = (index: number) => turnOf(cpu.memory, semaphores, THREADS * cpu.id + index)
    const [mine, others] = [own(0), own(1)] as const
    scheduler.spawn((td) => answering(td, others, mine), { name: `other ${cpu.id}`, pinned: true })
    const body = (td: Waiter, slice: Slice) => asking(td, others, mine, slice, batch)
    client(`one ${cpu.id}`, body, { pinned: true })
  }

  prices(): Readonly<Record<string, number>> {
    return { 'clock-read': 0 }
  }
}

/** A semaphore without a permit: a thread has its turn when its own has one. */
function turnOf(memory: Memory, semaphores: Address, index: number): Semaphore {
  return new Semaphore(memory, semaphores + LINE * index, 1)
}

/** Waits for its turn, and gives the other thread the next, for ever. */
function* answering(td: Waiter, mine: Semaphore, others: Semaphore): Waiting {
  for (;;) {
    if (!mine.tryAcquire()) yield* mine.acquire(td)
    if (!others.tryRelease()) yield* others.release(td)
  }
}

/** To give the other thread its turn and to wait for one's own are two wakes and two parks. */
function* asking(
  td: Waiter,
  others: Semaphore,
  mine: Semaphore,
  slice: Slice,
  batch: number,
): Waiting<number> {
  let count = 0
  let beganNs = slice.nowNs()
  do {
    for (let turn = 0; turn < batch; turn++) {
      if (!others.tryRelease()) yield* others.release(td)
      if (!mine.tryAcquire()) yield* mine.acquire(td)
    }
    const endedNs = slice.nowNs()
    slice.record((endedNs - beganNs) / (THREADS * batch))
    beganNs = endedNs
    count += THREADS * batch
  } while (!slice.done(count))
  return count
}

/** Two threads per CPU wake each other and park: a wait and a switch, and nothing to wait for. */
export const parks = oneOperation(new ParksProgram(), {
  name: 'park',
  summary: 'two threads per CPU give each other turns by semaphores: a wake, a park and a switch',
})
