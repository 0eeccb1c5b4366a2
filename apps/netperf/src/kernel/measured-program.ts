import { Gate, type Host, type Needs, type Program, type Site } from '@smpnet/stack'
import type { Thread } from '@smpnet/scheduler'
import type { Waiting } from '@smpnet/park'
import type { KernelProgram, SliceBody } from '../model/kernel-program.ts'
import { KernelSlice } from '../model/kernel-slice.ts'
import type { Workload } from '../model/workload.ts'
import { hostCounters } from '../workloads/clocks/host-counters.ts'
import { workloads } from '../workloads/index.ts'
import { stretchNs } from './stretches.ts'
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
    return { own: programOf(told).place(told.settings, site), gate }
  },

  start(told, { own, gate }, host: Host): void {
    const { pace } = told
    programOf(told).start(told.settings, own, {
      ...host,
      client(name, body, { prepare, ...options } = {}) {
        host.scheduler.spawn(
          function* (td): Waiting {
            if (prepare !== undefined) yield* prepare(td as Thread)
            yield* paced(td as Thread, body, pace, gate)
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

function paced(td: Thread, body: SliceBody, pace: Pace, gate: number | undefined): Waiting {
  if (pace.kind === 'alarm') return inStretches(td, body, pace)
  return atGate(td, body, new Gate(td.lot.memory, gate as number))
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
 * A client that has measured enough works on, so that others are measured beside as many as before.
 * An alarm rings on the CPU where its stretch began, so that a look at it costs nothing.
 */
function* inStretches(td: Thread, body: SliceBody, { durationNs, stretches }: AlarmPace): Waiting {
  for (let stretch = 0; ; stretch++) {
    let ended = false
    td.pcpu.alarm(stretchNs(durationNs, stretch, stretches), () => (ended = true))
    td.pcpu.report({ begins: true, stretch } satisfies BeginReport)
    yield* runSlice(td, body, new KernelSlice(td, () => ended), stretch)
    if (stretches === 1) return
  }
}

function* runSlice(td: Thread, body: SliceBody, slice: KernelSlice, stretch: number): Waiting {
  const startNs = td.pcpu.now()
  const count = yield* body(td, slice)
  const endNs = slice.endNs ?? td.pcpu.now()
  const figures = { pages: slice.pages(), tallies: slice.tallies() }
  td.pcpu.report({ stretch, count, startNs, endNs, ...figures } satisfies ClientReport)
}
