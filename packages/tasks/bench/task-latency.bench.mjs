import { bench } from '@smpnet/testing'
import { variants } from './support/pools.mjs'

/** One task that does nothing, again and again, beside the pools that people use. */
await bench(import.meta.url, {
  name: 'null task, one at a time',
  what: 'task',
  baseline: 'piscina, 1 worker',
  variants: variants(1),
})
