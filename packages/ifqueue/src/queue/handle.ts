import {
  type Address,
  BadHandle,
  came,
  expectHandle,
  expectSame,
  type HandleKind,
  LiveMemory,
} from '@smpnet/memory'
import { type DomainHandle, SyncDomain } from '@smpnet/sync'
import { KINDS, partsOf, RING, RING_MAGIC, type RingShape } from '../records/ring-shape.ts'

/** What another thread needs to use a queue; it can be cloned and posted. */
export interface QueueHandle {
  readonly domain: DomainHandle
  /** Where in the domain's buffer the ring is. */
  readonly at: Address
  readonly shape: RingShape
}

const SHAPE: HandleKind = {
  of: 'a queue',
  fields: { kind: 'text', cells: 'count', recordBytes: 'count', threads: 'count' },
}

const HANDLE: HandleKind = {
  of: 'a queue',
  fields: { domain: 'any', at: 'address', shape: SHAPE },
}

/** Writes what a handle has to agree with. The ring's bytes are all zero. */
export function writeShape(memory: LiveMemory, at: Address, shape: RingShape): void {
  const { offset } = RING
  const [kind, cells, recordBytes, threads] = figuresOf(shape)
  memory.write(at + offset.kind, kind!)
  memory.write(at + offset.cells, cells!)
  memory.write(at + offset.recordBytes, recordBytes!)
  memory.write(at + offset.threads, threads!)
  memory.store(at + offset.magic, RING_MAGIC)
}

/** Throws BadHandle unless it is the handle of a queue that is there, in this version. */
export function expectQueue(handle: QueueHandle): LiveMemory {
  expectHandle(HANDLE, handle)
  const { domain, at, shape } = handle
  SyncDomain.expect(domain)
  const memory = new LiveMemory(domain.buffer)
  const found = at + RING.size <= memory.size ? memory.load(at + RING.offset.magic) : 0
  if (found !== RING_MAGIC) {
    throw new BadHandle(
      `the handle of a queue of this version leads to 0x${RING_MAGIC.toString(16)}: ` +
        `0x${(found >>> 0).toString(16)} is at ${came(at)}`,
    )
  }
  const { kind, cells, recordBytes, threads } = RING.offset
  const made = [kind, cells, recordBytes, threads].map((offset) => memory.load(at + offset))
  expectSame('a queue', made, figuresOf(shape))
  expectSame('a queue', [true], [at + partsOf(shape).end <= memory.size])
  return memory
}

function figuresOf({ kind, cells, recordBytes, threads }: RingShape): number[] {
  return [KINDS.indexOf(kind), cells, recordBytes, threads]
}
