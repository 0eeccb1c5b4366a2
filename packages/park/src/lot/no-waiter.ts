import { came } from '@smpnet/memory'

/** A call for threads, which names its waiter first, was made by plain code, which has none. */
export class NoWaiter extends TypeError {
  override name = 'NoWaiter'
}

/**
 * Throws NoWaiter unless `td` is a waiter. A call that waits is a generator: called by plain code
 * as if it were an ordinary function it would do nothing, and say nothing. So the call checks its
 * waiter before it makes the generator; `instead` is what plain code calls.
 */
export function expectWaiter(td: unknown, call: string, instead: string): void {
  const found = td as { readonly lot?: unknown; readonly at?: unknown } | null | undefined
  if (typeof found?.at === 'number' && typeof found.lot === 'object') return
  throw new NoWaiter(
    `${call}(td) is for threads, which wait by \`yield*\` and name their waiter first: ` +
      `${came(td)} came. Plain code calls ${instead}`,
  )
}
