import type { MemberExpression } from 'acorn'
import { literal } from './build.ts'
import type { Emitter } from './emitter.ts'
import type { AnyNode } from './syntax.ts'

/** Whether a member may be an element of an array: computed, and not by a name or a symbol. */
export function isElement({ computed, property, object }: MemberExpression): boolean {
  if (!computed || object.type === 'Super') return false
  if (property.type === 'Literal') return /^\d+$/.test(String(property.value))
  const isSymbol =
    property.type === 'MemberExpression' &&
    property.object.type === 'Identifier' &&
    property.object.name === 'Symbol'
  return !isSymbol
}

/** The reading of a member of an object that is compiled already. */
export function read(e: Emitter, node: MemberExpression, object: AnyNode): AnyNode {
  const { property, computed } = node
  if (isElement(node)) {
    return e.step(e.ask('get', e.place(node), object, e.node(property as AnyNode)))
  }
  const kind = privateKind(e, node)
  const found = e.with(node, {
    object,
    property: computed ? e.node(property as AnyNode) : property,
    optional: false,
  })
  return kind === undefined ? found : e.ask('private', found, kind)
}

/** The key of a member, as an expression. */
export function keyOf(e: Emitter, { computed, property }: MemberExpression): AnyNode {
  return computed ? e.node(property as AnyNode) : literal((property as { name: string }).name)
}

/** The kind of function that a private method is; undefined for a field and what is not private. */
export function privateKind(e: Emitter, { property }: MemberExpression): number | undefined {
  if (property.type !== 'PrivateIdentifier') return undefined
  const { name } = property
  return e.privateMethods.findLast((names) => names.has(name))?.get(name)
}
