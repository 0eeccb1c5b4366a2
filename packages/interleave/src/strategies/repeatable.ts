import type { Access } from '../engine/event.ts'
import type { Execution } from '../engine/execution.ts'
import { type Refusal, refuse } from '../runtime/refusal.ts'

/** Whether two steps touched and changed the same. */
export function isSameAccess(a: Access, b: Access): boolean {
  if (a.thread !== b.thread || a.size !== b.size) return false
  for (let i = 0; i < a.size; i++) {
    if (a.objects[i] !== b.objects[i] || a.touched[i] !== b.touched[i]) return false
    if (a.changed[i] !== b.changed[i]) return false
  }
  return true
}

/**
 * Two executions with the same schedule are not the same: something else than the schedule decides
 * what the program does, and nothing that is found holds for the next run.
 */
export function differs(execution: Execution, step: number): Refusal {
  const last = Math.min(step, execution.length - 1)
  const place = last >= 0 ? execution.event(last).place : 0
  return refuse(
    place,
    `the same schedule does not lead to the same execution: step ${step + 1} differs; let ` +
      'nothing but shared memory outlive an execution, such as a variable or a cache of a module',
  )
}
