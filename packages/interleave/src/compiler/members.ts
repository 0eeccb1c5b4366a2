import type {
  AssignmentExpression,
  Identifier,
  MemberExpression,
  SpreadElement,
  UnaryExpression,
  UpdateExpression,
} from 'acorn'
import {
  assign,
  binary,
  call,
  delegated,
  id,
  index,
  literal,
  logical,
  member,
  sequence,
  yielded,
} from './build.ts'
import { argumentsHere, isInArrow, readSuper, writeSuper } from './captures.ts'
import { nativeChain } from './chains.ts'
import { withMethods } from './classes.ts'
import { CONTEXT, type Emitter, type Handler, RUNTIME } from './emitter.ts'
import { isElement, keyOf, read } from './elements.ts'
import { assigned } from './patterns.ts'
import { type AnyNode, isArguments, namesOf, type Pattern, walk } from './syntax.ts'

/**
 * Members, assignments and what else touches values. `a[i]` may be an element of shared memory, so
 * reading it asks the runtime by `get` and writing it by `set`; a member by a name cannot be one.
 * Object, key and old value of a compound assignment are evaluated once, as in the source, and read
 * and write are two steps.
 *
 * An assignment to what outlives a round of a loop (a property, a private field, a variable of
 * another function) is told to the runtime, whose log of changes decides whether the round was
 * idle. A property can be looked up again and may be found restored; the others count as changed
 * for good.
 */

function memberExpression(e: Emitter, node: MemberExpression): AnyNode {
  if (node.object.type === 'Super') {
    return isInArrow(e) ? readSuper(e, node, keyOf(e, node)) : e.memberAsWritten(node)
  }
  return read(e, node, e.node(node.object))
}

function assignment(e: Emitter, node: AssignmentExpression): AnyNode {
  const left = node.left as AnyNode
  if (left.type === 'MemberExpression') return assignMember(e, node, left)
  if (left.type === 'Identifier') return assignVariable(e, node, left)
  const made = assigned(e, left, e.node(node.right))
  return isOwnPattern(e, left) ? made : changed(e, made)
}

/** Whether a pattern assigns only to variables of the function that it is in. */
function isOwnPattern(e: Emitter, left: AnyNode): boolean {
  let isOwn = namesOf(left as Pattern).every((name) => e.scope.ownerOf(name) === e.context.node)
  walk(left, (node) => {
    if (node.type === 'MemberExpression') isOwn = false
    return isOwn
  })
  return isOwn
}

function unary(e: Emitter, node: UnaryExpression): AnyNode {
  if (node.operator !== 'delete') return e.copy(node)
  const argument = node.argument as AnyNode
  const isChain = argument.type === 'ChainExpression'
  const inner = isChain
    ? nativeChain(e, argument)
    : argument.type === 'MemberExpression'
      ? e.memberAsWritten(argument)
      : e.node(argument)
  return changed(e, e.with(node, { argument: inner }))
}

/** A variable of another function or of the module is an object of sorts: others see it change. */
function assignVariable(e: Emitter, node: AssignmentExpression, left: Identifier): AnyNode {
  const isNaming = !/^[^&|?]+=$/.test(node.operator) || node.operator === '='
  const right = isNaming ? e.named(left.name, node.right) : e.node(node.right)
  const made = e.with(node, { right })
  const isOwn = e.scope.ownerOf(left.name) === e.context.node
  if (!isWatched(e) || isOwn) return made
  // A variable that nothing declares may come to be by this very assignment.
  if (e.isGlobal(left.name)) return changed(e, made)
  return e.ask('outer', id(left.name), made)
}

function assignMember(e: Emitter, node: AssignmentExpression, left: MemberExpression): AnyNode {
  if (left.object.type === 'Super' && isInArrow(e)) return assignSuper(e, node, left)
  const isOpaque = left.property.type === 'PrivateIdentifier' || left.object.type === 'Super'
  const object = left.object as AnyNode
  if (isOpaque || (!isElement(left) && !isWatched(e, object))) {
    const made = e.with(node, { left: e.memberAsWritten(left), right: e.node(node.right) })
    return isOpaque ? changed(e, made, object) : made
  }
  if (node.operator === '=') {
    return store(e, left, e.node(object), keyOf(e, left), e.node(node.right))
  }
  const { held, object: at, key, value } = hold(e, left)
  const operator = node.operator.slice(0, -1)
  const right = e.node(node.right)
  if (operator === '&&' || operator === '||' || operator === '??') {
    return logical(operator, sequence([...held, value]), store(e, left, at, key, right))
  }
  return sequence([...held, store(e, left, at, key, binary(operator, value, right))])
}

/** `super.x = v` and the like in an arrow function. */
function assignSuper(e: Emitter, node: AssignmentExpression, left: MemberExpression): AnyNode {
  const key = e.temporary()
  const start = assign(id(key), keyOf(e, left))
  if (node.operator === '=') {
    return sequence([start, writeSuper(e, node, id(key), e.node(node.right))])
  }
  const operator = node.operator.slice(0, -1)
  const before = readSuper(e, node, id(key))
  const right = e.node(node.right)
  if (operator === '&&' || operator === '||' || operator === '??') {
    return sequence([start, logical(operator, before, writeSuper(e, node, id(key), right))])
  }
  return sequence([start, writeSuper(e, node, id(key), binary(operator, before, right))])
}

interface Held {
  /** What evaluates object, key and present value, once. */
  readonly held: AnyNode[]
  readonly object: AnyNode
  readonly key: AnyNode
  readonly value: AnyNode
}

/** Evaluates object, key and present value of a member once, into temporaries. */
function hold(e: Emitter, left: MemberExpression): Held {
  const object = e.temporary()
  const value = e.temporary()
  const held = [assign(id(object), e.node(left.object as AnyNode))]
  let key = literal((left.property as { name?: string }).name ?? '')
  if (left.computed) {
    const name = e.temporary()
    held.push(assign(id(name), e.node(left.property as AnyNode)))
    key = id(name)
  }
  const found = isElement(left)
    ? e.step(e.ask('get', e.place(left), id(object), key))
    : index(id(object), key)
  held.push(assign(id(value), found))
  return { held, object: id(object), key, value: id(value) }
}

/** A store to a member. */
function store(
  e: Emitter,
  left: MemberExpression,
  object: AnyNode,
  key: AnyNode,
  value: AnyNode,
): AnyNode {
  return isElement(left)
    ? e.step(e.ask('set', e.place(left), object, key, value))
    : e.ask('prop', object, key, value)
}

/**
 * Whether a change made here could be one that makes a round of a loop more than idle. Module code
 * runs in no loop of a thread, and what a constructor does to its new object is no change yet.
 */
function isWatched(e: Emitter, object?: AnyNode): boolean {
  const { isSteps, plainContext } = e.context
  if (isSteps) return true
  const isNew = plainContext === CONTEXT.constructor || plainContext === CONTEXT.field
  return plainContext > 0 && !(isNew && object?.type === 'ThisExpression')
}

/** An assignment that cannot be looked up again, as a change that cannot be undone. */
function changed(e: Emitter, made: AnyNode, object?: AnyNode): AnyNode {
  return isWatched(e, object) ? e.ask('outer', id(RUNTIME), made) : made
}

function update(e: Emitter, node: UpdateExpression): AnyNode {
  const argument = node.argument as AnyNode
  if (argument.type === 'Identifier') {
    const isOwn = e.scope.ownerOf(argument.name) === e.context.node
    return isOwn ? node : changed(e, node)
  }
  const left = argument as MemberExpression
  const object = left.object as AnyNode
  if (left.object.type === 'Super' && isInArrow(e)) return e.refusal(node, 'super-in-field')
  const isOpaque = left.property.type === 'PrivateIdentifier' || left.object.type === 'Super'
  if (isOpaque || (!isElement(left) && !isWatched(e, object))) {
    const made = e.with(node, { argument: e.memberAsWritten(left) })
    return isOpaque ? changed(e, made, object) : made
  }
  const { held, object: at, key, value } = hold(e, left)
  const old = e.temporary()
  const counted = e.with(node, { argument: value })
  return sequence([...held, assign(id(old), counted), store(e, left, at, key, value), id(old)])
}

/** Items of a list in a call, an array or an object. */
function spread(e: Emitter, node: SpreadElement): AnyNode {
  const argument = e.node(node.argument)
  const all = e.ask('list', e.place(node), argument, id('Infinity'))
  return e.with(node, { argument: e.steps(all) })
}

function objectExpression(e: Emitter, node: Extract<AnyNode, { type: 'ObjectExpression' }>) {
  const properties = node.properties.map((item) => {
    if (item.type !== 'SpreadElement') return e.node(item)
    const whole = e.ask('whole', e.place(item), e.node(item.argument))
    return e.with(item, { argument: whole })
  })
  return withMethods(e, node, e.with(node, { properties }))
}

/** `Atomics` and `Promise` as values are the model's own while threads are checked. */
function identifier(e: Emitter, node: Identifier): AnyNode {
  if (isArguments(node) && e.isGlobal('arguments')) return argumentsHere(e, node)
  if (node.name === 'Atomics' && e.isGlobal('Atomics')) return member(RUNTIME, 'Atomics')
  if (node.name === 'Promise' && e.isGlobal('Promise')) return call(member(RUNTIME, 'promise'), [])
  return e.isImported(node.name) ? e.imported.get(node.name)! : node
}

/** A yielded value and what `yield*` delegates to. */
function yieldExpression(
  e: Emitter,
  node: Extract<AnyNode, { type: 'YieldExpression' }>,
): AnyNode {
  if (!node.delegate) return e.copy(node)
  return delegated(e.ask('inner', e.place(node), e.node(node.argument as AnyNode)))
}

/** An `await` in a function yields to the function's driver; in module code it stays as it is. */
function awaitExpression(
  e: Emitter,
  node: Extract<AnyNode, { type: 'AwaitExpression' }>,
): AnyNode {
  if (!e.context.isSteps) return e.copy(node)
  return yielded(e.ask('wait', e.node(node.argument)))
}

export const memberHandlers: Record<string, Handler> = {
  MemberExpression: memberExpression as Handler,
  AssignmentExpression: assignment as Handler,
  UnaryExpression: unary as Handler,
  UpdateExpression: update as Handler,
  SpreadElement: spread as Handler,
  ObjectExpression: objectExpression as Handler,
  Identifier: identifier as Handler,
  YieldExpression: yieldExpression as Handler,
  AwaitExpression: awaitExpression as Handler,
}
