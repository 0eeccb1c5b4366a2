import type { Observer } from '../thread/observer.ts'
import type { Heartbeat } from './heartbeats.ts'
import type { Roster } from './roster.ts'
import {
  type SchedulerTrace,
  TRACE_END,
  TRACE_LOCK_BLOCK,
  TRACE_PREEMPTION,
  TRACE_START,
  TRACE_SWITCH,
  TRACE_WAKEUP,
} from './trace-events.ts'

/** What writes events, heartbeats and the names of threads down, as observers of a scheduler. */

/** Writes every event into a trace. */
export function traceTo(trace: SchedulerTrace): Observer {
  return {
    switched: (to, _from, why) => trace.event(TRACE_SWITCH, to?.at ?? 0, why),
    woken: (td) => trace.event(TRACE_WAKEUP, td.at, td.cpu),
    preempting: (current, by) => trace.event(TRACE_PREEMPTION, current.at, by.at),
    blocked: (td, lock) => trace.event(TRACE_LOCK_BLOCK, td.at, lock),
    started: (td) => trace.event(TRACE_START, td.at, td.basePriority),
    ended: (td, isError) => trace.event(TRACE_END, td.at, Number(isError)),
  }
}

/** Beats at every step, and rests while the CPU is idle. */
export function heartbeats(heart: Heartbeat): Observer {
  return {
    stepped: (td) => heart.beat(td),
    switched: (to) => {
      if (to === undefined) heart.rest()
    },
  }
}

/** Enters the threads of CPU `cpu` into a roster, from start to end. */
export function rosterOf(roster: Roster, cpu: number): Observer {
  return {
    started: (td) => {
      td.ticket = roster.enter(cpu, td.name)
    },
    ended: (td, isError) => {
      if (td.ticket !== undefined) roster.leave(td.ticket, isError)
    },
  }
}
