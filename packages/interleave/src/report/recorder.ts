import type { Event } from '../engine/event.ts'
import type { Act, Persistent } from '../engine/core.ts'
import type { Thread } from '../engine/thread.ts'
import { OP, OP_NAMES, type Operation } from '../runtime/operation.ts'
import { placeOf } from '../runtime/places.ts'
import { ViewNames } from './names.ts'

/** One step of a recorded schedule, or several of one kind, one after the other, at one place. */
export interface Row {
  /** Column of the thread. */
  readonly thread: number
  readonly file: string
  readonly line: number
  readonly column: number
  /** The expression that made the step, as much of it as stands in its line. */
  readonly source: string
  /** What was done, such as `load words[0] → 1`. */
  readonly action: string
  /** Whether the failure is about this step. */
  readonly isMarked: boolean
}

/** A step as it was made, before all names are known. */
interface Step {
  readonly thread: number
  readonly place: number
  readonly kind: number
  readonly index: number
  readonly nameOf: () => string
  readonly describe: (at: string) => string
}

/** Where a failure happened: the last step of the thread at the place. */
export interface Mark {
  readonly thread: number
  readonly place: number
}

/** So many reads or writes of elements that follow each other become one row. */
const FOLDED = 4

/** Writes down the steps of an execution; only the execution that is reported has one. */
export class Recorder {
  readonly #steps: Step[] = []
  readonly #names = new ViewNames()

  constructor(persistent: Persistent) {
    persistent.observer = (event, operation, result) => this.#add(event, operation, result)
  }

  get steps(): number {
    return this.#steps.length
  }

  #add(event: Event, operation: Operation, result: unknown): void {
    if (operation.kind === OP.spin) return
    const describe = describeStep(event, operation, result)
    if (describe('') === '') return
    // A death is the undertaker's step, and stands where the dead would have gone on.
    const thread = event.kind === OP.die ? (operation.first as Thread).id : event.thread
    const { place, index } = operation
    const nameOf = this.#names.note(operation)
    this.#steps.push({ thread, place, kind: event.kind, index, nameOf, describe })
  }

  /** The schedule as rows, with those marked that a failure is about. */
  rows(marks: readonly Mark[]): Row[] {
    const steps = this.#steps
    const marked = new Set(
      marks.map((mark) =>
        steps.findLastIndex((one) => one.thread === mark.thread && one.place === mark.place),
      ),
    )
    const rows: Row[] = []
    for (let i = 0; i < steps.length; ) {
      let end = i + 1
      while (end < steps.length && follows(steps[end - 1]!, steps[end]!) && !marked.has(end)) end++
      if (end - i < FOLDED || marked.has(i)) end = i + 1
      rows.push(rowOf(steps.slice(i, end), marked.has(i)))
      i = end
    }
    return rows
  }
}

/** Whether a step does to the next element what the one before did to its own. */
function follows(before: Step, step: Step): boolean {
  const isPlain = step.kind === OP.read || step.kind === OP.write
  if (!isPlain || step.kind !== before.kind || step.thread !== before.thread) return false
  return step.place === before.place && step.index === before.index + 1
}

function rowOf(steps: readonly Step[], isMarked: boolean): Row {
  const [first] = steps
  const { thread, place, nameOf, describe, index, kind } = first!
  const { file, line, column, expression } = placeOf(place)
  const last = index + steps.length - 1
  const action =
    steps.length === 1
      ? describe(`${nameOf()}[${index}]`)
      : `${OP_NAMES[kind]} ${nameOf()}[${index} to ${last}]`
  return { thread, file, line, column, source: expression, action, isMarked }
}

/** What a step did, of an element that is called so. */
function describeStep(
  event: Event,
  operation: Operation,
  result: unknown,
): (at: string) => string {
  const { first, second, kind } = operation
  const name = operation.method ?? OP_NAMES[event.kind]!
  switch (event.kind) {
    case OP.load:
    case OP.read:
      return (at) => `${name} ${at} → ${show(result)}`
    case OP.store:
    case OP.write:
      return (at) => `${name} ${at} = ${show(first)}`
    case OP.compareExchange: {
      const outcome = event.hasEffect ? 'done' : `is ${show(result)}`
      return (at) => `${name} ${at} ${show(first)}→${show(second)}: ${outcome}`
    }
    case OP.wait: {
      const outcome = kind === OP.wake ? 'sleeps' : show(result)
      return (at) => `wait ${at} while ${show(first)}: ${outcome}`
    }
    case OP.waitAsync:
      return (at) =>
        second === undefined ? `waitAsync ${at} while ${show(first)}` : 'sets a timer'
    case OP.notify:
      return (at) => `notify ${at} ×${show(first)}: woke ${show(result)}`
    default: {
      const text = describeOther(event, operation, result)
      return (at) => text ?? `${name} ${at} ${show(first)}: was ${show(result)}`
    }
  }
}

/** A step that is none on an element. */
function describeOther(
  event: Event,
  { first, second }: Operation,
  result: unknown,
): string | undefined {
  switch (event.kind) {
    case OP.wake:
      return `wakes: ${show(result)}`
    case OP.join:
      return `join ${(first as Thread).name}`
    case OP.spawn:
      return `start ${(result as Thread).name}`
    case OP.invoke:
    case OP.respond:
    case OP.account:
    case OP.act:
    case OP.arrive:
      return (first as Act).text
    case OP.die:
      return (first as Thread).status === 'died' ? 'dies here' : 'dies at its end'
    case OP.settle:
      return 'the timeout strikes'
    case OP.idle:
      return (second as string | undefined) ?? 'takes a settled promise'
    default:
      return undefined
  }
}

function show(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`
  return value === Infinity ? 'all' : String(value)
}
