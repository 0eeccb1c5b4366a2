import type { Slice } from '@smpnet/testing'

/**
 * One end of a two-way byte stream of an event loop, as thin as the alternatives that we compare
 * with allow: callbacks, no promise and no copy per message.
 */
export interface Channel {
  /** Sends bytes, which must not change afterwards. False: wait for `onDrain` before the next. */
  write(bytes: Uint8Array): boolean
  /** Called when `write` may be called again after it returned false. */
  onDrain: () => void
  /** Called with what arrived, in pieces of any size; the bytes are valid during the call only. */
  onBytes: (bytes: Uint8Array) => void
}

/** What a workload does over channels. */
export interface ChannelProgram {
  /** Makes this end answer; called once for the lifetime of the channel. */
  serve(channel: Channel, size: number): void
  /** Runs one slice from this end and resolves to what it counts. */
  drive(channel: Channel, size: number, slice: Slice): Promise<number>
}
