import { atomics } from './access.ts'
import { OP, OP_NAMES, type Operation } from './operation.ts'

type Elements = Record<number, unknown>

/** By kind of step. */
const operations = OP_NAMES.map((name) => atomics[name]!)
const [load, compareExchange] = [atomics['load']!, atomics['compareExchange']!]

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
      return load(view, index)
    case OP.compareExchange:
      return compareExchange(view, index, op.first, op.second)
    default:
      return operations[kind]!(view, index, op.first)
  }
}

/** The native methods, which while threads run are not found where they were. */
const ofDataView = Object.fromEntries(
  Object.getOwnPropertyNames(DataView.prototype)
    .filter((name) => /^[gs]et/.test(name))
    .map((name) => [name, (DataView.prototype as never)[name]]),
) as unknown as Record<string, (...args: unknown[]) => unknown>

function performDataView(op: Operation): unknown {
  const { view, method, index, littleEndian } = op
  if (op.kind === OP.read) return ofDataView[method!]!.call(view, index, littleEndian)
  ofDataView[method!]!.call(view, index, op.first, littleEndian)
  return undefined
}
