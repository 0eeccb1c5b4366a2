/** A handle or an address does not lead to what it should. */
export class BadHandle extends TypeError {
  override name = 'BadHandle'
}
