import type { AnyNode, FunctionNode } from './syntax.ts'
import { childrenOf } from './syntax.ts'
import { Output, type Slot } from './output.ts'
import { Scope } from './scope.ts'

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
  /** Where the temporaries are declared. */
  readonly declarations: Slot
}

/** Code that cannot be compiled so that every access is a step. */
export class CompileError extends Error {
  override readonly name = 'CompileError'

  constructor(
    readonly where: string,
    readonly reason: string,
  ) {
    super(`${where}: cannot be compiled for checking: ${reason}`)
  }
}

export type Handler = (emitter: Emitter, node: never) => void

/** Where a place in the compiled source comes from in the original. */
export type Locate = (line: number, column: number) => { line: number; column: number }

/**
 * Writes the compiled form of a module. It goes through the syntax tree in the order of the
 * source, copies what needs no change and leaves the rest to one handler per type of node.
 *
 * Handlers write text as they go, and so in order; what is known only later, such as the
 * temporaries of a function, has a slot at its place. The emitter knows where the text stands: the
 * context says whether code there can be suspended, the scope which names are declared. `step` and
 * `steps` are the two forms that every question to the runtime has: a condition, what to yield or
 * to run at once if it holds, and otherwise the value that the runtime has left in `answer`.
 */
export class Emitter {
  readonly out: Output
  context!: FunctionContext
  scope!: Scope
  readonly positions: number[] = []
  /** The name that the function about to be written has by where it stands. */
  #name: string | undefined
  /** Declarations that stand in the head of a loop. */
  readonly heads = new Set<AnyNode>()
  /** The private methods of the classes around, innermost last, with the kinds of function. */
  readonly privateMethods: Map<string, number>[] = []
  readonly #placeNumbers = new Map<number, number>()
  #names = 0

  constructor(
    source: string,
    readonly file: string,
    readonly handlers: Readonly<Record<string, Handler | undefined>>,
    readonly locate: Locate,
  ) {
    this.out = new Output(source)
  }

  /** Writes a node. */
  node(node: AnyNode): void {
    const handler = this.handlers[node.type]
    if (handler === undefined) this.children(node)
    else handler(this, node as never)
  }

  /** Writes a node as it is, except for what is below it. */
  children(node: AnyNode): void {
    this.between(node.start, node.end, childrenOf(node))
  }

  /** Copies a stretch of the source, except for the nodes in it. */
  between(start: number, end: number, nodes: readonly AnyNode[]): void {
    let at = start
    for (const child of nodes) {
      this.out.copy(at, child.start)
      this.node(child)
      at = child.end
    }
    this.out.copy(at, end)
  }

  /** Writes a value that takes a name from where it stands, if it is a function without one. */
  named(name: string | undefined, value: AnyNode): void {
    const isNameless =
      value.type === 'ArrowFunctionExpression' ||
      (value.type === 'FunctionExpression' && !value.id)
    this.#name = isNameless ? name : undefined
    this.node(value)
    this.#name = undefined
  }

  /** The name as an argument, once. */
  takeName(): string {
    const name = this.#name
    this.#name = undefined
    return name === undefined ? 'undefined' : JSON.stringify(name)
  }

  write(text: string): void {
    this.out.write(text)
  }

  /** Writes nodes with commas between them; holes and spreads as in an array literal. */
  list(nodes: readonly (AnyNode | null)[]): void {
    nodes.forEach((node, i) => {
      if (i > 0) this.write(', ')
      if (node !== null) this.node(node)
    })
  }

  /** An expression for the number of the place that a node is shown at. */
  place(node: AnyNode): string {
    const own = `${RUNTIME}_p + ${this.#placeNumber(node)}`
    return this.context.isThin === true ? `${RUNTIME}.caller(${own})` : own
  }

  #placeNumber(node: AnyNode): number {
    const known = this.#placeNumbers.get(node.start)
    if (known !== undefined) return known
    const number = this.positions.length / 2
    const { line, column } = this.out.lines.locate(node.start)
    const original = this.locate(line, column)
    this.positions.push(original.line, original.column)
    this.#placeNumbers.set(node.start, number)
    return number
  }

  /** A variable of the current function for a value in between. */
  temporary(): string {
    const name = `${RUNTIME}_${this.#names++}`
    this.context.temporaries.push(name)
    return name
  }

  /** A name that nothing else has. */
  name(hint: string): string {
    return `${RUNTIME}_${hint}_${this.#names++}`
  }

  /** Writes a condition that says whether a step is pending, and the step or the value. */
  step(condition: () => void): void {
    const { isSteps, plainContext } = this.context
    this.write('(')
    condition()
    this.write(isSteps ? ` ? yield ${RUNTIME}.STEP` : ` ? ${RUNTIME}.now(${plainContext})`)
    this.write(` : ${RUNTIME}_a.value)`)
  }

  /** Writes a condition that says whether there are steps, and those steps or the value. */
  steps(condition: () => void): void {
    const { isSteps, plainContext } = this.context
    this.write('(')
    condition()
    this.write(
      isSteps
        ? ` ? yield* ${RUNTIME}_a.steps`
        : ` ? ${RUNTIME}.run(${RUNTIME}_a.steps, ${plainContext})`,
    )
    this.write(` : ${RUNTIME}_a.value)`)
  }

  /** Whether the name means the global thing of that name here. */
  isGlobal(name: string): boolean {
    return this.scope.ownerOf(name) === undefined
  }

  /** Writes something in a scope of its own. */
  inScope(owner: object, declare: (scope: Scope) => void, write: () => void): void {
    const outer = this.scope
    this.scope = new Scope(outer, owner)
    declare(this.scope)
    write()
    this.scope = outer
  }

  /** Writes something that belongs to another function, and declares its temporaries. */
  inContext(context: Omit<FunctionContext, 'temporaries'>, write: () => void): void {
    const outer = this.context
    this.context = { ...context, temporaries: [] }
    write()
    const { declarations, temporaries } = this.context
    if (temporaries.length > 0) declarations.text += ` let ${temporaries.join(', ')};`
    this.context = outer
  }

  /** Refuses the module because of a node. */
  refuse(node: AnyNode, reason: string): never {
    const { line, column } = this.out.lines.locate(node.start)
    const original = this.locate(line, column)
    throw new CompileError(`${this.file}:${original.line}:${original.column}`, reason)
  }
}

export type { FunctionNode }
