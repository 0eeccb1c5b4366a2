import type { Machine } from '../engine/machine.ts'
import { HappensBefore } from './happens-before.ts'

/**
 * A text that is the same for two executions exactly if they differ only in the order of
 * independent steps: which steps of which threads come before each step.
 */
export function traceClass(machine: Machine): string {
  const order = new HappensBefore()
  const lines: string[] = []
  for (let i = 0; i < machine.length; i++) {
    order.add(machine, i, false)
    const { thread, sequence } = machine.event(i)
    const clock = order.clocks[i]!.map((steps) => steps ?? 0)
    while (clock.at(-1) === 0) clock.pop()
    lines.push(`${thread}.${sequence}:${clock.join()}`)
  }
  return lines.sort().join(' ')
}
