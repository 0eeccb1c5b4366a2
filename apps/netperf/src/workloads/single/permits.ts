import type { Address } from '@smpnet/memory'
import type { Waiter, Waiting } from '@smpnet/park'
import { Semaphore } from '@smpnet/sync'
import type { Site } from '@smpnet/stack'
import type { Slice } from '@smpnet/testing'
import type { KernelHost, KernelProgram } from '../../model/kernel-program.ts'
import { oneOperation } from './one-operation.ts'

const LINE = 64

class PermitsProgram implements KernelProgram<number, Address> {
  needs(_batch: number, cpus: number) {
    return { bytes: cpus * LINE, threads: cpus }
  }

  place(_batch: number, { arena, cpus }: Site): Address {
    return arena.place('semaphores', cpus * LINE)
  }

  clients(_batch: number, cpus: number): number {
    return cpus
  }

  start(batch: number, semaphores: Address, { cpu, client }: KernelHost): void {
    const own = new Semaphore(cpu.memory, semaphores + LINE * cpu.id, 1)
    const body = (td: Waiter, slice: Slice) => passing(td, own, slice, batch)
    client(`one ${cpu.id}`, body, { pinned: true })
  }

  prices(): Readonly<Record<string, number>> {
    return { 'clock-read': 0 }
  }
}

/** Gives a permit and takes it again, which never waits. */
function* passing(td: Waiter, own: Semaphore, slice: Slice, batch: number): Waiting<number> {
  let count = 0
  let beganNs = slice.nowNs()
  do {
    for (let turn = 0; turn < batch; turn++) {
      if (!own.tryRelease()) yield* own.release(td)
      if (!own.tryAcquire()) yield* own.acquire(td)
    }
    const endedNs = slice.nowNs()
    slice.record((endedNs - beganNs) / batch)
    beganNs = endedNs
    count += batch
  } while (!slice.done(count))
  return count
}

/** Each CPU's thread gives a permit and takes it: four accesses of a word, and their code. */
export const permits = oneOperation(new PermitsProgram(), {
  name: 'permit',
  metric: 'pair',
  summary:
    'a thread per CPU releases and acquires a semaphore of its own: accesses and their code',
})
