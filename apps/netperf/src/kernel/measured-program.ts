import { Gate, type Host, type Needs, type Program, type Site } from '@smpnet/stack'
import type { Thread } from '@smpnet/scheduler'
import type { Waiting } from '@smpnet/park'
import type { KernelProgram, SliceBody } from '../model/kernel-program.ts'
import { KernelSlice } from '../model/kernel-slice.ts'
import type { Workload } from '../model/workload.ts'
import { hostCounters } from '../workloads/clocks/host-counters.ts'
import { workloads } from '../workloads/index.ts'
import { stretchEndNs } from './stretches.ts'
import type {
  BeginReport,
  ClientReport,
  MeasuredSettings,
  MeasuredShared,
  Pace,
} from './kernel-args.ts'

type AlarmPace = Extract<Pace, { kind: 'alarm' }>

type Named = Pick<MeasuredSettings, 'workload' | 'settings'>

/** The program of a workload, whose clients run slices at the machine's pace and report each. */
export const measuredProgram: Program<MeasuredSettings, MeasuredShared> = {
  counters: hostCounters,
  needs: (told, cpus): Needs => programOf(told).needs(told.settings, cpus),
  prices: (told) => programOf(told).prices?.(told.settings) ?? {},

  place(told, site: Site): MeasuredShared {
    const gate = told.pace.kind === 'gate' ? Gate.place(site.arena).at : undefined
    return { own: programOf(told).place(told.settings, site), gate, began: {} }
  },

  start(told, shared, host: Host): void {
    const { pace } = told
    programOf(told).start(told.settings, shared.own, {
      ...host,
      client(name, body, { prepare, ...options } = {}) {
        host.scheduler.spawn(
          function* (td): Waiting {
            if (prepare !== undefined) yield* prepare(td as Thread)
            yield* paced(td as Thread, body, pace, shared)
          },
          { ...options, name },
        )
      },
    })
  },
}

function programOf({ workload }: Named): KernelProgram {
  const { kernel } = workloads.get(workload) as Workload
  if (kernel !== undefined) return kernel
  throw new Error(`expected a workload that our kernel runs, got "${workload}"`)
}

/** How many reports end a slice. */
export function clientsOf(told: Named, cpus: number): number {
  return programOf(told).clients(told.settings, cpus)
}

/** Whether a client's slice ends by itself, and is as long as it is. */
export function endsByItself(told: Named): boolean {
  return programOf(told).mostNs !== undefined
}

/** Virtual ns that a slice may take. */
export function mostNsOf(told: Named, durationNs: number): number {
  return Math.max(durationNs, programOf(told).mostNs?.(told.settings) ?? 0)
}

function paced(td: Thread, body: SliceBody, pace: Pace, shared: MeasuredShared): Waiting {
  if (pace.kind === 'gate') return atGate(td, body, new Gate(td.lot.memory, shared.gate as number))
  return pace.stretches === 1 ? byAlarm(td, body, pace) : inStretches(td, body, pace, shared.began)
}

function* atGate(td: Thread, body: SliceBody, gate: Gate): Waiting {
  const slice = new KernelSlice(td, () => gate.closed)
  for (let round = 1; ; round++) {
    yield* gate.wait(td, round)
    yield* runSlice(td, body, slice, 0)
    slice.clear()
  }
}

/**
 * One slice of a client's own time. An alarm rings on the CPU where it was set, so that a look at
 * whether it has costs nothing.
 */
function* byAlarm(td: Thread, body: SliceBody, { durationNs }: AlarmPace): Waiting {
  let ended = false
  const beganNs = td.pcpu.now()
  td.pcpu.alarm(durationNs, () => (ended = true))
  td.pcpu.report({ begins: true, stretch: 0, beganNs } satisfies BeginReport)
  yield* runSlice(td, body, new KernelSlice(td, () => ended), 0)
}

/**
 * Stretches begin and end at the same moments for all clients, and a client that has measured enough
 * works on, so that what they do in one is what they do together. If each measured from where its
 * last operation ended, one that is let in again after it has starved would begin with its good
 * time, and the sum of such times be more than there ever was.
 */
function* inStretches(
  td: Thread,
  body: SliceBody,
  { durationNs }: AlarmPace,
  began: { ns?: number },
): Waiting {
  const beganNs = (began.ns ??= td.pcpu.now())
  const leftNs = (stretch: number): number =>
    beganNs + stretchEndNs(durationNs, stretch) - td.pcpu.now()
  for (let stretch = 0; ; stretch++) {
    if (leftNs(stretch) <= 0) {
      reportNothing(td, stretch)
      continue
    }
    let ended = false
    td.pcpu.alarm(leftNs(stretch), () => (ended = true))
    td.pcpu.report({ begins: true, stretch, beganNs } satisfies BeginReport)
    yield* runSlice(td, body, new KernelSlice(td, () => ended), stretch)
  }
}

/** The client was held up, or came later, for all of the stretch. */
function reportNothing(td: Thread, stretch: number): void {
  const ns = td.pcpu.now()
  const none = { count: 0, pages: {}, tallies: {} }
  td.pcpu.report({ stretch, startNs: ns, endNs: ns, ...none } satisfies ClientReport)
}

function* runSlice(td: Thread, body: SliceBody, slice: KernelSlice, stretch: number): Waiting {
  const startNs = td.pcpu.now()
  const count = yield* body(td, slice)
  const endNs = slice.endNs ?? td.pcpu.now()
  const figures = { pages: slice.pages(), tallies: slice.tallies() }
  td.pcpu.report({ stretch, count, startNs, endNs, ...figures } satisfies ClientReport)
}
