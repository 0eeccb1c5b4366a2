import type { Slice } from '@smpnet/testing'
import type { PairShape } from './pair-shape.ts'

/** What a channel keeps of the messages that are written: their bytes alone, or each as a whole. */
export type Carriage = 'stream' | 'datagrams'

/**
 * One end of a two-way channel of an event loop, as thin as the alternatives that we compare with
 * allow: callbacks, no promise and no copy per message.
 */
export interface Channel {
  /** Sends bytes, which must not change afterwards. False: wait for `onDrain` before the next. */
  write(bytes: Uint8Array): boolean
  /** Called when `write` may be called again after it returned false. */
  onDrain: () => void
  /**
   * Called with what arrived, valid during the call only: of a stream in pieces of any size, of
   * datagrams each that was not lost.
   */
  onBytes: (bytes: Uint8Array) => void
}

/** What a workload does over channels. */
export interface ChannelProgram {
  /** What it needs of a channel. */
  readonly over: Carriage
  /** Makes this end answer; called once for the lifetime of the channel. */
  serve(channel: Channel, shape: PairShape): void
  /** Runs one slice from this end and resolves to what it counts. */
  drive(channel: Channel, shape: PairShape, slice: Slice): Promise<number>
}
