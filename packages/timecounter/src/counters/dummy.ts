import { type Counter, maskOf } from './counter.ts'

/** Counts its own reads, as if one came every microsecond: what FreeBSD boots with. */
export function dummyCounter(): Counter {
  let count = 0
  return {
    name: 'dummy',
    mask: maskOf(32),
    frequency: 1_000_000,
    quality: -1_000_000,
    read: () => (count = (count + 1) % 2 ** 32),
  }
}
