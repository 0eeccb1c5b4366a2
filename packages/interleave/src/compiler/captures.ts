import { arrow, assign, call, declarator, declare, id, index, member, sequence } from './build.ts'
import { type Emitter, type Handler, RUNTIME } from './emitter.ts'
import {
  type AnyNode,
  belongs,
  belongsToArrow,
  type FunctionNode,
  isArguments,
  isNewTarget,
} from './syntax.ts'

/**
 * What arrow functions take from the function around them. An arrow function becomes a generator
 * function, which has all of these itself, so the function around it keeps them under names:
 * `new.target`, `arguments`, and access to `super`.
 */

const TARGET = `${RUNTIME}_t`
const ARGUMENTS = `${RUNTIME}_g`
const SUPER_GET = `${RUNTIME}_sg`
const SUPER_SET = `${RUNTIME}_ss`

/** Statements that begin the body of a function and keep what its arrow functions need. */
export function capturesOf(e: Emitter, node: FunctionNode): AnyNode[] {
  if (node.type === 'ArrowFunctionExpression') return []
  const kept: AnyNode[] = []
  if (belongs(node, isNewTarget)) {
    const native = { type: 'MetaProperty', meta: id('new'), property: id('target') } as never
    kept.push(declarator(id(TARGET), e.context.isSteps ? e.ask('newTarget') : native))
  }
  if (belongsToArrow(node, isArguments)) kept.push(declarator(id(ARGUMENTS), id('arguments')))
  if (belongsToArrow(node, ({ type }) => type === 'Super')) {
    const at = index({ type: 'Super' } as never, id('k'))
    kept.push(declarator(id(SUPER_GET), arrow([id('k')], at)))
    kept.push(declarator(id(SUPER_SET), arrow([id('k'), id('v')], assign(at, id('v')))))
  }
  return kept.length === 0 ? [] : [declare('const', kept)]
}

/** Whether code here is an arrow function's own. */
export function isInArrow(e: Emitter): boolean {
  return e.context.node.type === 'ArrowFunctionExpression'
}

/** `super.key` where it cannot be written: read by the function around the arrow function. */
export function readSuper(e: Emitter, place: AnyNode, key: AnyNode): AnyNode {
  return hasOwner(e) ? call(id(SUPER_GET), [key]) : e.refusal(place, 'super-in-field')
}

export function writeSuper(e: Emitter, place: AnyNode, key: AnyNode, value: AnyNode): AnyNode {
  return hasOwner(e)
    ? call(id(SUPER_SET), [key, value])
    : sequence([key, value, e.refusal(place, 'super-in-field')])
}

/** The node whose `this`, `arguments` and `new.target` code here has. */
function ownerOf(e: Emitter): object | undefined {
  let scope: typeof e.scope | undefined = e.scope
  while ((scope?.owner as AnyNode | undefined)?.type === 'ArrowFunctionExpression') {
    scope = scope!.parent
  }
  return scope?.owner
}

function hasOwner(e: Emitter): boolean {
  const type = (ownerOf(e) as AnyNode | undefined)?.type
  return type === 'FunctionExpression' || type === 'FunctionDeclaration'
}

function metaProperty(e: Emitter, node: Extract<AnyNode, { type: 'MetaProperty' }>): AnyNode {
  if (!isNewTarget(node)) {
    return e.format === 'module' ? node : member(`${RUNTIME}_m`, 'meta')
  }
  return hasOwner(e) ? id(TARGET) : e.ask('nothing')
}

/** `arguments` of the function around an arrow function. */
export function argumentsHere(e: Emitter, node: AnyNode): AnyNode {
  if (!isInArrow(e)) return node
  return hasOwner(e) ? id(ARGUMENTS) : e.refusal(node, 'arguments-in-arrow')
}

export const captureHandlers: Record<string, Handler> = { MetaProperty: metaProperty as Handler }
