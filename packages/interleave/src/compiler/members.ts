import type {
  AssignmentExpression,
  Identifier,
  MemberExpression,
  SpreadElement,
  UnaryExpression,
  UpdateExpression,
} from 'acorn'
import { CONTEXT, type Emitter, type Handler, RUNTIME } from './emitter.ts'
import { listed, target } from './patterns.ts'
import { type AnyNode, namesOf, type Pattern, walk } from './syntax.ts'

/**
 * Members, assignments and what else touches values. `a[i]` may be an element of shared memory, so
 * reading it asks the runtime by `get` and writing it by `set`; a member by a name cannot be one.
 * Object, key and old value of a compound assignment are evaluated once, as in the source, and read
 * and write are two steps.
 *
 * An assignment to what outlives a round of a loop (a property, a private field, a variable of
 * another function) is told to the runtime, whose log of changes decides whether the round was
 * idle. A property can be looked up again and may be found restored; the others count as changed
 * for good.
 */

/** Whether a member may be an element of an array: computed, and not by a name or a symbol. */
function isElement(node: MemberExpression): boolean {
  if (!node.computed) return false
  const key = node.property as AnyNode
  if (key.type === 'Literal') return typeof key.value === 'number'
  const isSymbol =
    key.type === 'MemberExpression' &&
    key.object.type === 'Identifier' &&
    key.object.name === 'Symbol'
  return !isSymbol
}

/** Writes the reading of a member of what `writeObject` writes. */
export function element(e: Emitter, node: MemberExpression, writeObject: () => void): void {
  const key = node.property as AnyNode
  if (!isElement(node) || node.object.type === 'Super') {
    writeObject()
    // In code that cannot be suspended a chain is written as it is.
    const chained = node.optional ? '?.' : ''
    e.write(node.computed ? `${chained}[` : chained || '.')
    if (node.computed) e.node(key)
    else e.out.copy(key.start, key.end)
    if (node.computed) e.write(']')
    return
  }
  e.step(() => {
    e.write(`${RUNTIME}.get(${e.place(node)}, `)
    writeObject()
    e.write(', ')
    e.node(key)
    e.write(')')
  })
}

function member(e: Emitter, node: MemberExpression): void {
  element(e, node, () => e.node(node.object as AnyNode))
}

function assignment(e: Emitter, node: AssignmentExpression): void {
  const left = node.left as AnyNode
  if (left.type === 'MemberExpression') return assignMember(e, node, left)
  if (left.type === 'Identifier') return assignVariable(e, node, left)
  const write = (): void => {
    e.write('(')
    target(e, left)
    e.write(' = ')
    listed(e, left, node.right)
    e.write(')')
  }
  if (isOwnPattern(e, left)) write()
  else changed(e, write)
}

/** Whether a pattern assigns only to variables of the function that it is in. */
function isOwnPattern(e: Emitter, left: AnyNode): boolean {
  let isOwn = namesOf(left as Pattern).every((name) => e.scope.ownerOf(name) === e.context.node)
  walk(left, (node) => {
    if (node.type === 'MemberExpression') isOwn = false
    return isOwn
  })
  return isOwn
}

function unary(e: Emitter, node: UnaryExpression): void {
  if (node.operator === 'delete') changed(e, () => e.children(node))
  else e.children(node)
}

/** A variable of another function or of the module is an object of sorts: others see it change. */
function assignVariable(e: Emitter, node: AssignmentExpression, left: Identifier): void {
  const isOwn = e.scope.ownerOf(left.name) === e.context.node
  if (!isWatched(e) || isOwn) return e.children(node)
  e.write(`${RUNTIME}.outer(${left.name}, `)
  e.children(node)
  e.write(')')
}

function assignMember(e: Emitter, node: AssignmentExpression, left: MemberExpression): void {
  const isOpaque = left.property.type === 'PrivateIdentifier' || left.object.type === 'Super'
  if (isOpaque) return changed(e, () => e.children(node), left.object as AnyNode)
  if (!isElement(left) && !isWatched(e, left.object as AnyNode)) return e.children(node)
  if (node.operator === '=') {
    return store(
      e,
      left,
      () => e.node(left.object as AnyNode),
      () => writeKey(e, left),
      () => e.node(node.right),
    )
  }
  const { object, key, value } = hold(e, left)
  const operator = node.operator.slice(0, -1)
  const isLogical = operator === '&&' || operator === '||' || operator === '??'
  const put = (write: () => void): void =>
    store(
      e,
      left,
      () => e.write(object),
      () => e.write(key),
      write,
    )
  if (isLogical) {
    e.write(`${value} ${operator} `)
    put(() => e.node(node.right))
  } else {
    put(() => {
      e.write(`${value} ${operator} (`)
      e.node(node.right)
      e.write(')')
    })
  }
  e.write(')')
}

/** Evaluates object, key and present value of a member once, into temporaries; leaves `(` open. */
function hold(e: Emitter, left: MemberExpression): { object: string; key: string; value: string } {
  const object = e.temporary()
  const value = e.temporary()
  e.write(`(${object} = `)
  e.node(left.object as AnyNode)
  let key: string
  if (left.computed) {
    key = e.temporary()
    e.write(`, ${key} = `)
    e.node(left.property as AnyNode)
  } else key = JSON.stringify((left.property as { name: string }).name)
  e.write(`, ${value} = `)
  if (!isElement(left)) e.write(`${object}[${key}]`)
  else e.step(() => e.write(`${RUNTIME}.get(${e.place(left)}, ${object}, ${key})`))
  e.write(', ')
  return { object, key, value }
}

/** Writes a store to a member from what the three functions write. */
function store(
  e: Emitter,
  left: MemberExpression,
  writeObject: () => void,
  writeTheKey: () => void,
  writeValue: () => void,
): void {
  const isStep = isElement(left)
  const write = (): void => {
    e.write(isStep ? `${RUNTIME}.set(${e.place(left)}, ` : `${RUNTIME}.prop(`)
    writeObject()
    e.write(', ')
    writeTheKey()
    e.write(', ')
    writeValue()
    e.write(')')
  }
  if (isStep) e.step(write)
  else write()
}

function writeKey(e: Emitter, left: MemberExpression): void {
  if (left.computed) e.node(left.property as AnyNode)
  else e.write(JSON.stringify((left.property as { name: string }).name))
}

/**
 * Whether a change made here could be one that makes a round of a loop more than idle. Module code
 * runs in no loop of a thread, and what a constructor does to its new object is no change yet.
 */
function isWatched(e: Emitter, object?: AnyNode): boolean {
  const { isSteps, plainContext } = e.context
  if (isSteps) return true
  const isNew = plainContext === CONTEXT.constructor || plainContext === CONTEXT.field
  return plainContext > 0 && !(isNew && object?.type === 'ThisExpression')
}

/** Writes an assignment that cannot be looked up again, as a change that cannot be undone. */
function changed(e: Emitter, write: () => void, object?: AnyNode): void {
  if (!isWatched(e, object)) return write()
  e.write(`${RUNTIME}.outer(${RUNTIME}, `)
  write()
  e.write(')')
}

function update(e: Emitter, node: UpdateExpression): void {
  const argument = node.argument as AnyNode
  if (argument.type === 'Identifier') {
    const isOwn = e.scope.ownerOf(argument.name) === e.context.node
    return isOwn ? e.children(node) : changed(e, () => e.children(node))
  }
  const left = argument as MemberExpression
  const isOpaque = left.property.type === 'PrivateIdentifier' || left.object.type === 'Super'
  if (isOpaque) return changed(e, () => e.children(node), left.object as AnyNode)
  if (!isElement(left) && !isWatched(e, left.object as AnyNode)) return e.children(node)
  const { object, key, value } = hold(e, left)
  const old = e.temporary()
  e.write(`${old} = ${node.prefix ? node.operator + value : value + node.operator}, `)
  store(
    e,
    left,
    () => e.write(object),
    () => e.write(key),
    () => e.write(value),
  )
  e.write(`, ${old})`)
}

function spread(e: Emitter, node: SpreadElement, parent?: AnyNode): void {
  if (parent?.type === 'ObjectExpression') return e.children(node)
  e.write('...')
  e.steps(() => {
    e.write(`${RUNTIME}.list(${e.place(node)}, `)
    e.node(node.argument)
    e.write(')')
  })
}

/** `Atomics` and `Promise` as values are the model's own while threads are checked. */
function identifier(e: Emitter, node: Identifier): void {
  if (node.name === 'Atomics' && e.isGlobal('Atomics')) e.write(`${RUNTIME}.Atomics`)
  else if (node.name === 'Promise' && e.isGlobal('Promise')) e.write(`(${RUNTIME}.promise())`)
  else e.out.copy(node.start, node.end)
}

/** A yielded value and what `yield*` delegates to. */
function yieldExpression(e: Emitter, node: Extract<AnyNode, { type: 'YieldExpression' }>): void {
  if (!node.delegate) {
    e.write('(')
    e.children(node)
    return e.write(')')
  }
  e.write(`(yield* ${RUNTIME}.inner(${e.place(node)}, `)
  e.node(node.argument as AnyNode)
  e.write('))')
}

/** An `await` in a function yields to the function's driver; in module code it stays as it is. */
function awaitExpression(e: Emitter, node: Extract<AnyNode, { type: 'AwaitExpression' }>): void {
  if (!e.context.isSteps) return e.children(node)
  e.write(`(yield ${RUNTIME}.wait(`)
  e.node(node.argument)
  e.write('))')
}

export const memberHandlers: Record<string, Handler> = {
  MemberExpression: member as Handler,
  AssignmentExpression: assignment as Handler,
  UnaryExpression: unary as Handler,
  UpdateExpression: update as Handler,
  SpreadElement: spread as Handler,
  Identifier: identifier as Handler,
  YieldExpression: yieldExpression as Handler,
  AwaitExpression: awaitExpression as Handler,
}
