import type { Execution } from '../engine/execution.ts'
import { HappensBefore } from './happens-before.ts'

/**
 * A text that is the same for two executions exactly if they differ only in the order of
 * independent steps: which steps of which threads come before each step.
 */
export function traceClass(execution: Execution): string {
  const order = new HappensBefore()
  const lines: string[] = []
  for (let i = 0; i < execution.length; i++) {
    order.add(execution, i, false)
    const { thread, sequence } = execution.event(i)
    const clock = order.clocks[i]!.map((steps) => steps ?? 0)
    while (clock.at(-1) === 0) clock.pop()
    lines.push(`${thread}.${sequence}:${clock.join()}`)
  }
  return lines.sort().join(' ')
}
