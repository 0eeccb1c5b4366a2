import {
  allowBothMemories,
  LiveMemory,
  type Memory,
  PricedMemory,
  type Pricer,
} from '../src/index.ts'

// These suites run on both kinds, and measure nothing.
allowBothMemories()

/** A pricer that only writes the bill down. */
export class Bill implements Pricer {
  readonly items: string[] = []
  ahead = false

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
  charge(work: number, times: number): void {
    this.items.push(`charge ${work} x ${times}`)
  }
  pause(attempt: number): void {
    this.items.push(`pause ${attempt}`)
  }
  settled(): boolean {
    return !this.ahead
  }
  claimed(): boolean {
    return this.settled()
  }
  owned(): boolean {
    return this.settled()
  }
  failed(): void {}
}

/** Both kinds of memory, for suites that both must pass. */
export const kinds: readonly [string, (bytes: number) => Memory][] = [
  ['live', (bytes) => LiveMemory.create(bytes)],
  ['priced', (bytes) => new PricedMemory(bytes, new Bill())],
]

/** Runs a generator that has no reason to wait, and returns what it returned. */
export function run<T>(waiting: Generator<number, T, number>): T {
  const step = waiting.next(0)
  if (step.done) return step.value
  throw new Error(`nothing makes it wait here, and it yielded ${step.value}`)
}
