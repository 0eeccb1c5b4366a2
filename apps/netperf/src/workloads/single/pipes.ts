import type { Waiter, Waiting } from '@smpnet/park'
import {
  type EndHandle,
  SocketZone,
  type SocketZoneHandle,
  type StreamSocket,
} from '@smpnet/socket'
import type { Site } from '@smpnet/stack'
import type { Slice } from '@smpnet/testing'
import type { KernelHost, KernelProgram } from '../../model/kernel-program.ts'
import { receiveRest, sendRest } from '../sockets/socket-pairs.ts'
import { oneOperation } from './one-operation.ts'

interface Shared {
  readonly zone: SocketZoneHandle
  /** The two ends of each CPU's pipe. */
  readonly pipes: readonly (readonly [EndHandle, EndHandle])[]
}

const PIPE_BYTES = 64
/** What a pipe takes besides its two rings. */
const PAIR_BYTES = 4096

class PipesProgram implements KernelProgram<number, Shared> {
  needs(_batch: number, cpus: number) {
    return { bytes: cpus * PAIR_BYTES, threads: cpus }
  }

  place(_batch: number, { arena, lot, cpus }: Site): Shared {
    const shape = { pairs: cpus, bufferBytes: PIPE_BYTES, buffers: 2 * cpus }
    const handle = SocketZone.place(arena, shape)
    const zone = new SocketZone(lot, handle)
    const td = lot.waiter()
    const pipes = Array.from({ length: cpus }, () => {
      const [one, other] = zone.pairSync(td)
      return [one.handle, other.handle] as const
    })
    return { zone: handle, pipes }
  }

  clients(_batch: number, cpus: number): number {
    return cpus
  }

  start(batch: number, { zone, pipes }: Shared, { cpu, client }: KernelHost): void {
    const sockets = new SocketZone(cpu.lot, zone)
    const [one, other] = pipes[cpu.id]!.map((end) => sockets.end(end))
    const body = (td: Waiter, slice: Slice) => passing(td, one!, other!, slice, batch)
    client(`pipe ${cpu.id}`, body, { pinned: true })
  }

  prices(): Readonly<Record<string, number>> {
    return { 'clock-read': 0 }
  }
}

/** A send and a receive by one thread, which never waits. */
function* passing(
  td: Waiter,
  one: StreamSocket,
  other: StreamSocket,
  slice: Slice,
  batch: number,
): Waiting<number> {
  const token = new Uint8Array(1)
  let count = 0
  let beganNs = slice.nowNs()
  do {
    for (let turn = 0; turn < batch; turn++) {
      if (one.trySend(td, token) !== 1) yield* sendRest(td, one, token, 0)
      if (other.tryReceive(td, token) !== 1) yield* receiveRest(td, other, token, 0)
    }
    const endedNs = slice.nowNs()
    slice.record((endedNs - beganNs) / batch)
    beganNs = endedNs
    count += batch
  } while (!slice.done(count))
  return count
}

/** Each CPU's thread sends itself a byte: a send and a receive, and nothing else. */
export const pipes = oneOperation(new PipesProgram(), {
  name: 'pipe',
  metric: 'pass',
  detail: '1B',
  summary: 'a thread per CPU sends itself a byte: a send and a receive without a switch',
})
