export {
  type ChromeEvent,
  type ChromeTrace,
  chromeTrace,
  type TraceContent,
} from './chrome-trace.ts'
export { Counters, type CountersHandle } from './counters.ts'
export type { TraceEvent } from './event.ts'
export type { EventDetails, EventKind } from './event-kind.ts'
export { EventRing, type RingContent, type RingHandle } from './event-ring.ts'
export { Tracer } from './tracer.ts'
