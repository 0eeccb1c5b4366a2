import { expectMethods } from '@smpnet/memory'
import { expectWaiter } from '../lot/no-waiter.ts'

/** Throws NoWaiter, or a TypeError, unless a driver is given a waiter and its generator. */
export function expectDriven(td: unknown, waiting: unknown, driver: string): void {
  expectWaiter(td, driver, 'what is offered to it, as `mutex.lockSync()` or `await mutex.lock()`')
  const next = (waiting as { readonly next?: unknown } | null | undefined)?.next
  if (typeof next !== 'function') expectMethods('what a driver drives', waiting, ['next'])
}
