import { NIL } from '@smpnet/memory'
import { type Parking, Waiter } from '@smpnet/park'

/** A thread of CPU `cpu` that only reads: it never waits, so that it needs no entry nor a lot. */
export function readerOn(cpu: number): Waiter {
  return new Waiter({ cpu } as Parking, NIL)
}
