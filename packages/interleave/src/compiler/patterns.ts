import type {
  ArrayPattern,
  AssignmentPattern,
  ObjectPattern,
  Property,
  RestElement,
  VariableDeclarator,
} from 'acorn'
import { type Emitter, type Handler, RUNTIME } from './emitter.ts'
import type { AnyNode, Pattern } from './syntax.ts'

/** Something assigned to. An element is refused at run time if the array turns out to be shared. */
export function target(e: Emitter, node: AnyNode): void {
  if (node.type !== 'MemberExpression' || !node.computed) return e.node(node)
  e.write(`${RUNTIME}.target(${e.place(node)}, `)
  e.node(node.object as AnyNode)
  e.write(')[')
  e.node(node.property as AnyNode)
  e.write(']')
}

function arrayPattern(e: Emitter, node: ArrayPattern): void {
  e.write('[')
  node.elements.forEach((element, i) => {
    if (i > 0) e.write(', ')
    if (element !== null) target(e, element)
  })
  if (node.elements.at(-1) === null) e.write(',')
  e.write(']')
}

function objectPattern(e: Emitter, node: ObjectPattern): void {
  e.write('{')
  node.properties.forEach((item, i) => {
    if (i > 0) e.write(', ')
    if (item.type === 'RestElement') e.node(item)
    else patternProperty(e, item as unknown as Property)
  })
  e.write('}')
}

function patternProperty(e: Emitter, node: Property): void {
  const value = node.value as Pattern
  if (!node.shorthand) {
    e.write(node.computed ? '[' : '')
    if (node.computed) e.node(node.key)
    else e.out.copy(node.key.start, node.key.end)
    e.write(node.computed ? ']: ' : ': ')
    return target(e, value)
  }
  e.out.copy(node.key.start, node.key.end)
  if (value.type !== 'AssignmentPattern') return
  e.write(' = ')
  e.node(value.right)
}

function assignmentPattern(e: Emitter, node: AssignmentPattern): void {
  target(e, node.left)
  e.write(' = ')
  e.node(node.right)
}

function rest(e: Emitter, node: RestElement): void {
  e.write('...')
  target(e, node.argument)
}

/** A list that an array pattern takes apart may be shared, and is then read step by step. */
export function listed(e: Emitter, pattern: AnyNode, value: AnyNode): void {
  if (pattern.type !== 'ArrayPattern' || value.type === 'ArrayExpression') {
    return e.named(pattern.type === 'Identifier' ? pattern.name : undefined, value)
  }
  e.steps(() => {
    e.write(`${RUNTIME}.list(${e.place(value)}, `)
    e.node(value)
    e.write(')')
  })
}

function declarator(e: Emitter, node: VariableDeclarator): void {
  e.node(node.id)
  if (!node.init) return
  e.write(' = ')
  listed(e, node.id, node.init)
}

export const patternHandlers: Record<string, Handler> = {
  ArrayPattern: arrayPattern as Handler,
  ObjectPattern: objectPattern as Handler,
  AssignmentPattern: assignmentPattern as Handler,
  RestElement: rest as Handler,
  VariableDeclarator: declarator as Handler,
}
