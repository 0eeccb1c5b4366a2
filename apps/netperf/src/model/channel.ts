import type { Slice } from '@smpnet/testing'
import type { PairShape } from './pair-shape.ts'

/**
 * What a workload needs of an alternative: a channel that keeps the bytes alone, one that keeps
 * each message as a whole, or connections that the workload opens and closes itself.
 */
export type Carriage = Carried['over']

/** What a workload does over alternatives. */
export type Carried = ChannelProgram | ConnectionProgram

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
  readonly over: 'stream' | 'datagrams'
  /** Makes this end answer; called once for the lifetime of the channel. */
  serve(channel: Channel, shape: PairShape): void
  /** Runs one slice from this end and resolves to what it counts. */
  drive(channel: Channel, shape: PairShape, slice: Slice): Promise<number>
}

/** One end of a channel that was connected, or accepted, for one exchange. */
export interface Connection extends Channel {
  /** Called once, when the other end has closed and all that it wrote has come. */
  onEnd: () => void
  /** Writes nothing more. What was written still arrives, and then the other end hears of it. */
  close(): void
}

/** What a workload does over connections. */
export interface ConnectionProgram {
  readonly over: 'connections'
  /** Makes the accepted end of a connection answer; called for each. */
  serve(accepted: Connection, shape: PairShape): void
  /** Runs one slice, whose connections are made by `dial`, and resolves to what it counts. */
  drive(dial: () => Connection, shape: PairShape, slice: Slice): Promise<number>
}
