import { YIELD, type Waiter, type Waiting } from '@smpnet/park'
import type { Slice } from '@smpnet/testing'
import type { KernelHost, KernelProgram } from '../../model/kernel-program.ts'
import { oneOperation } from './one-operation.ts'

const THREADS = 2

class YieldsProgram implements KernelProgram<number, undefined> {
  needs(_batch: number, cpus: number) {
    return { bytes: 64, threads: THREADS * cpus }
  }

  place(): undefined {}

  clients(_batch: number, cpus: number): number {
    return cpus
  }

  start(batch: number, _shared: undefined, { cpu, scheduler, client }: KernelHost): void {
    scheduler.spawn(yielding, { name: `other ${cpu.id}`, pinned: true })
    const body = (_td: Waiter, slice: Slice) => counting(slice, batch)
    client(`one ${cpu.id}`, body, { pinned: true })
  }

  prices(): Readonly<Record<string, number>> {
    return { 'clock-read': 0 }
  }
}

function* yielding(): Waiting {
  for (;;) yield YIELD
}

/** To give the CPU away and to have it back are two switches. */
function* counting(slice: Slice, batch: number): Waiting<number> {
  let count = 0
  let beganNs = slice.nowNs()
  do {
    for (let turn = 0; turn < batch; turn++) yield YIELD
    const endedNs = slice.nowNs()
    slice.record((endedNs - beganNs) / (THREADS * batch))
    beganNs = endedNs
    count += THREADS * batch
  } while (!slice.done(count))
  return count
}

/** Two threads per CPU that do nothing but yield: a switch, and nothing else. */
export const yields = oneOperation(new YieldsProgram(), {
  name: 'yield',
  metric: 'switch',
  summary: 'two threads per CPU yield to each other: a bare context switch',
})
