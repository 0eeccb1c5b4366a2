import type {
  CallExpression,
  ChainExpression,
  Expression,
  MemberExpression,
  NewExpression,
  SpreadElement,
} from 'acorn'
import { OP } from '../runtime/operation.ts'
import { type Emitter, type Handler, RUNTIME } from './emitter.ts'
import { element } from './members.ts'
import type { AnyNode } from './syntax.ts'

/**
 * Calls. A callee is known only when it runs: it may be compiled, native, or a model of something
 * native. So a call becomes a question to the runtime, `call` or `method`, which answers whether
 * there are steps to delegate to (`runtime/calls.ts`).
 *
 * What is known already is written without the question: an operation of `Atomics` that is written
 * out is a step; a private method of a class around is compiled; and functions of `Math` and the
 * like touch nothing. An optional chain is taken apart link by link, since what it skips must make
 * no step.
 */

/** Namespaces and functions of the language that never call back and touch no shared memory. */
const PURE_NAMESPACES: ReadonlySet<string> = new Set(['Math', 'Number', 'BigInt'])
const PURE_FUNCTIONS: ReadonlySet<string> = new Set([
  'Number',
  'String',
  'BigInt',
  'Boolean',
  'Symbol',
])

function call(e: Emitter, node: CallExpression): void {
  const callee = node.callee as AnyNode
  if (callee.type === 'Super') return plainCall(e, node)
  if (isGlobalName(e, callee, 'eval')) e.refuse(node, '`eval` hides code from the compiler')
  if (atomics(e, node)) return
  const base = callee.type === 'MemberExpression' ? (callee.object as AnyNode) : callee
  if (privateKind(e, callee) !== undefined) {
    return privateCall(e, callee as MemberExpression, node.arguments, () => e.node(base))
  }
  if (!e.context.isSteps || isPure(e, callee)) return plainCall(e, node)
  anyCall(e, node, () => e.node(base))
}

/** A call of whatever the callee turns out to be; `writeBase` writes the object or the function. */
function anyCall(e: Emitter, node: CallExpression, writeBase: () => void): void {
  const callee = node.callee as AnyNode
  const isMember = callee.type === 'MemberExpression'
  const isSuper = isMember && callee.object.type === 'Super'
  const isPrivate = isMember && callee.property.type === 'PrivateIdentifier'
  if (isMember && privateKind(e, callee) !== undefined) {
    return privateCall(e, callee, node.arguments, writeBase)
  }
  if (isSuper || isPrivate) return receiverCall(e, node, callee, isSuper, writeBase)
  e.steps(() => {
    e.write(`${RUNTIME}.${isMember ? 'method' : 'call'}(${e.place(node)}, `)
    writeBase()
    e.write(', ')
    if (isMember) key(e, callee)
    else e.write('undefined')
    argumentList(e, node.arguments)
    e.write(')')
  })
}

/** `super.f()` and `o.#f()` where `#f` is a field: the function is read first, then called. */
function receiverCall(
  e: Emitter,
  node: CallExpression,
  callee: MemberExpression,
  isSuper: boolean,
  writeBase: () => void,
): void {
  const self = isSuper ? 'this' : e.temporary()
  e.steps(() => {
    e.write(`${RUNTIME}.call(${e.place(node)}, `)
    if (isSuper) e.node(callee)
    else {
      e.write(`(${self} = `)
      writeBase()
      e.write(').')
      e.out.copy(callee.property.start, callee.property.end)
    }
    e.write(`, ${self}`)
    argumentList(e, node.arguments)
    e.write(')')
  })
}

function key(e: Emitter, callee: MemberExpression): void {
  if (callee.computed) e.node(callee.property as AnyNode)
  else e.write(JSON.stringify((callee.property as { name: string }).name))
}

function argumentList(e: Emitter, args: readonly (Expression | SpreadElement)[]): void {
  e.write(', [')
  e.list(args)
  e.write(']')
}

function plainCall(e: Emitter, node: CallExpression): void {
  e.children(node)
}

/** `Atomics.load(…)` written out, which needs no look at what `Atomics` is. */
function atomics(e: Emitter, node: CallExpression): boolean {
  const callee = node.callee as AnyNode
  if (callee.type !== 'MemberExpression' || callee.computed || node.optional) return false
  if (!isGlobalName(e, callee.object as AnyNode, 'Atomics')) return false
  const { name } = callee.property as { name: string }
  const kind = (OP as Record<string, number | undefined>)[name]
  if (kind === undefined) {
    plainAtomics(e, node, name)
    return true
  }
  if (node.arguments.some((argument) => argument.type === 'SpreadElement')) return false
  e.step(() => {
    e.write(`${RUNTIME}.at(${e.place(node)}, ${kind}`)
    for (const argument of node.arguments) {
      e.write(', ')
      e.node(argument)
    }
    e.write(')')
  })
  return true
}

/** `Atomics.isLockFree` and `Atomics.pause` touch nothing. */
function plainAtomics(e: Emitter, node: CallExpression, name: string): void {
  e.write(`Atomics.${name}(`)
  e.list(node.arguments)
  e.write(')')
}

function privateKind(e: Emitter, callee: AnyNode): number | undefined {
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'PrivateIdentifier')
    return undefined
  const { name } = callee.property
  return e.privateMethods.findLast((methods) => methods.has(name))?.get(name)
}

function privateCall(
  e: Emitter,
  callee: MemberExpression,
  args: readonly (Expression | SpreadElement)[],
  writeBase: () => void,
): void {
  const kind = privateKind(e, callee)
  const isDirect = kind === 0 && e.context.isSteps
  e.write(isDirect ? '(yield* ' : kind === 0 ? `${RUNTIME}.run(` : `${RUNTIME}.enter(`)
  writeBase()
  e.write('.')
  e.out.copy(callee.property.start, callee.property.end)
  e.write('(')
  e.list(args)
  e.write(kind === 0 ? ')' : `), ${kind}`)
  e.write(kind === 0 && !isDirect ? `, ${e.context.plainContext})` : ')')
}

function isPure(e: Emitter, callee: AnyNode): boolean {
  if (callee.type === 'Identifier')
    return PURE_FUNCTIONS.has(callee.name) && e.isGlobal(callee.name)
  if (callee.type !== 'MemberExpression' || callee.object.type !== 'Identifier') return false
  if (callee.object.name === 'Math' && (callee.property as { name?: string }).name === 'random')
    return false
  return PURE_NAMESPACES.has(callee.object.name) && e.isGlobal(callee.object.name)
}

export function isGlobalName(e: Emitter, node: AnyNode, name: string): boolean {
  return node.type === 'Identifier' && node.name === name && e.isGlobal(name)
}

/** `new` of a typed array copies, and then its argument may be shared. */
function newExpression(e: Emitter, node: NewExpression): void {
  const callee = node.callee as AnyNode
  if (isGlobalName(e, callee, 'Function'))
    e.refuse(node, '`new Function` hides code from the compiler')
  const mayCopy =
    callee.type === 'Identifier' && callee.name.endsWith('Array') && e.isGlobal(callee.name)
  if (!mayCopy || callee.name === 'Array') return e.children(node)
  e.steps(() => {
    e.write(`${RUNTIME}.construct(${e.place(node)}, ${callee.name}`)
    argumentList(e, node.arguments)
    e.write(')')
  })
}

/** An optional chain, link by link: a step inside it must not be skipped or done twice. */
function chain(e: Emitter, node: ChainExpression): void {
  if (!e.context.isSteps) return e.children(node)
  const links: AnyNode[] = []
  let base = node.expression as AnyNode
  for (; ; base = (base.type === 'CallExpression' ? base.callee : base.object) as AnyNode) {
    if (base.type !== 'CallExpression' && base.type !== 'MemberExpression') break
    links.unshift(base)
  }
  links.unshift(base)
  link(e, links, links.length - 1)
}

/** Writes the chain up to a link. Each `?.` becomes a test that gives up the rest. */
function link(e: Emitter, links: readonly AnyNode[], last: number): void {
  const first = links.findLastIndex(
    (l, i) => i <= last && (l as { optional?: boolean }).optional === true,
  )
  if (first < 0) return linkFrom(e, links, last, 0, () => e.node(links[0]!))
  const held = e.temporary()
  const optional = links[first]!
  const callee = links[first - 1]!
  const isMethod = optional.type === 'CallExpression' && callee.type === 'MemberExpression'
  if (isMethod && callee.object.type !== 'Super')
    return optionalMethod(e, links, last, first, held)
  e.write(`((${held} = `)
  link(e, links, first - 1)
  e.write(`) == null ? undefined : `)
  linkFrom(e, links, last, first - 1, () => e.write(held))
  e.write(')')
}

/** `o.f?.(x)`: the function is tested, and called with its object. */
function optionalMethod(
  e: Emitter,
  links: readonly AnyNode[],
  last: number,
  first: number,
  held: string,
): void {
  const callee = links[first - 1] as MemberExpression
  const self = e.temporary()
  e.write(`((${self} = `)
  link(e, links, first - 2)
  e.write(`, ${held} = `)
  element(e, callee, () => e.write(self))
  e.write(`) == null ? undefined : `)
  linkFrom(e, links, last, first, () =>
    e.steps(() => {
      e.write(`${RUNTIME}.call(${e.place(links[first]!)}, ${held}, ${self}`)
      argumentList(e, (links[first] as CallExpression).arguments)
      e.write(')')
    }),
  )
  e.write(')')
}

/** Writes the links after `from` up to `last`, on what `writeBase` writes for link `from`. */
function linkFrom(
  e: Emitter,
  links: readonly AnyNode[],
  last: number,
  from: number,
  writeBase: () => void,
): void {
  if (last === from) return writeBase()
  const node = links[last]!
  const before = links[last - 1]
  if (node.type === 'MemberExpression') {
    element(e, node, () => linkFrom(e, links, last - 1, from, writeBase))
  } else if (node.type === 'CallExpression') {
    const isMember = before?.type === 'MemberExpression' && last - 1 > from
    anyCall(e, isMember ? node : ({ ...node, callee: links[from] } as CallExpression), () =>
      linkFrom(e, links, isMember ? last - 2 : last - 1, from, writeBase),
    )
  }
}

export const callHandlers: Record<string, Handler> = {
  CallExpression: call as Handler,
  NewExpression: newExpression as Handler,
  ChainExpression: chain as Handler,
}
