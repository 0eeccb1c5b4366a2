import type {
  BlockStatement,
  CatchClause,
  ForInStatement,
  ForOfStatement,
  LabeledStatement,
  SwitchStatement,
  VariableDeclaration,
  WithStatement,
} from 'acorn'
import { assignedVariables, carriedVariables, type LoopNode } from './carried.ts'
import { type Emitter, type Handler, RUNTIME } from './emitter.ts'
import { hoist } from './functions.ts'
import { target } from './patterns.ts'
import { declareBlock } from './scope.ts'
import { type AnyNode, isFunction, namesOf, walk } from './syntax.ts'

/**
 * Statements. A loop that may make steps has an object of the runtime, which at each round is given
 * the variables that rounds hand on to one another, and says whether the last round was idle; if
 * so, the thread yields until another has written. A `for … of` goes on by its iterator and is
 * never idle itself, but the loops around it have to know of its rounds. Blocks hoist, and
 * statements get the semicolons that the source may have left out.
 */

function block(e: Emitter, node: BlockStatement): void {
  e.inScope(
    e.context.node,
    (scope) => declareBlock(scope, node.body),
    () => {
      e.write('{')
      hoist(e, node.body)
      e.between(node.start + 1, node.end, node.body)
    },
  )
}

function switchStatement(e: Emitter, node: SwitchStatement): void {
  e.inScope(
    e.context.node,
    (scope) => {
      for (const { consequent } of node.cases) {
        const fn = consequent.find((statement) => statement.type === 'FunctionDeclaration')
        if (fn) e.refuse(fn, 'a function declared in a `case` is not supported; use a block')
        declareBlock(scope, consequent)
      }
    },
    () => e.children(node),
  )
}

function catchClause(e: Emitter, node: CatchClause): void {
  e.inScope(
    e.context.node,
    (scope) => {
      for (const name of namesOf(node.param)) scope.names.add(name)
    },
    () => e.children(node),
  )
}

/** A loop with an access or a call in it asks at each round whether the last one was idle. */
function loop(e: Emitter, node: LoopNode, label = ''): void {
  const head = node.type === 'ForStatement' ? node.init : undefined
  e.inScope(
    e.context.node,
    (scope) => declareHead(e, scope, head),
    () => {
      if (!e.context.isSteps || !mayStep(node)) {
        e.write(label)
        return e.children(node)
      }
      const state = e.temporary()
      e.write(`{ ${state} = ${RUNTIME}.loop(${e.place(node)}); ${label}`)
      const variables = carriedVariables(node, e.context.node).join(', ')
      writeLoop(e, node, `(${RUNTIME}.idle(${state}, [${variables}]) && (yield ${RUNTIME}.STEP))`)
      e.write(' }')
    },
  )
}

/** Declares the variables of a loop's head, which does not end as a statement does. */
function declareHead(
  e: Emitter,
  scope: { names: Set<string> },
  head: AnyNode | null | undefined,
): void {
  if (head?.type !== 'VariableDeclaration') return
  e.heads.add(head)
  for (const { id } of head.declarations) for (const name of namesOf(id)) scope.names.add(name)
}

function writeLoop(e: Emitter, node: LoopNode, idle: string): void {
  if (node.type === 'DoWhileStatement') {
    e.write(`do { ${idle}; `)
    e.node(node.body)
    e.write(' } while (')
    e.node(node.test)
    return e.write(');')
  }
  if (node.type === 'WhileStatement') e.write('while (')
  else {
    e.write('for (')
    if (node.init) e.node(node.init)
    e.write('; ')
  }
  e.write(`(${idle}, `)
  if (node.test) e.node(node.test)
  else e.write('true')
  e.write(')')
  if (node.type === 'ForStatement') {
    e.write('; ')
    if (node.update) e.node(node.update)
  }
  e.write(') ')
  e.node(node.body)
}

/** Whether anything in the loop may be a step: an access, a call or a yield. */
function mayStep(node: AnyNode): boolean {
  let found = false
  walk(node, (inner) => {
    if (isFunction(inner)) return false
    if (inner.type === 'CallExpression' || inner.type === 'YieldExpression') found = true
    if (inner.type === 'AwaitExpression') found = true
    if (inner.type === 'MemberExpression' && inner.computed) found = true
    return !found
  })
  return found
}

function forOf(e: Emitter, node: ForOfStatement, label = ''): void {
  if (node.await) e.refuse(node, '`for await` is not supported; await in a loop instead')
  e.inScope(
    e.context.node,
    (scope) => declareHead(e, scope, node.left as AnyNode),
    () => {
      if (!e.context.isSteps) {
        e.write(label)
        return e.children(node)
      }
      const state = e.temporary()
      e.write(`{ ${state} = ${RUNTIME}.loop(${e.place(node)}); ${label}`)
      forOfSteps(e, node, `${RUNTIME}.turn(${state}, [${assignedVariables(node).join(', ')}]); `)
      e.write(' }')
    },
  )
}

/** The loop stays a native one; for what must not be read natively each round asks first. */
function forOfSteps(e: Emitter, node: ForOfStatement, turn: string): void {
  const item = e.name('item')
  e.write(`for (let ${item} of ${RUNTIME}.iterate(${e.place(node.right)}, `)
  e.node(node.right)
  e.write(`)) { ${turn}if (${RUNTIME}.isRound(${item})) { ${item} = yield* ${item}.next(); `)
  e.write(`if (${item}.done) break; ${item} = ${item}.value; } `)
  const left = node.left as AnyNode
  if (left.type === 'VariableDeclaration') {
    e.write(`${left.kind} `)
    e.node(left.declarations[0]!.id)
  } else {
    e.write('(')
    target(e, left)
  }
  e.write(` = ${item}`)
  e.write(left.type === 'VariableDeclaration' ? '; ' : '); ')
  e.node(node.body)
  e.write(' }')
}

function forIn(e: Emitter, node: ForInStatement): void {
  e.inScope(
    e.context.node,
    (scope) => declareHead(e, scope, node.left as AnyNode),
    () => e.children(node),
  )
}

/** What goes before a loop goes before its label too. */
function labeled(e: Emitter, node: LabeledStatement): void {
  const label = `${node.label.name}: `
  const { body } = node
  if (body.type === 'ForOfStatement') forOf(e, body, label)
  else if (isLoop(body)) loop(e, body, label)
  else {
    e.write(label)
    e.node(body)
  }
}

function isLoop(node: AnyNode): node is LoopNode {
  return (
    node.type === 'WhileStatement' ||
    node.type === 'DoWhileStatement' ||
    node.type === 'ForStatement'
  )
}

function withStatement(e: Emitter, node: WithStatement): void {
  e.refuse(node, '`with` hides names from the compiler')
}

/**
 * What the compiler writes often starts with a parenthesis or a star, so a statement must not be
 * left to end at its line's end.
 */
function terminated(e: Emitter, node: AnyNode): void {
  e.children(node)
  if (e.out.source[node.end - 1] !== ';') e.write(';')
}

function variables(e: Emitter, node: VariableDeclaration): void {
  if (e.heads.has(node)) e.children(node)
  else terminated(e, node)
}

function exportDefault(
  e: Emitter,
  node: Extract<AnyNode, { type: 'ExportDefaultDeclaration' }>,
): void {
  const { type } = node.declaration
  if (type === 'FunctionDeclaration' || type === 'ClassDeclaration') e.children(node)
  else terminated(e, node)
}

function jump(e: Emitter, node: AnyNode): void {
  e.out.copy(node.start, node.end)
}

export const statementHandlers: Record<string, Handler> = {
  BlockStatement: block as Handler,
  SwitchStatement: switchStatement as Handler,
  CatchClause: catchClause as Handler,
  WhileStatement: loop as Handler,
  DoWhileStatement: loop as Handler,
  ForStatement: loop as Handler,
  ForOfStatement: forOf as Handler,
  ForInStatement: forIn as Handler,
  LabeledStatement: labeled as Handler,
  WithStatement: withStatement as Handler,
  ExpressionStatement: terminated as Handler,
  ReturnStatement: terminated as Handler,
  ThrowStatement: terminated as Handler,
  VariableDeclaration: variables as Handler,
  ExportDefaultDeclaration: exportDefault as Handler,
  BreakStatement: jump as Handler,
  ContinueStatement: jump as Handler,
  ImportDeclaration: jump as Handler,
  ExportAllDeclaration: jump as Handler,
}
