import type { MemberExpression } from 'acorn'
import type { ReasonKind } from '../runtime/refusal.ts'
import {
  binary,
  call,
  conditional,
  declareNames,
  delegated,
  id,
  isMany,
  literal,
  member,
  yielded,
} from './build.ts'
import { Lines } from './lines.ts'
import { Scope } from './scope.ts'
import { type AnyNode, type FunctionNode, isNode } from './syntax.ts'

/** The name under which a compiled module knows the runtime, and those of its parts. */
export const RUNTIME = '$il'

/** Why code in a class cannot be suspended; indexes of the runtime's `PLAIN_CONTEXTS`. */
export const CONTEXT = { constructor: 1, get: 2, set: 3, field: 4 } as const

/** How code is written: as steps of a generator, or as code that cannot be suspended. */
export interface FunctionContext {
  readonly isSteps: boolean
  /** Why code that is not steps is not: an index of `PLAIN_CONTEXTS`. */
  readonly plainContext: number
  readonly node: AnyNode
  /** Whether it is only a name for one access, which is shown where it is called. */
  readonly isThin?: boolean
  readonly temporaries: string[]
}

/** Code that cannot be compiled, such as what is no JavaScript. */
export class CompileError extends Error {
  override readonly name = 'CompileError'

  constructor(
    readonly where: string,
    readonly reason: string,
  ) {
    super(`${where}: cannot be compiled for checking: ${reason}`)
  }
}

export type Handler = (emitter: Emitter, node: never) => AnyNode

/** Where a place in the compiled source comes from in the original. */
export type Locate = (line: number, column: number) => { line: number; column: number }

/** What is known of a function before it is made: kind, name, length, form, and its text. */
export type ShapeRow = readonly [number, string | null, number, number, number, number]

const LISTS: ReadonlySet<string> = new Set(['body', 'consequent'])

/**
 * Makes the syntax tree of the compiled module from that of the source. It goes through the tree in
 * the order of the source, copies what needs no change and leaves the rest to one handler per type
 * of node, which gives the node that stands in its place. Trees are never written as text here, so
 * what belongs together stays together whatever stands around it; a printer writes the result.
 *
 * The emitter knows where the node stands: the context says whether code there can be suspended,
 * the scope which names are declared. `step` and `steps` are the two forms that every question to
 * the runtime has: a condition, what to yield or to run at once if it holds, and otherwise the
 * value that the runtime has left in `answer`.
 */
export class Emitter {
  context!: FunctionContext
  scope!: Scope
  readonly lines: Lines
  readonly positions: number[] = []
  readonly ends: number[] = []
  /** Where in the compiled text each place is. */
  readonly starts: number[] = []
  readonly shapes: ShapeRow[] = []
  /** The name that the function about to be made has by where it stands. */
  #name: string | undefined
  /** The private methods of the classes around, innermost last, with the kinds of function. */
  readonly privateMethods: Map<string, number | undefined>[] = []
  /** What a name that the module imports is, if imports are the loader's business. */
  readonly imported = new Map<string, AnyNode>()
  readonly #placeNumbers = new Map<string, number>()
  /** The module. */
  program: AnyNode | undefined
  #names = 0

  constructor(
    readonly source: string,
    readonly file: string,
    readonly handlers: Readonly<Record<string, Handler | undefined>>,
    readonly locate: Locate,
    /** What has to come first in a block; see `functions.ts`. */
    readonly hoist: (e: Emitter, nodes: readonly AnyNode[]) => AnyNode[],
    /** Whether the module is made a function of the loader's, and its source a script. */
    readonly format: 'module' | 'linked' | 'commonjs',
  ) {
    this.lines = new Lines(source)
  }

  /** The node that stands in the place of this one. */
  node(node: AnyNode): AnyNode {
    const handler = this.handlers[node.type]
    return handler === undefined ? this.copy(node) : handler(this, node as never)
  }

  /** The node as it is, except for what is below it. */
  copy(node: AnyNode): AnyNode {
    const copy: Record<string, unknown> = {}
    for (const [key, value] of Object.entries(node)) {
      if (Array.isArray(value))
        copy[key] = LISTS.has(key) ? this.statements(value) : this.list(value)
      else if (isNode(value)) copy[key] = this.node(value)
      else copy[key] = value
    }
    return copy as never
  }

  list(nodes: readonly (AnyNode | null)[]): (AnyNode | null)[] {
    return nodes.map((node) => (isNode(node) ? this.node(node) : node))
  }

  statements(nodes: readonly AnyNode[]): AnyNode[] {
    return nodes
      .map((node) => this.node(node))
      .flatMap((node) => (isMany(node) ? node.body : node))
  }

  /** The statements of a block, after what ties its functions to their compiled forms. */
  block(nodes: readonly AnyNode[]): AnyNode[] {
    return [...this.hoist(this, nodes), ...this.statements(nodes)]
  }

  /** A copy of a node with some of its parts replaced. */
  with(node: AnyNode, parts: object): AnyNode {
    return { ...node, ...parts } as never
  }

  /** A member as the source has it, read or written natively; only what is below it may change. */
  memberAsWritten(node: MemberExpression): AnyNode {
    const object = node.object.type === 'Super' ? node.object : this.node(node.object)
    const property = node.computed ? this.node(node.property as AnyNode) : node.property
    return this.with(node, { object, property })
  }

  /** A value that takes a name from where it stands, if it is a function without one. */
  named(name: string | undefined, value: AnyNode): AnyNode {
    const isNameless =
      value.type === 'ArrowFunctionExpression' ||
      (value.type === 'FunctionExpression' && !value.id)
    this.#name = isNameless ? name : undefined
    const made = this.node(value)
    this.#name = undefined
    return made
  }

  /** That name, once. */
  takeName(): string | null {
    const name = this.#name
    this.#name = undefined
    return name ?? null
  }

  /** A call of the runtime. */
  ask(name: string, ...args: (AnyNode | string | number)[]): AnyNode {
    const nodes = args.map((arg) => (typeof arg === 'object' ? arg : literal(arg)))
    return call(member(RUNTIME, name), nodes)
  }

  /** An expression for the number of the place that a node is shown at. */
  place(node: AnyNode): AnyNode {
    const own = binary('+', id(`${RUNTIME}_p`), literal(this.#placeNumber(node)))
    return this.context.isThin === true ? this.ask('caller', own) : own
  }

  #placeNumber(node: AnyNode): number {
    const key = `${node.start}:${node.end}`
    const known = this.#placeNumbers.get(key)
    if (known !== undefined) return known
    const number = this.ends.length
    const { line, column } = this.lines.locate(node.start)
    const original = this.locate(line, column)
    this.positions.push(original.line, original.column)
    this.ends.push(node.end - node.start)
    this.starts.push(node.start)
    this.#placeNumbers.set(key, number)
    return number
  }

  /** A variable of the current function for a value in between. */
  temporary(): string {
    const name = this.name('')
    this.context.temporaries.push(name)
    return name
  }

  /** A name that nothing else has. */
  name(hint: string): string {
    return `${RUNTIME}_${hint}${this.#names++}`
  }

  /** The value of a step, if the condition says that one is pending, or else the answer. */
  step(condition: AnyNode): AnyNode {
    const { isSteps, plainContext } = this.context
    const taken = isSteps
      ? yielded(member(RUNTIME, 'STEP'))
      : call(member(RUNTIME, 'now'), [literal(plainContext)])
    return conditional(condition, taken, this.#answer())
  }

  /** What the steps come to, if the condition says that there are any, or else the answer. */
  steps(condition: AnyNode, otherwise: AnyNode = this.#answer()): AnyNode {
    const { isSteps, plainContext } = this.context
    const steps = member(`${RUNTIME}_a`, 'steps')
    const taken = isSteps
      ? delegated(steps)
      : call(member(RUNTIME, 'run'), [steps, literal(plainContext)])
    return conditional(condition, taken, otherwise)
  }

  #answer(): AnyNode {
    return member(`${RUNTIME}_a`, 'value')
  }

  /** Whether the name means the global thing of that name here. */
  isGlobal(name: string): boolean {
    return this.scope.ownerOf(name) === undefined
  }

  /** Whether the name means what the module imports by it here. */
  isImported(name: string): boolean {
    return this.imported.has(name) && this.scope.ownerOf(name) === this.program
  }

  isGlobalName(node: AnyNode, name: string): boolean {
    return node.type === 'Identifier' && node.name === name && this.isGlobal(name)
  }

  /** Makes something in a scope of its own. */
  inScope<T>(owner: object, declare: (scope: Scope) => void, write: () => T): T {
    const outer = this.scope
    this.scope = new Scope(outer, owner)
    declare(this.scope)
    const made = write()
    this.scope = outer
    return made
  }

  /** Makes statements that belong to another function, with the temporaries that they need. */
  inContext(
    context: Omit<FunctionContext, 'temporaries'>,
    write: () => readonly AnyNode[],
  ): AnyNode[] {
    const outer = this.context
    this.context = { ...context, temporaries: [] }
    const made = write()
    const { temporaries } = this.context
    this.context = outer
    return [...declareNames(temporaries), ...made]
  }

  /** An expression that throws a refusal when it is reached. */
  refusal(node: AnyNode, reason: ReasonKind): AnyNode {
    return this.ask('never', this.place(node), reason)
  }

  /** Rejects the module because of a node. */
  reject(node: AnyNode, reason: string): never {
    const { line, column } = this.lines.locate(node.start)
    const original = this.locate(line, column)
    throw new CompileError(`${this.file}:${original.line}:${original.column}`, reason)
  }
}

export type { FunctionNode }
