import type { AnyNode, Identifier, Pattern } from 'acorn'

export type { AnyNode, Pattern }

/** A function with its body, however it is written. */
export type FunctionNode = Extract<
  AnyNode,
  { type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression' }
>

/** The nodes directly below one, in the order of the source. */
export function childrenOf(node: AnyNode): AnyNode[] {
  const children: AnyNode[] = []
  for (const [key, value] of Object.entries(node)) {
    if (key === 'type' || value === null || typeof value !== 'object') continue
    // A shorthand property has one node as both key and value, or as the value's left side.
    if (key === 'key' && (node as { shorthand?: boolean }).shorthand === true) continue
    if (Array.isArray(value)) children.push(...value.filter(isNode))
    else if (isNode(value)) children.push(value)
  }
  return children.sort((a, b) => a.start - b.start)
}

export function isNode(value: unknown): value is AnyNode {
  return typeof (value as AnyNode | null)?.type === 'string'
}

export function isFunction(node: AnyNode): node is FunctionNode {
  return (
    node.type === 'FunctionDeclaration' ||
    node.type === 'FunctionExpression' ||
    node.type === 'ArrowFunctionExpression'
  )
}

/**
 * Visits a node and those below it. `visit` returns false to leave out what is below; functions
 * are entered only when `visit` says true to them explicitly.
 */
export function walk(node: AnyNode, visit: (node: AnyNode) => boolean | void): void {
  const into = visit(node)
  if (into === false) return
  for (const child of childrenOf(node)) walk(child, visit)
}

/** The names that a pattern binds. */
export function namesOf(pattern: Pattern | null | undefined): string[] {
  if (pattern == null) return []
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name]
    case 'ObjectPattern':
      return pattern.properties.flatMap((p) =>
        namesOf(p.type === 'RestElement' ? p.argument : p.value),
      )
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) => namesOf(element))
    case 'RestElement':
      return namesOf(pattern.argument)
    case 'AssignmentPattern':
      return namesOf(pattern.left)
    default:
      return []
  }
}

/** Whether the function's own code, with the arrow functions in it, uses `this`. */
export function usesThis(node: AnyNode): boolean {
  return contains(node, 'ThisExpression')
}

/** Whether a node of the type belongs to this function or to an arrow function inside it. */
export function contains(node: AnyNode, type: AnyNode['type'], name?: string): boolean {
  return belongs(node, (inner) => {
    return inner.type === type && (name === undefined || (inner as Identifier).name === name)
  })
}

/** Whether such a node belongs to this function or to an arrow function inside it. */
export function belongs(node: AnyNode, isIt: (node: AnyNode) => boolean): boolean {
  let found = false
  walk(node, (inner) => {
    if (isIt(inner)) found = true
    // A field has its own `this`, but its key is evaluated outside.
    if (inner.type === 'PropertyDefinition' && inner !== node) {
      found ||= inner.computed && belongs(inner.key, isIt)
      return false
    }
    return !found && (inner === node || !isOwner(inner))
  })
  return found
}

/** Whether such a node belongs to an arrow function inside this function. */
export function belongsToArrow(node: AnyNode, isIt: (node: AnyNode) => boolean): boolean {
  return belongs(node, (inner) => {
    return inner.type === 'ArrowFunctionExpression' && inner !== node && belongs(inner, isIt)
  })
}

/** Whether a node has a `this` and `arguments` of its own. */
function isOwner(node: AnyNode): boolean {
  if (node.type === 'StaticBlock') return true
  return isFunction(node) && node.type !== 'ArrowFunctionExpression'
}

export function isNewTarget(node: AnyNode): boolean {
  return node.type === 'MetaProperty' && node.meta.name === 'new'
}

export function isArguments(node: AnyNode): boolean {
  return node.type === 'Identifier' && node.name === 'arguments'
}

/** The statements that begin a body as directives, such as `'use strict'`. */
export function directivesOf(body: readonly AnyNode[]): AnyNode[] {
  const end = body.findIndex((node) => (node as { directive?: string }).directive === undefined)
  return body.slice(0, end < 0 ? body.length : end)
}
