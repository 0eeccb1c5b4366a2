import type {
  CallExpression,
  Expression,
  MemberExpression,
  NewExpression,
  SpreadElement,
  TaggedTemplateExpression,
} from 'acorn'
import { OP } from '../runtime/operation.ts'
import {
  array,
  assign,
  call as callOf,
  delegated,
  id,
  index,
  literal,
  member,
  spreadOf,
} from './build.ts'
import { isInArrow, readSuper } from './captures.ts'
import { keyOf, privateKind, read } from './elements.ts'
import { type Emitter, type Handler, RUNTIME } from './emitter.ts'
import { newTarget } from './functions.ts'
import type { AnyNode } from './syntax.ts'

/**
 * Calls. A callee is known only when it runs: it may be compiled, native, or a model of something
 * native. So a call becomes a question to the runtime, `call` or `method`, which answers whether
 * there are steps to delegate to (`runtime/calls.ts`).
 *
 * What is known already is written without the question: an operation of `Atomics` that is written
 * out is a step; a private method of a class around is compiled; and functions of `Math` and the
 * like touch nothing.
 */

/** Namespaces and functions of the language that never call back and touch no shared memory. */
const PURE_NAMESPACES: ReadonlySet<string> = new Set(['Math', 'Number', 'BigInt'])
const PURE_FUNCTIONS: ReadonlySet<string> = new Set(['Number', 'BigInt', 'Boolean', 'Symbol'])

type Arguments = readonly (Expression | SpreadElement)[]

export function call(e: Emitter, node: CallExpression): AnyNode {
  const callee = node.callee as AnyNode
  if (callee.type === 'Super') return superCall(e, node)
  if (e.isGlobalName(callee, 'eval')) return e.refusal(node, 'eval')
  const step = atomics(e, node)
  if (step !== undefined) return step
  if (callee.type === 'MemberExpression' && privateKind(e, callee) !== undefined) {
    return privateCall(e, callee, e.node(callee.object), node.arguments)
  }
  if (isPure(e, callee)) return e.with(node, { callee, arguments: e.list(node.arguments) })
  if (!e.context.isSteps) return outsideCall(e, node)
  if (callee.type === 'MemberExpression') return memberCall(e, node, callee)
  return functionCall(e, node, e.node(callee), id('undefined'))
}

/** A call in code that cannot be suspended stays one, with what it is called on. */
function outsideCall(e: Emitter, node: CallExpression): AnyNode {
  const callee = node.callee as AnyNode
  const args = e.list(node.arguments)
  const made =
    callee.type === 'MemberExpression' && callee.object.type !== 'Super'
      ? e.memberAsWritten(callee)
      : e.node(callee)
  // What is imported is a member of its module now, and must not be called as a method of it.
  const isMember = callee.type === 'Identifier' && made.type === 'MemberExpression'
  return e.with(node, { callee: isMember ? e.ask('plain', made) : made, arguments: args })
}

/** A call of a method, which reads the method before it evaluates the arguments. */
function memberCall(e: Emitter, node: CallExpression, callee: MemberExpression): AnyNode {
  if (callee.object.type === 'Super') {
    const found = isInArrow(e) ? readSuper(e, callee, keyOf(e, callee)) : e.memberAsWritten(callee)
    return functionCall(e, node, found, thisNode())
  }
  return methodCall(e, node, callee, e.node(callee.object))
}

/** A call of a method of an object that is compiled already. */
export function methodCall(
  e: Emitter,
  node: CallExpression,
  callee: MemberExpression,
  object: AnyNode,
): AnyNode {
  if (privateKind(e, callee) !== undefined) {
    return privateCall(e, callee, object, node.arguments)
  }
  const isPrivate = callee.property.type === 'PrivateIdentifier'
  if (isPrivate || !node.arguments.every(isStill)) {
    const self = e.temporary()
    const held = assign(id(self), object)
    const found = isPrivate
      ? e.with(callee, { object: held, optional: false })
      : index(held, keyOf(e, callee))
    return functionCall(e, node, found, id(self))
  }
  const args = argumentList(e, node.arguments)
  return e.steps(e.ask('method', e.place(node), object, keyOf(e, callee), args))
}

/** Whether evaluating it changes nothing, so that it may as well come before the method is read. */
function isStill(node: AnyNode): boolean {
  switch (node.type) {
    case 'Identifier':
    case 'Literal':
    case 'ThisExpression':
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
      return true
    case 'MemberExpression':
      return !node.computed && node.object.type !== 'Super' && isStill(node.object)
    case 'BinaryExpression':
      return isStill(node.left as AnyNode) && isStill(node.right)
    default:
      return false
  }
}

export function functionCall(
  e: Emitter,
  node: CallExpression | TaggedTemplateExpression,
  fn: AnyNode,
  self: AnyNode,
  args: AnyNode = argumentList(e, (node as CallExpression).arguments),
): AnyNode {
  return e.steps(e.ask('call', e.place(node), fn, self, args))
}

function thisNode(): AnyNode {
  return { type: 'ThisExpression' } as never
}

export function argumentList(e: Emitter, args: Arguments): AnyNode {
  return array(e.list(args))
}

/** Native constructors above a class may look into what they are given. */
function superCall(e: Emitter, node: CallExpression): AnyNode {
  if (isInArrow(e)) return e.refusal(node, 'super-call-in-arrow')
  if (node.arguments.length === 0) return node
  const given = e.ask('parent', e.place(node), newTarget(), argumentList(e, node.arguments))
  return e.with(node, { arguments: [{ type: 'SpreadElement', argument: given }] })
}

/** `Atomics.load(…)` written out, which needs no look at what `Atomics` is. */
function atomics(e: Emitter, node: CallExpression): AnyNode | undefined {
  const callee = node.callee as AnyNode
  if (callee.type !== 'MemberExpression' || callee.computed || node.optional) return undefined
  if (!e.isGlobalName(callee.object as AnyNode, 'Atomics')) return undefined
  const { name } = callee.property as { name: string }
  const kind = (OP as Record<string, number | undefined>)[name]
  if (kind === undefined) {
    return e.with(node, { callee: member('Atomics', name), arguments: e.list(node.arguments) })
  }
  if (node.arguments.some((argument) => argument.type === 'SpreadElement')) return undefined
  return e.step(e.ask('at', e.place(node), kind, ...(e.list(node.arguments) as AnyNode[])))
}

function privateCall(
  e: Emitter,
  callee: MemberExpression,
  object: AnyNode,
  args: Arguments,
): AnyNode {
  const kind = privateKind(e, callee)!
  const method = e.with(callee, { object, optional: false })
  const steps = callOf(method, e.list(args) as AnyNode[])
  if (kind !== 0) return e.ask('enter', steps, kind)
  if (e.context.isSteps) return delegated(steps)
  return e.ask('run', steps, e.context.plainContext)
}

function isPure(e: Emitter, callee: AnyNode): boolean {
  if (callee.type === 'Identifier')
    return PURE_FUNCTIONS.has(callee.name) && e.isGlobal(callee.name)
  if (callee.type !== 'MemberExpression' || callee.object.type !== 'Identifier') return false
  if (callee.computed) return false
  if (callee.object.name === 'Math' && (callee.property as { name?: string }).name === 'random')
    return false
  return PURE_NAMESPACES.has(callee.object.name) && e.isGlobal(callee.object.name)
}

/** Native classes that keep what they are given, or go through it by methods that are guarded. */
const KEEPERS: ReadonlySet<string> = new Set(
  (
    'Error TypeError RangeError SyntaxError ReferenceError AggregateError Date RegExp URL ' +
    'Map Set Array WeakMap WeakSet WeakRef Object'
  ).split(' '),
)

/**
 * `new` of something that may copy what it is given, or call it back. The question to the runtime
 * comes first, and `new` itself stays where it is, so that a stack begins with the source.
 */
function newExpression(e: Emitter, node: NewExpression): AnyNode {
  const { name } = node.callee as { name?: string }
  const callee = e.node(node.callee)
  const isKeeper = name !== undefined && KEEPERS.has(name) && e.isGlobal(name)
  if (isKeeper) {
    return e.with(node, { callee, arguments: e.list(node.arguments) })
  }
  const isPlain = node.callee.type === 'Identifier' && node.arguments.every(isValue)
  if (isPlain) {
    const args = e.list(node.arguments) as AnyNode[]
    const asked = e.ask('construct', e.place(node), callee, array(args))
    return e.steps(asked, e.with(node, { callee, arguments: args }))
  }
  const Class = e.temporary()
  const list = e.temporary()
  const asked = e.ask(
    'construct',
    e.place(node),
    assign(id(Class), callee),
    assign(id(list), argumentList(e, node.arguments)),
  )
  const made = e.with(node, { callee: id(Class), arguments: [spreadOf(id(list))] })
  return e.steps(asked, made)
}

/** Whether it can be evaluated twice. */
function isValue(node: AnyNode): boolean {
  return node.type === 'Identifier' || node.type === 'Literal' || node.type === 'ThisExpression'
}

/** A tag is called with the strings, which are the same at each call, and the values. */
function taggedTemplate(e: Emitter, node: TaggedTemplateExpression): AnyNode {
  const tag = node.tag as AnyNode
  if (!e.context.isSteps) return e.copy(node)
  const zeros = node.quasi.expressions.map(() => literal(0))
  const strings = e.with(node, {
    tag: member(RUNTIME, 'strings'),
    quasi: e.with(node.quasi, { expressions: zeros }),
  })
  const values = node.quasi.expressions.map((value) => e.node(value))
  const args = array([strings, ...values])
  if (tag.type !== 'MemberExpression' || tag.object.type === 'Super') {
    return functionCall(e, node, e.node(tag), id('undefined'), args)
  }
  const self = e.temporary()
  const found = read(e, tag, assign(id(self), e.node(tag.object)))
  return functionCall(e, node, found, id(self), args)
}

/** What is imported while the module runs. */
function dynamicImport(e: Emitter, node: Extract<AnyNode, { type: 'ImportExpression' }>): AnyNode {
  if (e.format === 'module') return e.copy(node)
  return callOf(member(`${RUNTIME}_m`, 'load'), [e.node(node.source)])
}

export const callHandlers: Record<string, Handler> = {
  NewExpression: newExpression as Handler,
  TaggedTemplateExpression: taggedTemplate as Handler,
  ImportExpression: dynamicImport as Handler,
}
