import { atomics } from './access.ts'
import { OP, OP_NAMES, type Operation } from './operation.ts'

type Elements = Record<number, unknown>

/** Performs a memory access on the real memory and returns what JavaScript would. */
export function performOn(op: Operation): unknown {
  const { kind, view, index } = op
  if (op.method !== undefined) return performDataView(op)
  switch (kind) {
    case OP.read:
      return (view as unknown as Elements)[index]
    case OP.write:
      ;(view as unknown as Elements)[index] = op.first
      return op.first
    case OP.load:
      return atomics['load']!(view, index)
    case OP.compareExchange:
      return atomics['compareExchange']!(view, index, op.first, op.second)
    default:
      return atomics[OP_NAMES[kind]!]!(view, index, op.first)
  }
}

function performDataView(op: Operation): unknown {
  const view = op.view as unknown as Record<string, (...args: unknown[]) => unknown>
  if (op.kind === OP.read) return view[op.method!]!(op.index, op.littleEndian)
  view[op.method!]!(op.index, op.first, op.littleEndian)
  return undefined
}
