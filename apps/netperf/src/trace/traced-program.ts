import type { Arena } from '@smpnet/memory'
import type { Program } from '@smpnet/stack'
import { EventRing, type RingHandle } from '@smpnet/trace'
import type { MeasuredSettings, MeasuredShared } from '../kernel/kernel-args.ts'
import { measuredProgram } from '../kernel/measured-program.ts'

/** Bytes of an event in a ring, and of what comes before them and between rings. */
const EVENT_BYTES = 32
const RING_BYTES = 256

/** What the CPUs of a live kernel share whose schedulers write down what they do. */
export interface TracedShared extends MeasuredShared {
  /** One ring for each CPU. */
  readonly rings: readonly RingHandle[]
}

/** A measured program with rings for so many events of each CPU. */
export function tracedProgram(events: number): Program<MeasuredSettings, TracedShared> {
  return {
    ...measuredProgram,
    needs(told, cpus) {
      const { bytes, ...needs } = measuredProgram.needs(told, cpus)
      return { ...needs, bytes: bytes + ringBytes(cpus, events) }
    },
    place(told, site) {
      const rings = placeRings(site.arena, site.cpus, events)
      return { ...measuredProgram.place(told, site), rings }
    },
  }
}

export function placeRings(arena: Arena, cpus: number, events: number): RingHandle[] {
  return Array.from({ length: cpus }, () => EventRing.place(arena, events))
}

export function ringBytes(cpus: number, events: number): number {
  return 4096 + cpus * (RING_BYTES + events * EVENT_BYTES)
}
