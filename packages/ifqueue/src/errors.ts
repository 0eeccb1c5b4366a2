/** A mistake of the caller: the queue is as it was, and stays usable. */
export class QueueMisuse extends Error {
  override name = 'QueueMisuse'
}

/** The queue is closed: it takes no more records. */
export class QueueClosed extends Error {
  override name = 'QueueClosed'
}

/** All that were to send, or to receive, have ended, and nobody has come in their place. */
export class QueueAbandoned extends Error {
  override name = 'QueueAbandoned'
}

/** The time that a wait was given is over. The platform calls such errors by the same name. */
export class QueueTimeout extends Error {
  override name = 'TimeoutError'
}

/** The value is none that can be cloned. */
export class CannotSend extends Error {
  override name = 'CannotSend'
}
