import type {
  BlockStatement,
  CatchClause,
  ForInStatement,
  ForOfStatement,
  LabeledStatement,
  SwitchStatement,
} from 'acorn'
import {
  assign,
  block,
  declare,
  declarator,
  id,
  isMany,
  literal,
  logical,
  member,
  sequence,
  statement,
  yielded,
} from './build.ts'
import { assignedVariables, carriedVariables, type LoopNode } from './carried.ts'
import { type Emitter, type Handler, RUNTIME } from './emitter.ts'
import { hoist } from './functions.ts'
import { assigned, bound, declarators, readsElements, target } from './patterns.ts'
import { declareBlock, type Scope } from './scope.ts'
import { type AnyNode, isFunction, namesOf, walk } from './syntax.ts'

/**
 * Statements. A loop that may make steps has an object of the runtime, which at each round is given
 * the variables that rounds hand on to one another, and says whether the last round was idle; if
 * so, the thread yields until another has written. A `for … of` goes on by its iterator and is
 * never idle itself, but the loops around it have to know of its rounds.
 */

function blockStatement(e: Emitter, node: BlockStatement): AnyNode {
  return e.inScope(
    e.context.node,
    (scope) => declareBlock(scope, node.body),
    () => e.with(node, { body: e.block(node.body) }),
  )
}

/** A function in a case is tied to its compiled form wherever the cases may be entered. */
function switchStatement(e: Emitter, node: SwitchStatement): AnyNode {
  return e.inScope(
    e.context.node,
    (scope) => {
      for (const { consequent } of node.cases) declareBlock(scope, consequent)
    },
    () => {
      const functions = node.cases.flatMap(({ consequent }) => consequent as AnyNode[])
      return e.with(node, {
        discriminant: e.node(node.discriminant),
        cases: node.cases.map((one) =>
          e.with(one as AnyNode, {
            test: one.test ? e.node(one.test) : null,
            consequent: [...hoist(e, functions), ...e.statements(one.consequent)],
          }),
        ),
      })
    },
  )
}

function catchClause(e: Emitter, node: CatchClause): AnyNode {
  return e.inScope(
    e.context.node,
    (scope) => {
      for (const name of namesOf(node.param)) scope.names.add(name)
    },
    () => {
      const param = node.param as AnyNode | null | undefined
      if (!param || !readsElements(param)) return e.copy(node)
      const held = e.name('error')
      const taken = declare('let', bound(e, param, id(held)))
      return e.with(node, { param: id(held), body: block([taken, e.node(node.body)]) })
    },
  )
}

/** A loop with an access or a call in it asks at each round whether the last one was idle. */
function loop(e: Emitter, node: LoopNode, labels: readonly AnyNode[] = []): AnyNode {
  const head = node.type === 'ForStatement' ? node.init : undefined
  return e.inScope(
    e.context.node,
    (scope) => declareHead(scope, head),
    () => {
      if (!e.context.isSteps || !mayStep(node)) return labelled(e, labels, e.copy(node))
      const state = e.temporary()
      const begin = statement(assign(id(state), e.ask('loop', e.place(node))))
      const variables = carriedVariables(node, e.context.node).map((name) => value(e, name))
      const idle = logical(
        '&&',
        e.ask('idle', id(state), { type: 'ArrayExpression', elements: variables } as never),
        yielded(member(RUNTIME, 'STEP')),
      )
      return block([begin, labelled(e, labels, asking(e, node, idle))])
    },
  )
}

/** A variable as an expression. */
function value(e: Emitter, name: string): AnyNode {
  return e.isImported(name) ? e.imported.get(name)! : id(name)
}

function labelled(e: Emitter, labels: readonly AnyNode[], body: AnyNode): AnyNode {
  return labels.reduceRight((inner, label) => e.with(label, { body: inner }), body)
}

/** Declares the variables of a loop's head, which does not end as a statement does. */
function declareHead(scope: Scope, head: AnyNode | null | undefined): void {
  if (head?.type !== 'VariableDeclaration') return
  for (const { id: name } of head.declarations)
    for (const one of namesOf(name)) scope.names.add(one)
}

function asking(e: Emitter, node: LoopNode, idle: AnyNode): AnyNode {
  if (node.type === 'DoWhileStatement') {
    const body = e.node(node.body)
    const first = statement(idle)
    return e.with(node, { body: block([first, ...flat(body)]), test: e.node(node.test) })
  }
  if (node.type === 'WhileStatement') {
    const test = sequence([idle, e.node(node.test)])
    return e.with(node, { test, body: e.node(node.body) })
  }
  return e.with(node, {
    init: node.init ? e.node(node.init) : null,
    test: sequence([idle, node.test ? e.node(node.test) : literal(true)]),
    update: node.update ? e.node(node.update) : null,
    body: e.node(node.body),
  })
}

/** A statement in a list of statements. */
function flat(node: AnyNode): AnyNode[] {
  return isMany(node) ? node.body : [node]
}

/** Whether anything in the loop may be a step: an access, a call or a yield. */
function mayStep(node: AnyNode): boolean {
  let found = false
  walk(node, (inner) => {
    if (isFunction(inner)) return false
    if (inner.type === 'CallExpression' || inner.type === 'YieldExpression') found = true
    if (inner.type === 'AwaitExpression' || inner.type === 'TaggedTemplateExpression') found = true
    if (inner.type === 'MemberExpression' && inner.computed) found = true
    return !found
  })
  return found
}

function forOf(e: Emitter, node: ForOfStatement, labels: readonly AnyNode[] = []): AnyNode {
  if (node.await) {
    return block([statement(e.node(node.right)), statement(e.refusal(node, 'for-await'))])
  }
  return e.inScope(
    e.context.node,
    (scope) => declareHead(scope, node.left as AnyNode),
    () => {
      if (!e.context.isSteps) return labelled(e, labels, nativeForOf(e, node))
      const state = e.temporary()
      const begin = statement(assign(id(state), e.ask('loop', e.place(node))))
      return block([begin, labelled(e, labels, forOfSteps(e, node, state))])
    },
  )
}

function nativeForOf(e: Emitter, node: ForOfStatement | ForInStatement): AnyNode {
  const left = node.left as AnyNode
  if (node.type === 'ForOfStatement' && readsElements(left)) {
    const item = e.name('item')
    return e.with(node, {
      left: declare('const', [declarator(id(item), null)]),
      right: e.node(node.right),
      body: block([...bindItem(e, left, id(item)), ...flat(e.node(node.body))]),
    })
  }
  const head =
    left.type === 'VariableDeclaration'
      ? e.with(left, {
          declarations: left.declarations.map((one) =>
            e.with(one, { id: e.node(one.id), init: one.init ? e.node(one.init) : null }),
          ),
        })
      : target(e, left)
  return e.with(node, { left: head, right: e.node(node.right), body: inBlock(e, node.body) })
}

function inBlock(e: Emitter, node: AnyNode): AnyNode {
  const made = e.node(node)
  return isMany(made) ? block(made.body) : made
}

/** The loop stays a native one; for what must not be read natively each round asks first. */
function forOfSteps(e: Emitter, node: ForOfStatement, state: string): AnyNode {
  const item = e.name('item')
  const right = e.ask('iterate', e.place(node.right), e.node(node.right))
  const variables = assignedVariables(node).map((name) => value(e, name))
  const all = { type: 'ArrayExpression', elements: variables } as never
  const asked = { type: 'YieldExpression', delegate: true, argument: e.ask('next', id(item)) }
  const body = [
    statement(e.ask('turn', id(state), all)),
    {
      type: 'IfStatement',
      test: e.ask('isRound', id(item)),
      consequent: block([
        statement(assign(id(item), asked as never)),
        {
          type: 'IfStatement',
          test: member(item, 'done'),
          consequent: { type: 'BreakStatement' },
        },
        statement(assign(id(item), member(item, 'value'))),
      ] as never),
    } as never,
    ...bindItem(e, node.left as AnyNode, id(item)),
    ...flat(e.node(node.body)),
  ]
  return e.with(node, {
    left: declare('let', [declarator(id(item), null)]),
    right,
    body: block(body),
  })
}

function bindItem(e: Emitter, left: AnyNode, item: AnyNode): AnyNode[] {
  if (left.type === 'VariableDeclaration') {
    const pattern = left.declarations[0]!.id as AnyNode
    return [e.with(left, { declarations: bound(e, pattern, item) })]
  }
  if (left.type !== 'MemberExpression') {
    return [statement(left.type === 'Identifier' ? assign(left, item) : assigned(e, left, item))]
  }
  if (left.object.type === 'Super' || left.property.type === 'PrivateIdentifier') {
    return [statement(assign(e.memberAsWritten(left), item))]
  }
  const key = left.computed
    ? e.node(left.property as AnyNode)
    : literal((left.property as { name: string }).name)
  return [statement(e.step(e.ask('set', e.place(left), e.node(left.object), key, item)))]
}

/** Names are all that a `for … in` gives; they may be written to an element. */
function forIn(e: Emitter, node: ForInStatement, labels: readonly AnyNode[] = []): AnyNode {
  return e.inScope(
    e.context.node,
    (scope) => declareHead(scope, node.left as AnyNode),
    () => labelled(e, labels, nativeForOf(e, node)),
  )
}

/** What goes before a loop goes before its labels too. */
function labeled(e: Emitter, node: LabeledStatement): AnyNode {
  const labels: AnyNode[] = [node]
  let body = node.body as AnyNode
  for (; body.type === 'LabeledStatement'; body = body.body) labels.push(body)
  switch (body.type) {
    case 'ForOfStatement':
      return forOf(e, body, labels)
    case 'ForInStatement':
      return forIn(e, body, labels)
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'ForStatement':
      return loop(e, body, labels)
    default: {
      const made = e.node(body)
      return isMany(made) ? made : labelled(e, labels, made)
    }
  }
}

function withStatement(e: Emitter, node: AnyNode): AnyNode {
  return statement(e.refusal(node, 'with'))
}

/** A function that is the whole of a branch is in a block of its own. */
function branches(e: Emitter, node: Extract<AnyNode, { type: 'IfStatement' }>): AnyNode {
  const branch = (one: AnyNode | null | undefined): AnyNode | null => {
    if (one == null) return null
    return one.type === 'FunctionDeclaration' ? block(e.block([one])) : inBlock(e, one)
  }
  return e.with(node, {
    test: e.node(node.test),
    consequent: branch(node.consequent),
    alternate: branch(node.alternate),
  })
}

function variables(e: Emitter, node: Extract<AnyNode, { type: 'VariableDeclaration' }>): AnyNode {
  return e.with(node, { declarations: node.declarations.flatMap((one) => declarators(e, one)) })
}

function jump(_: Emitter, node: AnyNode): AnyNode {
  return node
}

export const statementHandlers: Record<string, Handler> = {
  BlockStatement: blockStatement as Handler,
  SwitchStatement: switchStatement as Handler,
  CatchClause: catchClause as Handler,
  WhileStatement: loop as Handler,
  DoWhileStatement: loop as Handler,
  ForStatement: loop as Handler,
  ForOfStatement: forOf as Handler,
  ForInStatement: forIn as Handler,
  LabeledStatement: labeled as Handler,
  IfStatement: branches as Handler,
  WithStatement: withStatement as Handler,
  VariableDeclaration: variables as Handler,
  BreakStatement: jump as Handler,
  ContinueStatement: jump as Handler,
}
