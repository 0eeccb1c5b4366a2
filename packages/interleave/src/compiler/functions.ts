import type {
  ArrowFunctionExpression,
  FunctionDeclaration,
  FunctionExpression,
  Program,
} from 'acorn'
import { type Emitter, type Handler, RUNTIME } from './emitter.ts'
import { declareBlock, declareVars } from './scope.ts'
import { type AnyNode, contains, type FunctionNode, namesOf, usesThis, walk } from './syntax.ts'
import { isThin } from './thin.ts'

/**
 * Functions. Each becomes a generator that makes its steps, and a function around it, by which code
 * that is not compiled can call it as before. An expression becomes a call of the runtime's `fn`. A
 * declaration is hoisted, so it stays a declaration beside its generator, and the two are tied
 * together at the head of the block, before any statement can call it. Parameters that may need
 * steps move into the body, because nothing can be yielded from a list of parameters.
 */

/** The runtime's number for the kind of function: plain, generator or async. */
export function kindOf(e: Emitter, node: FunctionNode): 0 | 1 | 2 {
  if (node.async && node.generator)
    e.refuse(node, 'async generators are not supported; use one or the other')
  return node.async ? 2 : node.generator ? 1 : 0
}

/** Writes parameters and body of a function as those of a generator, from `(` on. */
export function stepsFunction(e: Emitter, node: FunctionNode): void {
  if (contains(node, 'MetaProperty')) refuseNewTarget(e, node)
  functionScope(e, node, () => {
    const isComplex = node.params.some(needsSteps)
    const params = isComplex ? e.name('args') : undefined
    e.write(isComplex ? `(...${params}) {` : '(')
    if (!isComplex) {
      e.list(node.params)
      e.write(') {')
    }
    const declarations = e.out.slot()
    const context = { isSteps: true, plainContext: 0, node, declarations, isThin: isThin(node) }
    e.inContext(context, () => {
      if (isComplex) {
        e.write(` let [`)
        e.list(node.params)
        e.write(`] = ${params};`)
      }
      functionBody(e, node)
    })
    e.write('}')
  })
}

/** Writes a function that cannot be suspended, such as a constructor, from `(` on. */
export function plainFunction(e: Emitter, node: FunctionNode, plainContext: number): void {
  functionScope(e, node, () => {
    const declarations = { text: '' }
    e.inContext({ isSteps: false, plainContext, node, declarations }, () => {
      e.write('(')
      e.list(node.params)
      e.write(') {')
      const slot = e.out.slot()
      functionBody(e, node)
      slot.text =
        e.context.temporaries.length > 0 ? `let ${e.context.temporaries.join(', ')};` : ''
    })
    e.write('}')
  })
}

function functionScope(e: Emitter, node: FunctionNode, write: () => void): void {
  e.inScope(
    node,
    (scope) => {
      for (const param of node.params) for (const name of namesOf(param)) scope.names.add(name)
      if (node.type === 'FunctionExpression' && node.id) scope.names.add(node.id.name)
      declareVars(scope, node.body)
      if (node.body.type === 'BlockStatement') declareBlock(scope, node.body.body)
    },
    write,
  )
}

function functionBody(e: Emitter, node: FunctionNode): void {
  if (node.body.type === 'BlockStatement') {
    hoist(e, node.body.body)
    e.between(node.body.start + 1, node.body.end - 1, node.body.body)
  } else {
    e.write(' return (')
    e.node(node.body)
    e.write(') ')
  }
}

/** Ties the hoisted functions of a block to their compiled forms before anything else runs. */
export function hoist(e: Emitter, statements: readonly AnyNode[]): void {
  for (const statement of statements) {
    const exported =
      statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportDefaultDeclaration'
    const node = exported ? statement.declaration : statement
    if (node?.type !== 'FunctionDeclaration' || !node.id) continue
    e.write(` ${RUNTIME}.pair(${node.id.name}, ${inner(node.id.name)}, ${kindOf(e, node)});`)
  }
}

function inner(name: string): string {
  return `${name}${RUNTIME}`
}

/** Defaults and computed keys that may need steps cannot stay in a parameter list. */
function needsSteps(param: AnyNode): boolean {
  let found = false
  walk(param, (node) => {
    if (node.type === 'CallExpression' || node.type === 'NewExpression') found = true
    if (node.type === 'AwaitExpression' || node.type === 'UpdateExpression') found = true
    if (node.type === 'AssignmentExpression') found = true
    if (node.type === 'MemberExpression' && node.computed) found = true
    return !found
  })
  return found
}

function refuseNewTarget(e: Emitter, node: FunctionNode): void {
  walk(node, (inner) => {
    if (inner.type === 'MetaProperty' && inner.meta.name === 'new') {
      e.refuse(inner, '`new.target` is not supported; use a class')
    }
    return true
  })
}

function declaration(e: Emitter, node: FunctionDeclaration): void {
  if (!node.id) return expression(e, node as unknown as FunctionExpression)
  const { name } = node.id
  const kind = kindOf(e, node)
  e.write(`function ${name}() { return ${RUNTIME}.enter(`)
  e.write(`${inner(name)}.apply(this, arguments), ${kind}, ${JSON.stringify(name)}) } `)
  e.write(`function* ${inner(name)}`)
  stepsFunction(e, node)
}

function expression(e: Emitter, node: FunctionExpression): void {
  const name = node.id?.name
  const kind = kindOf(e, node)
  const label = name === undefined ? e.takeName() : JSON.stringify(name)
  if (name !== undefined) e.write(`(() => { const ${name} = `)
  e.write(`${RUNTIME}.fn(function* `)
  stepsFunction(e, node)
  e.write(`, ${kind}, ${label})`)
  if (name !== undefined) e.write(`; return ${name} })()`)
}

function arrow(e: Emitter, node: ArrowFunctionExpression): void {
  if (contains(node, 'Super')) e.refuse(node, '`super` in an arrow function is not supported')
  if (contains(node, 'Identifier', 'arguments') && e.context.node.type !== 'Program') {
    e.refuse(node, '`arguments` in an arrow function is not supported; name the parameters')
  }
  const label = e.takeName()
  e.write(`${RUNTIME}.fn(function* `)
  stepsFunction(e, node)
  e.write(`, ${kindOf(e, node)}, ${label}${usesThis(node) ? ', this' : ''})`)
}

function program(e: Emitter, node: Program): void {
  e.inScope(
    node,
    (scope) => {
      declareVars(scope, node)
      declareBlock(scope, node.body)
    },
    () => {
      const declarations = e.out.slot()
      e.inContext({ isSteps: false, plainContext: 0, node, declarations }, () => {
        hoist(e, node.body)
        e.children(node)
      })
    },
  )
}

/** Functions of the source, each of which becomes one generator and one function around it. */
export const functionHandlers: Record<string, Handler> = {
  Program: program as Handler,
  FunctionDeclaration: declaration as Handler,
  FunctionExpression: expression as Handler,
  ArrowFunctionExpression: arrow as Handler,
}
