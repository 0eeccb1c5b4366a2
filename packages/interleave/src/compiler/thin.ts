import { type AnyNode, childrenOf, type FunctionNode, isFunction } from './syntax.ts'

/** Nodes that make a function more than a name for one access. */
const MORE: ReadonlySet<string> = new Set([
  'NewExpression',
  'YieldExpression',
  'AwaitExpression',
  'ClassExpression',
  'ForStatement',
  'ForInStatement',
  'ForOfStatement',
  'WhileStatement',
  'DoWhileStatement',
  'TaggedTemplateExpression',
])

/**
 * Whether a function is nothing but a name for one access, such as `load(at)` of a class that
 * wraps a typed array. A schedule then shows the line that called it, which says more than a line
 * that all accesses have in common.
 */
export function isThin(fn: FunctionNode): boolean {
  let accesses = 0
  let isMore = false
  const visit = (node: AnyNode): void => {
    if (MORE.has(node.type) || isFunction(node)) isMore = true
    else if (isAtomics(node)) accesses++
    else if (node.type === 'CallExpression') isMore = true
    else if (node.type === 'MemberExpression' && node.computed) accesses++
    if (!isMore) for (const child of childrenOf(node)) visit(child)
  }
  for (const child of childrenOf(fn)) visit(child)
  return !isMore && accesses === 1
}

function isAtomics(node: AnyNode): boolean {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return false
  const { object } = node.callee
  return object.type === 'Identifier' && object.name === 'Atomics'
}
