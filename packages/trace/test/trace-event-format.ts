/**
 * The rules of the Trace Event Format that this package's export depends on, checked on parsed JSON
 * and independently of the code that writes it. Phases and their fields are those of the format's
 * document; that complete events of one track nest or follow each other is what viewers need.
 */
interface Parsed {
  readonly traceEvents?: unknown
}

type Event = Readonly<Record<string, unknown>>

const FIELDS: Readonly<Record<string, (event: Event) => string | undefined>> = {
  X: ({ ts, dur }) => (isTime(ts) && isTime(dur) ? undefined : 'a complete event has ts and dur'),
  i: ({ ts, s }) => {
    return isTime(ts) && ['t', 'p', 'g'].includes(String(s))
      ? undefined
      : 'an instant has ts and s'
  },
  M: ({ name, args }) => {
    const key = name === 'thread_sort_index' ? 'sort_index' : 'name'
    return (args as Event)?.[key] === undefined ? `metadata ${name} says its ${key}` : undefined
  },
}

/** What is wrong with a trace, a sentence for each event. */
export function brokenRules(trace: Parsed): string[] {
  if (!Array.isArray(trace.traceEvents)) return ['a trace has a list of traceEvents']
  const ends = new Map<unknown, number>()
  return (trace.traceEvents as Event[]).flatMap((event, i) => {
    const wrong = brokenRule(event) ?? overlap(event, ends)
    return wrong === undefined ? [] : [`event ${i}: ${wrong}`]
  })
}

function brokenRule(event: Event): string | undefined {
  const rule = FIELDS[String(event['ph'])]
  if (rule === undefined) return `phase ${event['ph']} is none of ${Object.keys(FIELDS)}`
  if (typeof event['name'] !== 'string') return 'an event has a name'
  if (typeof event['cat'] !== 'string' || !isTime(event['ts'])) return 'an event has cat and ts'
  if (!Number.isInteger(event['pid']) || !Number.isInteger(event['tid'])) {
    return 'pid and tid are whole numbers'
  }
  return rule(event)
}

function overlap(event: Event, ends: Map<unknown, number>): string | undefined {
  if (event['ph'] !== 'X') return undefined
  const { tid, ts, dur } = event as { tid: number; ts: number; dur: number }
  const before = ends.get(tid) ?? 0
  ends.set(tid, ts + dur)
  // Times in microseconds are rounded in their last bit.
  return ts < before - 1e-6 ? `overlaps the one before it on track ${tid}` : undefined
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}
