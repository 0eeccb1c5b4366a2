export {
  type ChromeEvent,
  type ChromeTrace,
  chromeTrace,
  type TraceContent,
} from './chrome-trace.ts'
export { Counters, type CountersHandle } from './counters.ts'
export type { EventDetails, EventKind, TraceEvent } from './event.ts'
export { EventRing, type RingContent, type RingHandle, Tracer } from './event-ring.ts'
