import type { Event } from '../engine/event.ts'
import type { Act, Persistent } from '../engine/core.ts'
import type { Thread } from '../engine/thread.ts'
import { OP, OP_NAMES, type Operation } from '../runtime/operation.ts'
import { placeOf } from '../runtime/places.ts'

/** One step of a recorded schedule. */
export interface Row {
  /** Column of the thread. */
  readonly thread: number
  readonly file: string
  readonly line: number
  /** The source line, trimmed. */
  readonly source: string
  /** What was done, such as `load [0] → 1`. */
  readonly action: string
}

/** Writes down the steps of an execution; only the execution that is reported has one. */
export class Recorder {
  readonly rows: Row[] = []

  constructor(persistent: Persistent) {
    persistent.observer = (event, operation, result) => this.#add(event, operation, result)
  }

  #add(event: Event, operation: Operation, result: unknown): void {
    if (operation.kind === OP.spin) return
    const { file, line, text } = placeOf(operation.place)
    const action = describe(event, operation, result)
    if (action === '') return
    // A death is the undertaker's step, and stands where the dead would have gone on.
    const thread = event.kind === OP.die ? (operation.first as Thread).id : event.thread
    this.rows.push({ thread, file, line, source: text, action })
  }
}

function describe(event: Event, operation: Operation, result: unknown): string {
  const { first, second, index, kind } = operation
  const name = operation.method ?? OP_NAMES[event.kind]!
  const at = `[${index}]`
  switch (event.kind) {
    case OP.load:
    case OP.read:
      return `${name} ${at} → ${show(result)}`
    case OP.store:
    case OP.write:
      return `${name} ${at} = ${show(first)}`
    case OP.compareExchange:
      return `${name} ${at} ${show(first)}→${show(second)}: ${exchanged(event, result)}`
    case OP.wait:
      return `wait ${at} while ${show(first)}${kind === OP.wake ? ': sleeps' : `: ${show(result)}`}`
    case OP.waitAsync:
      return `waitAsync ${at} while ${show(first)}`
    case OP.wake:
      return `wakes: ${show(result)}`
    case OP.notify:
      return `notify ${at} ×${show(first)}: woke ${show(result)}`
    case OP.join:
      return `join ${(first as Thread).name}`
    case OP.spawn:
      return `start ${(result as Thread).name}`
    case OP.invoke:
    case OP.respond:
    case OP.account:
      return (first as { text: string }).text
    case OP.die:
      return (first as Thread).status === 'died' ? 'dies here' : 'dies at its end'
    case OP.settle:
      return 'the timeout strikes'
    case OP.act:
    case OP.arrive:
      return (first as Act).text
    case OP.idle:
      return (second as string | undefined) ?? 'takes a settled promise'
    default:
      return `${name} ${at} ${show(first)}: was ${show(result)}`
  }
}

function exchanged(event: Event, result: unknown): string {
  return event.hasEffect ? 'done' : `is ${show(result)}`
}

function show(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`
  return value === Infinity ? 'all' : String(value)
}
