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
      client(name, body, { prepare = atOnce, ...options } = {}) {
        const client: Client = { body, prepare }
        host.scheduler.spawn((td) => paced(td as Thread, client, pace, shared), {
          ...options,
          name,
        })
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

/** What a client does, and what it does before it begins. */
interface Client {
  readonly body: SliceBody
  readonly prepare: (td: Thread) => Waiting
}

function* atOnce(): Waiting {}

/*
 * Each of these three is the outermost generator of its thread: a step goes through all that are
 * around it, so that there are as few as can be.
 */

function paced(td: Thread, client: Client, pace: Pace, shared: MeasuredShared): Waiting {
  switch (pace.kind) {
    case 'gate':
      return atGate(td, client, new Gate(td.lot.memory, shared.gate as number))
    case 'alarm':
      return byAlarm(td, client, pace.durationNs)
    case 'stretches':
      return inStretches(td, client, pace.durationNs, shared.began)
  }
}

function* atGate(td: Thread, { body, prepare }: Client, gate: Gate): Waiting {
  yield* prepare(td)
  const slice = new KernelSlice(td, () => gate.closed)
  for (let round = 1; ; round++) {
    yield* gate.wait(td, round)
    const startNs = td.pcpu.now()
    report(td, slice, 0, startNs, yield* body(td, slice))
    slice.clear()
  }
}

/**
 * One slice of a client's own time. An alarm rings on the CPU where it was set, so that a look at
 * whether it has costs nothing.
 */
function* byAlarm(td: Thread, { body, prepare }: Client, durationNs: number): Waiting {
  yield* prepare(td)
  let ended = false
  const beganNs = td.pcpu.now()
  td.pcpu.alarm(durationNs, () => (ended = true))
  td.pcpu.report({ begins: true, stretch: 0, beganNs } satisfies BeginReport)
  const slice = new KernelSlice(td, () => ended)
  report(td, slice, 0, beganNs, yield* body(td, slice))
}

/**
 * Stretches begin and end at the same moments for all clients, and a client that has measured
 * enough works on, so that what they do in one is what they do together. If each measured from
 * where its last operation ended, one that is let in again after it has starved would begin with
 * its good time, and the sum of such times be more than there ever was.
 */
function* inStretches(
  td: Thread,
  { body, prepare }: Client,
  durationNs: number,
  began: { ns?: number },
): Waiting {
  yield* prepare(td)
  const beganNs = (began.ns ??= td.pcpu.now())
  for (let stretch = 0; ; stretch++) {
    const startNs = td.pcpu.now()
    const leftNs = beganNs + stretchEndNs(durationNs, stretch) - startNs
    if (leftNs <= 0) {
      reportNothing(td, stretch, startNs)
      continue
    }
    let ended = false
    td.pcpu.alarm(leftNs, () => (ended = true))
    td.pcpu.report({ begins: true, stretch, beganNs } satisfies BeginReport)
    const slice = new KernelSlice(td, () => ended)
    report(td, slice, stretch, startNs, yield* body(td, slice))
  }
}

/** The client was held up, or came later, for all of the stretch. */
function reportNothing(td: Thread, stretch: number, ns: number): void {
  const none = { count: 0, pages: {}, tallies: {} }
  td.pcpu.report({ stretch, startNs: ns, endNs: ns, ...none } satisfies ClientReport)
}

/** The client has ended a slice in which it did so much, and which began at `startNs`. */
function report(
  td: Thread,
  slice: KernelSlice,
  stretch: number,
  startNs: number,
  count: number,
): void {
  const endNs = slice.endNs ?? td.pcpu.now()
  const figures = { pages: slice.pages(), tallies: slice.tallies() }
  td.pcpu.report({ stretch, count, startNs, endNs, ...figures } satisfies ClientReport)
}
