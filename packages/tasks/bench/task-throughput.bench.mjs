import { bench } from '@smpnet/testing'
import { variants } from './support/pools.mjs'

/** Tasks that do nothing, 256 at a time, beside the pools that people use. */
await bench(import.meta.url, {
  name: 'null tasks, 256 in flight',
  measure: 'rate',
  what: 'task',
  baseline: 'piscina, 1 worker',
  variants: variants(256),
})
