import type { ArrowFunctionExpression, FunctionDeclaration, FunctionExpression } from 'acorn'
import {
  arrow as arrowOf,
  block,
  call,
  declarator,
  declare,
  generator,
  id,
  index,
  literal,
  logical,
  many,
  member,
  rest,
  returns,
  statement,
} from './build.ts'
import { capturesOf } from './captures.ts'
import { CONTEXT, type Emitter, type Handler, RUNTIME } from './emitter.ts'
import { bindParameter, isSimple } from './patterns.ts'
import { declareBlock, declareVars, type Scope } from './scope.ts'
import {
  type AnyNode,
  belongs,
  directivesOf,
  type FunctionNode,
  isNewTarget,
  namesOf,
  usesThis,
  walk,
} from './syntax.ts'
import { isThin } from './thin.ts'

/**
 * Functions. Each becomes a generator that makes its steps, and a function around it, by which code
 * that is not compiled can call it as before. An expression becomes a call of the runtime's `fn`. A
 * declaration is hoisted, so it stays a declaration beside its generator, and the two are tied
 * together at the head of the block, before any statement can call it. Parameters that may need
 * steps move into the body, because nothing can be yielded from a list of parameters.
 */

/** What a function is besides its steps: bits of a shape's form. */
export const FORM = { ordinary: 0, method: 1, target: 2, arrow: 5 } as const

/** The runtime's number for the kind of function: plain, generator or async. */
export function kindOf(node: FunctionNode): 0 | 1 | 2 {
  // An async generator is a function that refuses to be called.
  if (node.async && node.generator) return 0
  return node.async ? 2 : node.generator ? 1 : 0
}

/** The constant that holds what is known of a function before it is made. */
export function shapeOf(
  e: Emitter,
  node: FunctionNode,
  name: string | null,
  form: number,
  whole: AnyNode = node,
): AnyNode {
  const aims = form === FORM.ordinary && belongs(node, isNewTarget) ? FORM.target : 0
  e.shapes.push([kindOf(node), name, lengthOf(node), form | aims, whole.start, whole.end])
  return id(`${RUNTIME}_f${e.shapes.length - 1}`)
}

/** How many arguments a function expects. */
function lengthOf({ params }: FunctionNode): number {
  const end = params.findIndex(
    ({ type }) => type === 'AssignmentPattern' || type === 'RestElement',
  )
  return end < 0 ? params.length : end
}

interface Parts {
  readonly params: readonly AnyNode[]
  readonly body: readonly AnyNode[]
}

/** Parameters and body of a function as those of a generator. */
export function stepsOf(e: Emitter, node: FunctionNode): Parts {
  if (node.async && node.generator) {
    return { params: [], body: [statement(e.refusal(node, 'async-generator'))] }
  }
  const context = { isSteps: true, plainContext: 0, node, isThin: isThin(node) }
  return partsOf(e, node, context)
}

/** Parameters and body of a function that cannot be suspended, such as a constructor. */
export function plainOf(e: Emitter, node: FunctionNode, plainContext: number): Parts {
  return partsOf(e, node, { isSteps: false, plainContext, node })
}

function partsOf(
  e: Emitter,
  node: FunctionNode,
  context: { isSteps: boolean; plainContext: number; node: AnyNode; isThin?: boolean },
): Parts {
  return e.inScope(
    node,
    (scope) => declareFunction(scope, node),
    () => {
      const isMoved = !node.params.every((param) => isSimple(param, node.async))
      let params: readonly AnyNode[] = []
      const body = e.inContext(context, () => {
        const captures = capturesOf(e, node)
        const isSetter = !context.isSteps && context.plainContext === CONTEXT.set
        const moved = isMoved ? moveParams(e, node, isSetter) : { params: [], body: [] }
        params = isMoved ? moved.params : (e.list(node.params) as AnyNode[])
        return [...captures, ...moved.body, ...bodyOf(e, node)]
      })
      return { params, body: [...directives(node), ...body] }
    },
  )
}

function declareFunction(scope: Scope, node: FunctionNode): void {
  for (const param of node.params) for (const name of namesOf(param)) scope.names.add(name)
  if (node.type === 'FunctionExpression' && node.id) scope.names.add(node.id.name)
  declareVars(scope, node.body)
  if (node.body.type === 'BlockStatement') declareBlock(scope, node.body.body)
}

/** All parameters as one list, and the statements that take it apart. */
function moveParams(e: Emitter, node: FunctionNode, isSetter: boolean): Parts {
  const list = e.name('args')
  // What the body declares again is one variable with the parameter, unlike what `let` would make.
  const isAgain = isDeclaredAgain(node)
  const body = node.params.flatMap((param, i) => {
    const value = isSetter ? id(list) : index(id(list), literal(i))
    const after = call(member(list, 'slice'), [literal(i)])
    return bindParameter(e, param, value, after)
  })
  const statements = body.length === 0 ? [] : [declare(isAgain ? 'var' : 'let', body)]
  // A setter has exactly one parameter, and no rest of them.
  return { params: [isSetter ? id(list) : rest(id(list))], body: statements }
}

function isDeclaredAgain(node: FunctionNode): boolean {
  const names = new Set(node.params.flatMap((param) => namesOf(param)))
  let isAgain = false
  walk(node.body, (inner) => {
    if (inner.type === 'VariableDeclaration' && inner.kind === 'var') {
      isAgain ||= inner.declarations.some(({ id: it }) => namesOf(it).some((n) => names.has(n)))
    }
    if (inner.type === 'FunctionDeclaration') isAgain ||= names.has(inner.id?.name ?? '')
    return true
  })
  return isAgain
}

function directives({ body }: FunctionNode): AnyNode[] {
  return body.type === 'BlockStatement' ? directivesOf(body.body) : []
}

function bodyOf(e: Emitter, { body }: FunctionNode): AnyNode[] {
  if (body.type !== 'BlockStatement') return [returns(e.node(body))]
  const { length } = directivesOf(body.body)
  return [...hoist(e, body.body), ...e.statements(body.body.slice(length))]
}

/** Ties the hoisted functions of a block to their compiled forms before anything else runs. */
export function hoist(e: Emitter, statements: readonly AnyNode[]): AnyNode[] {
  const found: AnyNode[] = []
  for (const outer of statements) {
    const exported =
      outer.type === 'ExportNamedDeclaration' || outer.type === 'ExportDefaultDeclaration'
    const node = exported ? outer.declaration : outer
    if (node?.type !== 'FunctionDeclaration' || !node.id) continue
    const { name } = node.id
    const shape = shapeOf(e, node, name, FORM.ordinary)
    found.push(statement(call(member(RUNTIME, 'pair'), [id(name), id(inner(name)), shape])))
  }
  return found
}

function inner(name: string): string {
  return `${name}${RUNTIME}`
}

/** The function that code sees, and the generator that it is tied to. */
export function declarations(e: Emitter, node: FunctionDeclaration): [AnyNode, AnyNode] {
  const { name } = node.id
  const kind = kindOf(node)
  const dummies = Array.from({ length: lengthOf(node) }, (_, i) => id(`$${i}`))
  const steps = call(member(inner(name), 'apply'), [thisValue(), id('arguments')])
  const entered = call(member(RUNTIME, 'enter'), [steps, literal(kind), literal(name)])
  const target = newTarget()
  const before =
    kind !== 0
      ? [statement(logical('&&', target, e.ask('noConstructor', name)))]
      : belongs(node, isNewTarget)
        ? [statement(call(member(RUNTIME, 'aim'), [target]))]
        : []
  const outside = e.with(node, {
    params: dummies,
    body: block([...before, returns(entered)]),
    async: false,
    generator: false,
  })
  const { params, body } = stepsOf(e, node)
  return [outside, generator(params, body, inner(name))]
}

function thisValue(): AnyNode {
  return { type: 'ThisExpression' } as never
}

export function newTarget(): AnyNode {
  return { type: 'MetaProperty', meta: id('new'), property: id('target') } as never
}

function declaration(e: Emitter, node: FunctionDeclaration): AnyNode {
  return many(declarations(e, node))
}

/** A function without a name of its own, as an expression. */
export function functionValue(
  e: Emitter,
  node: FunctionNode,
  name: string | null,
  form: number,
  whole: AnyNode = node,
): AnyNode {
  const shape = shapeOf(e, node, name, form, whole)
  const { params, body } = stepsOf(e, node)
  const args = [generator(params, body), shape]
  if (node.type === 'ArrowFunctionExpression' && usesThis(node)) args.push(thisValue())
  return call(member(RUNTIME, 'fn'), args)
}

function expression(e: Emitter, node: FunctionExpression): AnyNode {
  const name = node.id?.name
  const made = functionValue(e, node, name ?? e.takeName(), FORM.ordinary)
  if (name === undefined) return made
  const itself = declare('const', [declarator(node.id as AnyNode, made)])
  return call(arrowOf([], block([itself, returns(id(name))])), [])
}

function arrow(e: Emitter, node: ArrowFunctionExpression): AnyNode {
  return functionValue(e, node, e.takeName(), FORM.arrow)
}

/** Functions of the source, each of which becomes one generator and one function around it. */
export const functionHandlers: Record<string, Handler> = {
  FunctionDeclaration: declaration as Handler,
  FunctionExpression: expression as Handler,
  ArrowFunctionExpression: arrow as Handler,
}
