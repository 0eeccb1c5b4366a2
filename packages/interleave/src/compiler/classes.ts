import type { ClassBody, MethodDefinition, Property, PropertyDefinition, StaticBlock } from 'acorn'
import { CONTEXT, type Emitter, type Handler, RUNTIME } from './emitter.ts'
import { kindOf, plainFunction, stepsFunction } from './functions.ts'
import { declareBlock, declareVars } from './scope.ts'
import { type AnyNode, contains, type FunctionNode } from './syntax.ts'

/**
 * Classes and object literals. A method becomes a generator; the first static block replaces it by
 * the function that code outside can call (`runtime/classes.ts`). A method of an object literal
 * becomes a property that has such a function, so `super` is refused there. A private method stays
 * a generator, because only code of its own class, which is compiled too, can call it.
 * Constructors, accessors, fields and static blocks cannot be generators: they are written as plain
 * code, in which an access to shared memory is made at once or, while threads run, refused.
 */

function classBody(e: Emitter, node: ClassBody): void {
  const rows: string[] = []
  const privates = new Map<string, number>()
  for (const member of node.body) {
    if (member.type !== 'MethodDefinition' || member.kind !== 'method') continue
    const kind = kindOf(e, member.value)
    if (member.key.type === 'PrivateIdentifier') privates.set(member.key.name, kind)
    else rows.push(`[${keyText(member)}, ${kind}, ${member.static}]`)
  }
  e.privateMethods.push(privates)
  e.write('{')
  if (rows.length > 0) e.write(` static { ${RUNTIME}.methods(this, [${rows.join(', ')}]) }`)
  e.between(node.start + 1, node.end, node.body)
  e.privateMethods.pop()
}

function keyText({ key, computed }: MethodDefinition): string {
  if (computed) return 'null'
  return JSON.stringify(
    key.type === 'Identifier' ? key.name : String((key as { value: unknown }).value),
  )
}

function method(e: Emitter, node: MethodDefinition): void {
  const value = node.value as unknown as FunctionNode
  if (node.kind !== 'method') {
    e.between(node.start, node.key.end, node.computed ? [node.key as AnyNode] : [])
    if (node.computed) e.write(']')
    plainFunction(e, value, CONTEXT[node.kind])
    return
  }
  if (node.static) e.write('static ')
  e.write('*')
  if (node.computed) {
    e.write(`[${RUNTIME}.key(`)
    e.node(node.key as AnyNode)
    e.write(')]')
  } else e.out.copy(node.key.start, node.key.end)
  stepsFunction(e, value)
}

function field(e: Emitter, node: PropertyDefinition): void {
  if (node.computed) e.between(node.start, node.key.end, [node.key as AnyNode])
  else e.out.copy(node.start, node.key.end)
  if (!node.value) return e.write(';')
  e.out.copy(node.key.end, node.value.start)
  inField(e, node, () => e.node(node.value as AnyNode))
  e.write(';')
}

function staticBlock(e: Emitter, node: StaticBlock): void {
  e.inScope(
    node,
    (scope) => {
      declareVars(scope, node)
      declareBlock(scope, node.body)
    },
    () => inField(e, node, () => e.children(node)),
  )
}

/** Fields share the temporaries of the function around the class: they never keep one. */
function inField(e: Emitter, node: AnyNode, write: () => void): void {
  const { declarations } = e.context
  e.inContext({ isSteps: false, plainContext: CONTEXT.field, node, declarations }, write)
}

function property(e: Emitter, node: Property): void {
  const value = node.value as AnyNode
  if (node.kind !== 'init') {
    e.between(node.start, node.key.end, node.computed ? [node.key] : [])
    if (node.computed) e.write(']')
    plainFunction(e, value as FunctionNode, CONTEXT[node.kind])
    return
  }
  if (node.shorthand) {
    e.out.copy(node.key.start, node.key.end)
    if (value.type !== 'Identifier') return e.out.copy(node.key.end, node.end)
    e.write(': ')
    return e.node(value)
  }
  if (node.computed) {
    e.write('[')
    e.node(node.key)
    e.write(']')
  } else e.out.copy(node.key.start, node.key.end)
  e.write(': ')
  const plainName = !node.computed && node.key.type === 'Identifier' ? node.key.name : undefined
  if (!node.method) return e.named(plainName, value)
  if (contains(value, 'Super')) e.refuse(node, '`super` in an object literal is not supported')
  e.write(`${RUNTIME}.fn(function* `)
  stepsFunction(e, value as FunctionNode)
  const name = plainName === undefined ? 'undefined' : JSON.stringify(plainName)
  e.write(`, ${kindOf(e, value as FunctionNode)}, ${name})`)
}

export const classHandlers: Record<string, Handler> = {
  ClassBody: classBody as Handler,
  MethodDefinition: method as Handler,
  PropertyDefinition: field as Handler,
  StaticBlock: staticBlock as Handler,
  Property: property as Handler,
}
