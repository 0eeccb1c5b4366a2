import type { ForOfStatement } from 'acorn'
import type { AnyNode } from './syntax.ts'
import { childrenOf, isFunction, namesOf, walk } from './syntax.ts'

export type LoopNode = Extract<
  AnyNode,
  { type: 'WhileStatement' | 'DoWhileStatement' | 'ForStatement' }
>

/**
 * Variables through which one round of a loop can act on the next: assigned in the loop, declared
 * outside its body, and possibly read before they are assigned again. When these are unchanged,
 * and the heap and shared memory are too, a round has changed nothing.
 *
 * A variable that is only counted and passed on (`pause(attempt++)`) is left out: it steers how
 * long a thread would wait, which is not a question here. Only a call whose result is unused
 * counts as passing on.
 */
export function carriedVariables(loop: LoopNode, owner: AnyNode): string[] {
  const assigned = new Set<string>()
  const inside = new Set<string>()
  for (const part of partsOf(loop)) collect(part, assigned, inside)
  return [...assigned].filter(
    (name) => !inside.has(name) && !isDead(name, loop, owner) && !isOnlyCounted(name, owner),
  )
}

/** Variables that the body of a `for … of` loop assigns and does not declare. */
export function assignedVariables({ body }: ForOfStatement): string[] {
  const assigned = new Set<string>()
  const inside = new Set<string>()
  collect(body, assigned, inside)
  return [...assigned].filter((name) => !inside.has(name))
}

/** What is evaluated in each round, in the order of evaluation. */
function partsOf(loop: LoopNode): AnyNode[] {
  const { body, test } = loop
  if (loop.type === 'WhileStatement') return [test as AnyNode, body]
  if (loop.type === 'DoWhileStatement') return [body, test as AnyNode]
  return [test, body, loop.update].filter((part) => part != null) as AnyNode[]
}

function collect(part: AnyNode, assigned: Set<string>, inside: Set<string>): void {
  walk(part, (node) => {
    if (isFunction(node)) return false
    if (node.type === 'AssignmentExpression') {
      for (const name of namesOf(node.left)) assigned.add(name)
    } else if (node.type === 'UpdateExpression' && node.argument.type === 'Identifier') {
      assigned.add(node.argument.name)
    } else if (node.type === 'VariableDeclaration' && node.kind !== 'var') {
      for (const { id } of node.declarations) for (const name of namesOf(id)) inside.add(name)
    } else if (node.type === 'VariableDeclaration') {
      for (const { id } of node.declarations) for (const name of namesOf(id)) assigned.add(name)
    }
    return true
  })
}

/** Whether nothing that follows a round can read what the round left in the variable. */
function isDead(name: string, loop: LoopNode, owner: AnyNode): boolean {
  return isAssignedFirst(name, loop) && !isUsedElsewhere(name, loop, owner)
}

/**
 * Whether code outside the loop, or a function that outlives a round, mentions the variable. Only
 * a loop that always assigns before it leaves may ignore that: a `do … while` without `break`.
 */
function isUsedElsewhere(name: string, loop: LoopNode, owner: AnyNode): boolean {
  let leaves = loop.type !== 'DoWhileStatement'
  walk(loop.body, (node) => {
    if (node.type === 'BreakStatement') leaves = true
    return true
  })
  let isUsed = false
  const visit = (node: AnyNode, inLoop: boolean, captured: boolean): void => {
    if (
      node.type === 'VariableDeclarator' &&
      node.id.type === 'Identifier' &&
      node.id.name === name
    ) {
      if (node.init) visit(node.init, inLoop, captured)
      return
    }
    if (node.type === 'Identifier' && node.name === name) {
      if (captured || (!inLoop && leaves)) isUsed = true
    }
    for (const child of childrenOf(node)) {
      visit(child, inLoop || node === loop, captured || (isFunction(node) && node !== owner))
    }
  }
  visit(owner, false, false)
  return isUsed
}

/** Whether every round assigns the variable before it could read it. */
function isAssignedFirst(name: string, loop: LoopNode): boolean {
  for (const part of partsOf(loop)) {
    const first = firstUse(name, part)
    if (first !== undefined) return first === 'assigned'
  }
  return false
}

/** How the variable is first used in evaluation order; `maybe` when that depends on a branch. */
function firstUse(name: string, node: AnyNode): 'assigned' | 'maybe' | undefined {
  if (isFunction(node)) return mentions(name, node) ? 'maybe' : undefined
  if (node.type === 'AssignmentExpression' && node.operator === '=') {
    if (node.left.type === 'Identifier' && node.left.name === name) {
      return firstUse(name, node.right) ?? 'assigned'
    }
  }
  if (node.type === 'Identifier') return node.name === name ? 'maybe' : undefined
  const [always, sometimes] = split(node)
  for (const child of always) {
    const use = firstUse(name, child)
    if (use !== undefined) return use
  }
  return sometimes.some((child) => mentions(name, child)) ? 'maybe' : undefined
}

/** The parts that are always evaluated, and those that may not be. */
function split(node: AnyNode): [AnyNode[], AnyNode[]] {
  switch (node.type) {
    case 'IfStatement':
    case 'ConditionalExpression':
      return [[node.test], [node.consequent, node.alternate].filter((n) => n != null) as AnyNode[]]
    case 'LogicalExpression':
      return [[node.left], [node.right]]
    case 'WhileStatement':
      return [[node.test], [node.body]]
    case 'ForStatement':
    case 'ForInStatement':
    case 'ForOfStatement':
    case 'TryStatement':
    case 'SwitchStatement':
    case 'LabeledStatement':
    case 'ChainExpression':
      return [[], childrenOf(node)]
    default:
      return [childrenOf(node), []]
  }
}

function mentions(name: string, node: AnyNode): boolean {
  let found = false
  walk(node, (inner) => {
    if (inner.type === 'Identifier' && inner.name === name) found = true
    return !found
  })
  return found
}

/** Whether all that the function does with the variable is to count it and hand it on. */
function isOnlyCounted(name: string, owner: AnyNode): boolean {
  let isCounter = true
  const visit = (node: AnyNode): void => {
    if (!isCounter) return
    if (node.type === 'Identifier' && node.name === name) isCounter = false
    else for (const child of remaining(name, node)) visit(child)
  }
  visit(owner)
  return isCounter
}

/** What is left to look at when counting, declaring and handing on are taken away. */
function remaining(name: string, node: AnyNode): AnyNode[] {
  if (node.type === 'VariableDeclarator' && isNamed(node.id, name)) {
    return node.init ? [node.init] : []
  }
  if (node.type === 'ForStatement' && node.update && isCounting(name, node.update)) {
    return childrenOf(node).filter((child) => child !== node.update)
  }
  if (node.type !== 'ExpressionStatement') return childrenOf(node)
  if (isCounting(name, node.expression)) return []
  const { expression } = node
  const call = (expression.type === 'YieldExpression' && expression.argument) || expression
  if (call.type !== 'CallExpression') return childrenOf(node)
  const others = call.arguments.filter((argument) => !isHandedOn(name, argument as AnyNode))
  return [call.callee, ...others] as AnyNode[]
}

/** `name++`, `name += 1` or `name *= 2`, where the result is not used. */
function isCounting(name: string, node: AnyNode): boolean {
  if (node.type === 'UpdateExpression') return isNamed(node.argument as AnyNode, name)
  if (node.type !== 'AssignmentExpression' || node.operator === '=') return false
  return isNamed(node.left as AnyNode, name) && node.right.type === 'Literal'
}

function isHandedOn(name: string, argument: AnyNode): boolean {
  return isNamed(argument, name) || isCounting(name, argument)
}

function isNamed(node: AnyNode, name: string): boolean {
  return node.type === 'Identifier' && node.name === name
}
