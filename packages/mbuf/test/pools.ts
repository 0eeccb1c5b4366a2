import {
  allowBothMemories,
  Arena,
  LiveMemory,
  type Memory,
  PricedMemory,
  type Pricer,
  type Waiting,
} from '@smpnet/memory'
import { Mbufs, type MbufShape } from '../src/index.ts'

// These suites run on both kinds, and measure nothing.
allowBothMemories()

/** A pricer that counts accesses by kind, and is always settled unless told. */
export class Bill implements Pricer {
  readonly items: string[] = []
  isAhead = false

  read(line: number): void {
    this.items.push(`read ${line}`)
  }
  write(line: number): void {
    this.items.push(`write ${line}`)
  }
  update(line: number): void {
    this.items.push(`update ${line}`)
  }
  copy(first: number, last: number, bytes: number, writes: boolean): void {
    this.items.push(`copy ${bytes} ${writes ? 'to' : 'from'} ${first}..${last}`)
  }
  charge(): void {}
  pause(): void {}
  settled(): boolean {
    return !this.isAhead
  }
  claimed(): boolean {
    return this.settled()
  }
  owned(): boolean {
    return this.settled()
  }
  failed(): void {}
}

/** A pricer that keeps nothing. */
export class Free implements Pricer {
  read(): void {}
  write(): void {}
  update(): void {}
  copy(): void {}
  charge(): void {}
  pause(): void {}
  settled(): boolean {
    return true
  }
  claimed(): boolean {
    return this.settled()
  }
  owned(): boolean {
    return this.settled()
  }
  failed(): void {}
}

export const kinds: readonly [string, (bytes: number) => Memory][] = [
  ['live', (bytes) => LiveMemory.create(bytes)],
  ['priced', (bytes) => new PricedMemory(bytes, new Free())],
]

export const MEMORY_BYTES = 1 << 22

export const shape: MbufShape = {
  name: 'test',
  cpus: 2,
  mbufs: 64,
  clusters: { of2k: 32, of4k: 16, of9k: 8, of64k: 4 },
  owners: ['udp', 'socket'],
}

/** Buffers of a memory of their own. */
export function make(
  create: (bytes: number) => Memory = LiveMemory.create,
  more: Partial<MbufShape> = {},
): Mbufs {
  return Mbufs.create(Arena.create(create(MEMORY_BYTES)), { ...shape, ...more })
}

/** Runs a generator that has no reason to wait, and returns what it returned. */
export function run<T>(waiting: Waiting<T>): T {
  for (let i = 0; i < 1000; i++) {
    const step = waiting.next(0)
    if (step.done) return step.value
  }
  throw new Error('nothing makes it wait so long here')
}

/** Bytes from `from` on, each one more than the last. */
export function pattern(bytes: number, from = 0): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, i) => from + i)
}

/** What a packet holds. */
export function bytesOf(mbufs: Mbufs, packet: number): Uint8Array {
  const bytes = new Uint8Array(mbufs.length(packet))
  mbufs.copyOut(packet, 0, bytes, 0, bytes.length)
  return bytes
}
