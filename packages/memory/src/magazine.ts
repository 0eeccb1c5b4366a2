import { alignUp, CACHE_LINE_BYTES, WORD_BYTES } from './address.ts'

/**
 * A magazine: a count and that many addresses of free items. Whoever holds it owns it, a CPU or
 * the depot, so all of it is (o); its first word links
 * the depot's stacks.
 */
export const MAGAZINE = { count: WORD_BYTES, items: 2 * WORD_BYTES } as const

/** Bytes of a magazine for `items` items: whole lines, since its owner changes with all of it. */
export function magazineBytes(items: number): number {
  return alignUp(MAGAZINE.items + items * WORD_BYTES, CACHE_LINE_BYTES)
}
