/** What a receiver is told of a datagram besides its bytes. It belongs to the caller, for reuse. */
export class Received {
  /** Where the datagram came from. */
  address = 0
  port = 0
  /** Bytes of the datagram, of which as many were received as there was room for. */
  bytes = 0
  /** Whether the room was too small, and the rest is lost: MSG_TRUNC. */
  isTruncated = false
}
