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
    if (Array.isArray(value)) children.push(...value.filter(isNode))
    else if (isNode(value)) children.push(value)
  }
  // A shorthand property has one node as both key and value.
  return children
    .sort((a, b) => a.start - b.start)
    .filter((child, i) => i === 0 || child.start !== children[i - 1]!.start)
}

function isNode(value: unknown): value is AnyNode {
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
  let found = false
  walk(node, (inner) => {
    if (inner.type === type && (name === undefined || (inner as Identifier).name === name)) {
      found = true
    }
    const isOther = isFunction(inner) && inner.type !== 'ArrowFunctionExpression'
    return !found && (inner === node || !isOther)
  })
  return found
}
