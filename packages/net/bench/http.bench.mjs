import { bench } from '@smpnet/testing'
import { variants } from './support/hello.mjs'

/** Hello world over HTTP, 16 requests at a time, by the clients that people use. */
await bench(import.meta.url, {
  name: 'HTTP hello world, 16 in flight',
  measure: 'rate',
  what: 'request',
  baseline: 'http, loopback',
  variants: { ...variants('http', 16), ...variants('undici', 16) },
})
