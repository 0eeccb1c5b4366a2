/** What became of a packet that was sent. */
export type Sent = number

/** It was not taken, and counted: the caller has it still. */
export const DROPPED: Sent = 0
/** It is queued or with the device, which has it from now on. */
export const QUEUED: Sent = 1
