/** A configuration that cannot be, with a sentence that says what was expected and what came. */
export class BadNetisr extends RangeError {
  override name = 'BadNetisr'
}

/** A protocol that this isolate has not registered. */
export class UnknownProtocol extends RangeError {
  override name = 'UnknownProtocol'
}

/** A protocol that another CPU has registered otherwise. */
export class ProtocolMismatch extends TypeError {
  override name = 'ProtocolMismatch'
}
