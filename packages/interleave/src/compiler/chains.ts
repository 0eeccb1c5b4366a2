import type { CallExpression, ChainExpression, MemberExpression } from 'acorn'
import { assign, binary, conditional, id, literal, undefinedValue } from './build.ts'
import { isInArrow, readSuper } from './captures.ts'
import { call, functionCall, methodCall } from './calls.ts'
import { keyOf, read } from './elements.ts'
import type { Emitter, Handler } from './emitter.ts'
import type { AnyNode } from './syntax.ts'

/**
 * Optional chains, link by link: a step inside a chain must not be made twice, and what the chain
 * skips must make no step. `a?.b.c` is `(t = a) == null ? undefined : t.b.c`, so what follows a
 * link is made inside what the link decides; `next` makes it.
 */
type Next = (value: AnyNode) => AnyNode

function chain(e: Emitter, node: ChainExpression): AnyNode {
  return link(e, node.expression as AnyNode, (value) => value)
}

function link(e: Emitter, node: AnyNode, next: Next): AnyNode {
  if (node.type === 'MemberExpression') return memberLink(e, node, next)
  if (node.type === 'CallExpression') return callLink(e, node, next)
  return next(e.node(node))
}

function memberLink(e: Emitter, node: MemberExpression, next: Next): AnyNode {
  if (node.object.type === 'Super') return next(e.node(node))
  return link(e, node.object, (object) => {
    if (!node.optional) return next(read(e, node, object))
    return unlessNull(e, object, (held) => next(read(e, node, held)))
  })
}

function callLink(e: Emitter, node: CallExpression, next: Next): AnyNode {
  const callee = node.callee as AnyNode
  if (callee.type === 'MemberExpression' && callee.object.type === 'Super') {
    const found = isInArrow(e) ? readSuper(e, callee, keyOf(e, callee)) : e.memberAsWritten(callee)
    return calledOn(e, node, found, { type: 'ThisExpression' } as never, next)
  }
  if (callee.type !== 'MemberExpression') {
    return link(e, callee, (fn) => calledOn(e, node, fn, id('undefined'), next))
  }
  return link(e, callee.object, (object) => {
    if (callee.optional)
      return unlessNull(e, object, (held) => method(e, node, callee, held, next))
    return method(e, node, callee, object, next)
  })
}

/** `o.f(x)` or `o.f?.(x)`: the function is called with its object. */
function method(
  e: Emitter,
  node: CallExpression,
  callee: MemberExpression,
  object: AnyNode,
  next: Next,
): AnyNode {
  if (!node.optional) return next(methodCall(e, node, callee, object))
  const self = e.temporary()
  const found = read(e, callee, assign(id(self), object))
  return unlessNull(e, found, (fn) => next(functionCall(e, node, fn, id(self))))
}

function calledOn(
  e: Emitter,
  node: CallExpression,
  fn: AnyNode,
  self: AnyNode,
  next: Next,
): AnyNode {
  if (!node.optional) return next(functionCall(e, node, fn, self))
  return unlessNull(e, fn, (held) => next(functionCall(e, node, held, self)))
}

function unlessNull(e: Emitter, value: AnyNode, next: Next): AnyNode {
  const held = e.temporary()
  const isNull = binary('==', assign(id(held), value), literal(null))
  return conditional(isNull, undefinedValue(), next(id(held)))
}

/** A chain that is only deleted at its end, which the language does itself. */
export function nativeChain(e: Emitter, node: AnyNode): AnyNode {
  if (node.type === 'ChainExpression') {
    return e.with(node, { expression: nativeChain(e, node.expression) })
  }
  if (node.type === 'MemberExpression') {
    const property = node.computed ? e.node(node.property as AnyNode) : node.property
    return e.with(node, { object: nativeChain(e, node.object), property })
  }
  if (node.type === 'CallExpression') {
    return e.with(node, { callee: nativeChain(e, node.callee), arguments: e.list(node.arguments) })
  }
  return e.node(node)
}

/** `(o?.f)()`: the chain ends at the parenthesis, and what it found is still called with `o`. */
function callOfChain(e: Emitter, node: CallExpression): AnyNode {
  const callee = node.callee as AnyNode
  const last = callee.type === 'ChainExpression' ? callee.expression : undefined
  if (last?.type !== 'MemberExpression' || last.object.type === 'Super') return call(e, node)
  const self = e.temporary()
  const fn = link(e, last.object, (object) => {
    const held = assign(id(self), object)
    return last.optional ? unlessNull(e, held, () => read(e, last, id(self))) : read(e, last, held)
  })
  return functionCall(e, node, fn, id(self))
}

export const chainHandlers: Record<string, Handler> = {
  ChainExpression: chain as Handler,
  CallExpression: callOfChain as Handler,
}
