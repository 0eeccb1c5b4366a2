import type { EventDetails, EventKind, TraceEvent } from './event.ts'

/**
 * Export in the Trace Event Format, the JSON that ui.perfetto.dev and chrome://tracing open ("Trace
 * Event Format", Google, 2016): complete events `X` for what ran, instant events `i` for marks, and
 * metadata `M` for names. Times are in microseconds, with fractions.
 *
 * A CPU records only what it runs from now on, so that a switch costs it one event. The intervals
 * of the picture are made here: a run lasts until the next run of its CPU begins, and the last run
 * until the last event, since nothing says that it went on. While a CPU runs number 0 it is idle,
 * and nothing is drawn.
 *
 * All functions here are plain, over plain data, and touch no shared memory: the exporter may run
 * in any thread, long after the events.
 */
export interface ChromeTrace {
  readonly traceEvents: readonly ChromeEvent[]
  readonly displayTimeUnit: 'ns'
  readonly otherData: EventDetails
}

export interface ChromeEvent {
  readonly name: string
  readonly ph: 'X' | 'i' | 'M'
  readonly pid: number
  readonly tid: number
  readonly ts: number
  readonly dur?: number
  /** Scope of an instant event: its track. */
  readonly s?: 't'
  /** Kinds to filter by: some readers need one of every event. */
  readonly cat: 'run' | 'mark' | '__metadata'
  readonly args: EventDetails
}

/** What is exported. */
export interface TraceContent {
  /** Of each CPU: its number and its events, oldest first. */
  readonly cpus: readonly { readonly cpu: number; readonly events: readonly TraceEvent[] }[]
  /** The kinds, by their numbers. */
  readonly kinds: readonly EventKind[]
  /** Names of what `one` and `other` stand for, such as threads. */
  readonly names?: ReadonlyMap<number, string>
  /** What the machine is called. */
  readonly title?: string
  /** Facts about the trace as a whole, such as the seed of a simulation. */
  readonly facts?: EventDetails
}

const MACHINE = 1
const NS_PER_US = 1000

/** Makes a trace with one track for each CPU. Throws a RangeError for an event of no known kind. */
export function chromeTrace(content: TraceContent): ChromeTrace {
  const { cpus, title = 'smpnet', facts = {} } = content
  return {
    traceEvents: [
      metadata('process_name', 0, { name: title }),
      ...cpus.flatMap(({ cpu, events }) => track(content, cpu, events)),
    ],
    displayTimeUnit: 'ns',
    otherData: facts,
  }
}

function track(
  content: TraceContent,
  cpu: number,
  events: readonly TraceEvent[],
): readonly ChromeEvent[] {
  const heads = [
    metadata('thread_name', cpu + 1, { name: `CPU ${cpu}` }),
    metadata('thread_sort_index', cpu + 1, { sort_index: cpu }),
  ]
  return [...heads, ...drawn(content, cpu + 1, events)]
}

/** The events of a track in order of time; a run is written down when it is over. */
function drawn(
  content: TraceContent,
  tid: number,
  events: readonly TraceEvent[],
): readonly ChromeEvent[] {
  const nameOf = (number: number): string =>
    content.names?.get(number) ?? `0x${number.toString(16)}`
  const out: ChromeEvent[] = []
  let running: TraceEvent | undefined
  const endRun = (timeNs: number): void => {
    if (running === undefined || running.one === 0) return
    const details = kindOf(content, running).details?.(running, nameOf) ?? {}
    out.push(run(nameOf(running.one), tid, running.timeNs, timeNs, details))
  }
  for (const event of events) {
    const kind = kindOf(content, event)
    if (kind.shape === 'run') {
      endRun(event.timeNs)
      running = event
    } else out.push(mark(kind, tid, event, nameOf))
  }
  endRun(events.at(-1)?.timeNs ?? 0)
  return out.sort((one, other) => one.ts - other.ts)
}

function kindOf({ kinds }: TraceContent, event: TraceEvent): EventKind {
  const kind = kinds[event.kind]
  if (kind !== undefined) return kind
  throw new RangeError(
    `a trace with ${kinds.length} kinds of events has none of number ${event.kind}`,
  )
}

function run(
  name: string,
  tid: number,
  fromNs: number,
  toNs: number,
  args: EventDetails,
): ChromeEvent {
  const ts = fromNs / NS_PER_US
  return { name, cat: 'run', ph: 'X', pid: MACHINE, tid, ts, dur: toNs / NS_PER_US - ts, args }
}

function mark(
  kind: EventKind,
  tid: number,
  event: TraceEvent,
  nameOf: (number: number) => string,
): ChromeEvent {
  const args = kind.details?.(event, nameOf) ?? {}
  const ts = event.timeNs / NS_PER_US
  return { name: kind.name, cat: 'mark', ph: 'i', s: 't', pid: MACHINE, tid, ts, args }
}

function metadata(name: string, tid: number, args: EventDetails): ChromeEvent {
  return { name, cat: '__metadata', ph: 'M', pid: MACHINE, tid, ts: 0, args }
}
