import type {
  ClassBody,
  MethodDefinition,
  ObjectExpression,
  Property,
  PropertyDefinition,
  StaticBlock,
} from 'acorn'
import {
  array,
  arrow,
  assign,
  block,
  call,
  generator,
  id,
  literal,
  member,
  rest,
  returns,
  spreadOf,
  statement,
  staticBlock,
} from './build.ts'
import { CONTEXT, type Emitter, type Handler, RUNTIME } from './emitter.ts'
import { FORM, functionValue, kindOf, newTarget, plainOf, shapeOf, stepsOf } from './functions.ts'
import { declareBlock, declareVars } from './scope.ts'
import { type AnyNode, belongs, type FunctionNode } from './syntax.ts'

/**
 * Classes and object literals. A method becomes a generator; the first static block replaces it by
 * the function that code outside can call (`runtime/classes.ts`). A method of an object literal
 * becomes a property that has such a function, unless it uses `super`, which only a method may: it
 * is replaced when the object is there. A private method stays a generator, which becomes a
 * function where it is used as a value. Constructors, accessors, fields and static blocks cannot be
 * generators: they are written as plain code, in which an access to shared memory is made at once
 * or, while threads run, refused.
 */

function classOf(e: Emitter, node: Extract<AnyNode, { type: 'ClassDeclaration' }>): AnyNode {
  const superClass = node.superClass ? e.node(node.superClass) : null
  return e.with(node, { superClass, body: classBody(e, node.body, superClass !== null) })
}

function classBody(e: Emitter, node: ClassBody, isDerived: boolean): AnyNode {
  const privates = new Map<string, number | undefined>()
  for (const item of node.body) {
    const { key } = item as { key?: AnyNode }
    if (key?.type !== 'PrivateIdentifier') continue
    const isMethod = item.type === 'MethodDefinition' && item.kind === 'method'
    privates.set(key.name, isMethod ? kindOf(item.value as never) : undefined)
  }
  const rows = node.body.filter(isPublicMethod).map((item) => methodRow(e, item))
  e.privateMethods.push(privates)
  const body = node.body.map((item) => e.node(item as AnyNode))
  e.privateMethods.pop()
  const define = e.ask('methods', { type: 'ThisExpression' } as never, array(rows))
  body.unshift(staticBlock([statement(define)]))
  const hasOwn = node.body.some((item) => (item as { kind?: string }).kind === 'constructor')
  if (isDerived && !hasOwn) body.push(defaultConstructor(e, node))
  return e.with(node, { body })
}

/** What the language would make, except that the class above is handed what may be handed to it. */
function defaultConstructor(e: Emitter, node: AnyNode): AnyNode {
  const list = e.name('args')
  const given = e.ask('parent', e.place(node), newTarget(), id(list))
  const up = call({ type: 'Super' } as never, [spreadOf(given)])
  const value = generator([rest(id(list))], [statement(up)])
  return {
    type: 'MethodDefinition',
    kind: 'constructor',
    key: id('constructor'),
    value: { ...value, generator: false },
    computed: false,
    static: false,
  } as never
}

function isPublicMethod(item: ClassBody['body'][number]): item is MethodDefinition {
  if (item.type !== 'MethodDefinition' || item.kind !== 'method') return false
  return item.key.type !== 'PrivateIdentifier'
}

/** A method: its key, or null for a computed one; its shape; and whether it is static. */
function methodRow(e: Emitter, node: MethodDefinition): AnyNode {
  const name = node.computed ? null : nameOf(node.key as AnyNode)
  const shape = shapeOf(e, node.value as never, name, FORM.method, node)
  return array([literal(name), shape, literal(node.static)])
}

function nameOf(key: AnyNode): string {
  return key.type === 'Identifier' ? key.name : String((key as { value: unknown }).value)
}

function method(e: Emitter, node: MethodDefinition): AnyNode {
  const value = node.value as unknown as FunctionNode
  const key = node.computed ? e.node(node.key as AnyNode) : node.key
  if (node.kind !== 'method') {
    const made = functionOf(e, value, plainOf(e, value, CONTEXT[node.kind]))
    return e.with(node, { key, value: made })
  }
  const steps = { ...functionOf(e, value, stepsOf(e, value)), generator: true, async: false }
  const kept = node.computed ? e.ask('key', key as AnyNode) : key
  return e.with(node, { key: kept, value: steps })
}

/** The function of a method, with other parameters and another body. */
function functionOf(
  e: Emitter,
  value: FunctionNode,
  { params, body }: { params: readonly AnyNode[]; body: readonly AnyNode[] },
): AnyNode {
  return e.with(value, { id: null, params, body: block(body) })
}

function field(e: Emitter, node: PropertyDefinition): AnyNode {
  const key = node.computed ? e.node(node.key as AnyNode) : node.key
  if (!node.value) return e.with(node, { key })
  const name =
    node.computed || node.key.type === 'PrivateIdentifier'
      ? node.key.type === 'PrivateIdentifier'
        ? `#${node.key.name}`
        : undefined
      : nameOf(node.key as AnyNode)
  let value: AnyNode | undefined
  const statements = inField(e, node, () => {
    value = e.named(name, node.value as AnyNode)
    return [returns(value)]
  })
  // Temporaries of its own, for one that the class around has would be shared by all instances.
  const isBare = statements.length === 1
  return e.with(node, { key, value: isBare ? value : call(arrow([], block(statements)), []) })
}

function staticBlockOf(e: Emitter, node: StaticBlock): AnyNode {
  return e.inScope(
    node,
    (scope) => {
      declareVars(scope, node)
      declareBlock(scope, node.body)
    },
    () => e.with(node, { body: inField(e, node, () => e.block(node.body)) }),
  )
}

function inField(e: Emitter, node: AnyNode, write: () => AnyNode[]): AnyNode[] {
  return e.inScope(
    node,
    () => {},
    () => e.inContext({ isSteps: false, plainContext: CONTEXT.field, node }, write),
  )
}

function property(e: Emitter, node: Property): AnyNode {
  const value = node.value as AnyNode
  const key = node.computed ? e.node(node.key) : node.key
  if (node.kind !== 'init') {
    const fn = value as FunctionNode
    return e.with(node, { key, value: functionOf(e, fn, plainOf(e, fn, CONTEXT[node.kind])) })
  }
  if (node.shorthand) {
    const made = e.node(value)
    return e.with(node, { value: made, shorthand: made === value })
  }
  const name = node.computed ? undefined : nameOf(node.key)
  if (name === '__proto__') return e.with(node, { value: e.node(value) })
  if (!node.method) return propertyValue(e, node, key, name)
  const fn = value as FunctionNode
  if (usesSuper(value)) {
    const steps = { ...functionOf(e, fn, stepsOf(e, fn)), generator: true, async: false }
    return e.with(node, { key: node.computed ? e.ask('key', key) : key, value: steps })
  }
  return renamed(e, node, key, (n) => functionValue(e, fn, n, FORM.method, node), name)
}

function propertyValue(
  e: Emitter,
  node: Property,
  key: AnyNode,
  name: string | undefined,
): AnyNode {
  const value = node.value as AnyNode
  const isNameless =
    value.type === 'ArrowFunctionExpression' || (value.type === 'FunctionExpression' && !value.id)
  if (!node.computed || !isNameless) return e.with(node, { key, value: e.named(name, value) })
  return renamed(e, node, key, () => e.node(value), name)
}

/** A function as a property: by a computed key, it gets its name from that when it is known. */
function renamed(
  e: Emitter,
  node: Property,
  key: AnyNode,
  make: (name: string | null) => AnyNode,
  name: string | undefined,
): AnyNode {
  const parts = { method: false, shorthand: false }
  if (!node.computed) return e.with(node, { ...parts, key, value: make(name ?? null) })
  const held = e.temporary()
  const kept = assign(id(held), e.ask('toKey', key))
  const value = e.ask('rename', make(null), id(held))
  return e.with(node, { ...parts, key: kept, value })
}

function usesSuper(value: AnyNode): boolean {
  return belongs(value, ({ type }) => type === 'Super')
}

/** Replaces the methods that use `super` of an object that is just made. */
export function withMethods(e: Emitter, node: ObjectExpression, made: AnyNode): AnyNode {
  const rows: AnyNode[] = []
  for (const item of node.properties) {
    if (item.type !== 'Property' || !item.method || !usesSuper(item.value)) continue
    const name = item.computed ? null : nameOf(item.key)
    rows.push(array([literal(name), shapeOf(e, item.value as never, name, FORM.method, item)]))
  }
  return rows.length === 0 ? made : call(member(RUNTIME, 'literal'), [made, array(rows)])
}

export const classHandlers: Record<string, Handler> = {
  ClassDeclaration: classOf as Handler,
  ClassExpression: classOf as Handler,
  MethodDefinition: method as Handler,
  PropertyDefinition: field as Handler,
  StaticBlock: staticBlockOf as Handler,
  Property: property as Handler,
}
