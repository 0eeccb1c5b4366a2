import type { Address, Memory } from '@smpnet/memory'
import type { FlowQueues } from './flow-queues.ts'

/** No flow. */
export const NONE = -1

/** Flows one behind the other: two words, the first and the last, each a number and 1 more. */
export class FlowList {
  constructor(
    readonly memory: Memory,
    readonly at: Address,
    readonly flows: FlowQueues,
  ) {}

  /** The first flow, or NONE. */
  first(): number {
    return this.memory.read(this.at) - 1
  }

  append(flow: number): void {
    const { memory, at, flows } = this
    flows.set(flow, 'next', 0)
    if (memory.read(at) === 0) memory.write(at, flow + 1)
    else flows.set(memory.read(at + 4) - 1, 'next', flow + 1)
    memory.write(at + 4, flow + 1)
  }

  removeFirst(): void {
    this.memory.write(this.at, this.flows.get(this.first(), 'next'))
  }

  clear(): void {
    this.memory.write(this.at, 0)
  }
}
