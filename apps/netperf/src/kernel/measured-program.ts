import { Gate, type Host, type Needs, type Program, type Site } from '@smpnet/stack'
import type { Thread } from '@smpnet/scheduler'
import type { Waiting } from '@smpnet/park'
import type { KernelProgram, SliceBody } from '../model/kernel-program.ts'
import { KernelSlice } from '../model/kernel-slice.ts'
import type { Workload } from '../model/workload.ts'
import { hostCounters } from '../workloads/clocks/host-counters.ts'
import { workloads } from '../workloads/index.ts'
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

/** Virtual ns that a slice may take. */
export function mostNsOf(told: Named, durationNs: number): number {
  return Math.max(durationNs, programOf(told).mostNs?.(told.settings) ?? 0)
}

function paced(td: Thread, body: SliceBody, pace: Pace, gate: number | undefined): Waiting {
  if (pace.kind === 'alarm') return untilAlarm(td, body, pace.durationNs)
  return atGate(td, body, new Gate(td.lot.memory, gate as number))
}

function* atGate(td: Thread, body: SliceBody, gate: Gate): Waiting {
  const slice = new KernelSlice(td, () => gate.closed)
  for (let round = 1; ; round++) {
    yield* gate.wait(td, round)
    yield* runSlice(td, body, slice)
    slice.clear()
  }
}

/** The alarm rings on the CPU where the client began, so that a look at it costs nothing. */
function* untilAlarm(td: Thread, body: SliceBody, durationNs: number): Waiting {
  let ended = false
  td.pcpu.alarm(durationNs, () => (ended = true))
  td.pcpu.report({ begins: true } satisfies BeginReport)
  yield* runSlice(td, body, new KernelSlice(td, () => ended))
}

function* runSlice(td: Thread, body: SliceBody, slice: KernelSlice): Waiting {
  const startNs = td.pcpu.now()
  const count = yield* body(td, slice)
  const endNs = slice.endNs ?? td.pcpu.now()
  td.pcpu.report({ count, startNs, endNs, slots: slice.slots() } satisfies ClientReport)
}
