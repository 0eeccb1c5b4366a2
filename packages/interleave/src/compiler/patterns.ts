import type { ArrayPattern, ObjectPattern, Property, VariableDeclarator } from 'acorn'
import {
  array,
  assign,
  binary,
  call,
  conditional,
  declarator,
  id,
  index,
  literal,
  member,
  sequence,
  undefinedValue,
} from './build.ts'
import { type Emitter, type Handler, RUNTIME } from './emitter.ts'
import { type AnyNode, walk } from './syntax.ts'

/**
 * Patterns. What a pattern takes apart may be shared memory, or make steps when it is asked for its
 * items. A pattern that reads members by names only is left to the language. One that reads
 * elements is taken apart here, member by member, in the order of the source; and a list is first
 * asked, in steps, for as many items as the pattern has. Where that does not reach, such as a list
 * inside a list, the language's own reading of shared memory is refused while threads run.
 */

/** Makes what binds a target to a value: a declarator or an assignment. */
type Bind = (target: AnyNode, value: AnyNode) => AnyNode[]

/** Whether a parameter can stay in a list of parameters: nothing about it may need steps. */
export function isSimple(param: AnyNode, isAsync: boolean): boolean {
  if (param.type === 'Identifier') return true
  // What goes wrong in the parameters of an async function rejects its promise.
  if (isAsync && param.type !== 'RestElement') return false
  let isIt = true
  walk(param, (node) => {
    switch (node.type) {
      case 'Identifier':
      case 'Literal':
      case 'AssignmentPattern':
      case 'RestElement':
        break
      case 'Property':
        isIt &&= !isIndexed(node as unknown as Property)
        break
      case 'ObjectPattern':
      case 'ObjectExpression':
      case 'ArrayExpression':
        break
      default:
        isIt = false
    }
    return isIt
  })
  return isIt
}

/** Whether a property of a pattern may be an element. */
function isIndexed({ key, computed }: Property): boolean {
  const { value } = key as { value?: unknown }
  if (key.type === 'Literal') return /^\d+$/.test(String(value))
  if (!computed) return false
  return !(key.type === 'MemberExpression' && (key.object as { name?: string }).name === 'Symbol')
}

/** Whether anywhere in the pattern elements are read. */
export function readsElements(pattern: AnyNode): boolean {
  let found = false
  walk(pattern, (node) => {
    if (node.type === 'ObjectPattern') {
      found ||= node.properties.some((p) => p.type === 'RestElement' || isIndexed(p as never))
    }
    return !found && node.type !== 'MemberExpression'
  })
  return found
}

/** The declarators that a parameter becomes in the body. */
export function bindParameter(
  e: Emitter,
  param: AnyNode,
  value: AnyNode,
  after: AnyNode,
): AnyNode[] {
  if (param.type === 'RestElement') return unpack(e, param.argument, after, declared(e))
  return withDefault(e, param, value, declared(e))
}

/** Declarators; a temporary is one of them. */
function declared(e: Emitter): Bind {
  return (to, value) => [declarator(writable(e, to), value)]
}

/** Binds a pattern that may have a default to a value. */
function withDefault(e: Emitter, pattern: AnyNode, value: AnyNode, bind: Bind): AnyNode[] {
  if (pattern.type !== 'AssignmentPattern') return unpack(e, pattern, value, bind)
  const held = e.temporary()
  const name = pattern.left.type === 'Identifier' ? pattern.left.name : undefined
  const isMissing = binary('===', assign(id(held), value), undefinedValue())
  const found = conditional(isMissing, e.named(name, pattern.right), id(held))
  return unpack(e, pattern.left, found, bind)
}

/** Binds all that a pattern names to what it finds in a value, which is evaluated once. */
export function unpack(e: Emitter, pattern: AnyNode, value: AnyNode, bind: Bind): AnyNode[] {
  if (pattern.type === 'ArrayPattern') return unpackList(e, pattern, value, bind)
  if (pattern.type !== 'ObjectPattern' || !readsElements(pattern)) return bind(pattern, value)
  const held = e.temporary()
  const [first, ...others] = pattern.properties
  const start = assign(id(held), e.ask('object', value))
  if (first === undefined) return bind(pattern, value)
  const keys: AnyNode[] = []
  return [
    ...unpackProperty(e, first as AnyNode, held, start, keys, bind),
    ...others.flatMap((p) => unpackProperty(e, p as AnyNode, held, id(held), keys, bind)),
  ]
}

/** `start` is what the first property is read from; it also keeps the object for the others. */
function unpackProperty(
  e: Emitter,
  node: AnyNode,
  held: string,
  start: AnyNode,
  keys: AnyNode[],
  bind: Bind,
): AnyNode[] {
  if (node.type === 'RestElement') {
    const others = e.ask('rest', e.place(node), start, array(keys))
    return unpack(e, node.argument, others, bind)
  }
  const { key, computed, value } = node as unknown as Property
  if (!isIndexed(node as never)) {
    const name = key.type === 'Identifier' && !computed ? literal(key.name) : (key as AnyNode)
    keys.push(name)
    return withDefault(e, value, index(start, name), bind)
  }
  const at = e.temporary()
  keys.push(id(at))
  // The object is evaluated before the key, and the key before anything is read.
  const read = e.step(
    call(member(RUNTIME, 'get'), [e.place(node), start, assign(id(at), e.node(key))]),
  )
  return withDefault(e, value, read, bind)
}

/** An array pattern: the list may be shared, and is then read step by step. */
function unpackList(e: Emitter, pattern: ArrayPattern, value: AnyNode, bind: Bind): AnyNode[] {
  if (!readsElements(pattern)) return bind(pattern, listed(e, pattern, value))
  const nested: [AnyNode, string][] = []
  const elements = pattern.elements.map((element) => {
    if (element === null || !readsElements(element)) return element
    const held = e.temporary()
    const isRest = element.type === 'RestElement'
    nested.push([isRest ? element.argument : element, held])
    return isRest ? e.with(element, { argument: id(held) }) : id(held)
  })
  const outer = e.with(pattern, { elements })
  return [
    ...bind(outer, listed(e, pattern, value)),
    ...nested.flatMap(([inner, held]) => withDefault(e, inner, id(held), bind)),
  ]
}

/** A list that an array pattern takes apart, by steps if it needs them. */
export function listed(e: Emitter, pattern: ArrayPattern, value: AnyNode): AnyNode {
  if (value.type === 'ArrayExpression') return value
  const { elements } = pattern
  const isOpen = elements.at(-1)?.type === 'RestElement'
  const count = isOpen ? Infinity : elements.length
  const most = isOpen ? id('Infinity') : literal(count)
  return e.steps(e.ask('list', e.place(pattern), value, most))
}

/** The declarators that one of the source becomes. */
export function declarators(e: Emitter, node: VariableDeclarator): AnyNode[] {
  const pattern = node.id as AnyNode
  if (!node.init) return [e.with(node, { id: e.node(pattern) })]
  if (pattern.type === 'Identifier') {
    return [e.with(node, { init: e.named(pattern.name, node.init) })]
  }
  return bound(e, pattern, e.node(node.init))
}

/** Declarators that bind a pattern to a value that is compiled already. */
export function bound(e: Emitter, pattern: AnyNode, value: AnyNode): AnyNode[] {
  return unpack(e, pattern, value, (target, found) => [declarator(writable(e, target), found)])
}

/** An assignment to a pattern, as an expression that has the assigned value. */
export function assigned(e: Emitter, pattern: AnyNode, value: AnyNode): AnyNode {
  if (!readsElements(pattern)) {
    const from = pattern.type === 'ArrayPattern' ? listed(e, pattern, value) : value
    return assign(target(e, pattern), from)
  }
  const held = e.temporary()
  const parts = unpack(e, pattern, id(held), (to, found) => [assign(writable(e, to), found)])
  return sequence([assign(id(held), value), ...parts, id(held)])
}

/** A target as it is written; one that was made here already is left alone. */
function writable(e: Emitter, node: AnyNode): AnyNode {
  return node.start === undefined ? node : target(e, node)
}

/** Something assigned to. An element is refused at run time if the array turns out to be shared. */
export function target(e: Emitter, node: AnyNode): AnyNode {
  if (node.type !== 'MemberExpression') return node.type === 'Identifier' ? node : e.node(node)
  if (!node.computed || node.object.type === 'Super') return e.memberAsWritten(node)
  return index(e.ask('target', e.place(node), e.node(node.object)), e.node(node.property))
}

function arrayPattern(e: Emitter, node: ArrayPattern): AnyNode {
  return e.with(node, {
    elements: node.elements.map((element) => (element === null ? null : target(e, element))),
  })
}

function objectPattern(e: Emitter, node: ObjectPattern): AnyNode {
  return e.with(node, {
    properties: node.properties.map((item) => {
      if (item.type === 'RestElement') return e.node(item)
      const { key, computed, value } = item as unknown as Property
      const made = target(e, value as AnyNode)
      return e.with(item as AnyNode, {
        key: computed ? e.node(key) : key,
        value: made,
        shorthand: item.shorthand,
      })
    }),
  })
}

function assignmentPattern(e: Emitter, node: Extract<AnyNode, { type: 'AssignmentPattern' }>) {
  const name = node.left.type === 'Identifier' ? node.left.name : undefined
  return e.with(node, { left: target(e, node.left), right: e.named(name, node.right) })
}

function restElement(e: Emitter, node: Extract<AnyNode, { type: 'RestElement' }>): AnyNode {
  return e.with(node, { argument: target(e, node.argument) })
}

export const patternHandlers: Record<string, Handler> = {
  ArrayPattern: arrayPattern as Handler,
  ObjectPattern: objectPattern as Handler,
  AssignmentPattern: assignmentPattern as Handler,
  RestElement: restElement as Handler,
}
