import { bench } from '@smpnet/testing'
import { variants } from './support/hello.mjs'

/** Echoes of a WebSocket of `ws`, one at a time. */
await bench(import.meta.url, {
  name: 'ws echo of 11 bytes',
  what: 'echo',
  baseline: 'ws, loopback',
  variants: variants('ws', 1),
})
