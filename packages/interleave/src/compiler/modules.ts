import type { ExportNamedDeclaration, ImportDeclaration, Program } from 'acorn'
import {
  arrow,
  call,
  declarator,
  declare,
  delegated,
  generator,
  id,
  literal,
  many,
  member,
  object,
  property,
  statement,
} from './build.ts'
import { type Emitter, type Handler, RUNTIME } from './emitter.ts'
import { declarations, hoist } from './functions.ts'
import { declareBlock, declareVars } from './scope.ts'
import { type AnyNode, directivesOf, type FunctionNode, namesOf } from './syntax.ts'

/**
 * Modules. For a bundler or a server a module stays one, with the runtime imported at its head. For
 * this package's own loader it becomes a generator function, which the loader runs for each world
 * that needs the module anew: a name that it imports is a member of the module it comes from, so
 * that it is read when it is used, and what it exports are getters, there before anything runs. A
 * script, as `require` loads it, is such a function too, with the names that it expects.
 */

const MODULE = `${RUNTIME}_m`
const DEFAULT = `${RUNTIME}_default`
const SCRIPT_NAMES = ['exports', 'require', 'module', '__filename', '__dirname']

/** The compiled module, around which `head` is put, given what is known only then. */
export function compileProgram(e: Emitter, node: Program, head: () => AnyNode[]): AnyNode {
  e.program = node
  return e.inScope(
    node,
    (scope) => {
      declareVars(scope, node)
      declareBlock(scope, node.body)
    },
    () => (e.format === 'module' ? asModule(e, node, head) : asFunction(e, node, head)),
  )
}

function asModule(e: Emitter, node: Program, head: () => AnyNode[]): AnyNode {
  const body = e.inContext({ isSteps: false, plainContext: 0, node }, () => e.block(node.body))
  return { ...node, body: [...head(), ...body, statement(e.ask('loaded'))] } as never
}

function asFunction(e: Emitter, node: Program, head: () => AnyNode[]): AnyNode {
  const links = e.format === 'linked' ? linksOf(e, node) : []
  const directives = directivesOf(node.body)
  const strict = { ...statement(literal('use strict')), directive: 'use strict' }
  const rest = node.body.slice(directives.length)
  const body = e.inContext({ isSteps: true, plainContext: 0, node }, () => {
    const pairs = hoist(e, node.body)
    const getters = e.format === 'linked' ? [exportsOf(e, node)] : []
    return [...getters, ...pairs, ...links, ...e.statements(rest)]
  })
  const names = [MODULE, RUNTIME, ...(e.format === 'commonjs' ? SCRIPT_NAMES : [])]
  const first = e.format === 'linked' ? [strict] : directives
  const made = generator(names.map(id), [...first, ...head(), ...body] as never)
  return { ...node, body: [statement(made)] } as never
}

/** What fetches the modules that this one imports, and says what its names are. */
function linksOf(e: Emitter, node: Program): AnyNode[] {
  const links: AnyNode[] = []
  for (const item of node.body) {
    const { source } = item as { source?: AnyNode | null }
    if (!source || !/^(Import|Export)/.test(item.type)) continue
    const name = e.name('m')
    const type = attributeOf(item as ImportDeclaration)
    const args = [literal((source as { value: string }).value), ...(type ? [literal(type)] : [])]
    const fetched = delegated(call(member(MODULE, 'import'), args))
    links.push(declare('const', [declarator(id(name), fetched)]))
    sources.set(item as AnyNode, name)
    if (item.type === 'ImportDeclaration') nameImports(e, item, name)
    if (item.type === 'ExportAllDeclaration' && !item.exported) {
      links.push(statement(call(member(MODULE, 'star'), [id(name)])))
    }
  }
  return links
}

/** The variable that holds the module of an import or export with a source. */
const sources = new WeakMap<AnyNode, string>()

function attributeOf({ attributes = [] }: ImportDeclaration): string | undefined {
  const found = attributes.find(({ key }) => (key as { name?: string }).name === 'type')
  return found && String(found.value.value)
}

function nameImports(e: Emitter, { specifiers }: ImportDeclaration, module: string): void {
  for (const one of specifiers) {
    if (one.type === 'ImportNamespaceSpecifier') e.imported.set(one.local.name, id(module))
    else {
      const name = one.type === 'ImportDefaultSpecifier' ? 'default' : nameOf(one.imported)
      e.imported.set(one.local.name, member(module, name))
    }
  }
}

function nameOf(node: { type: string }): string {
  const { name, value } = node as { name?: string; value?: string }
  return name ?? value!
}

/** `exports({ name: () => value, … })`, before anything else runs. */
function exportsOf(e: Emitter, node: Program): AnyNode {
  const rows: AnyNode[] = []
  const add = (name: string, value: AnyNode): void => {
    rows.push(property(name, arrow([], value)))
  }
  for (const item of node.body) {
    if (item.type === 'ExportAllDeclaration' && item.exported) {
      add(nameOf(item.exported), id(sources.get(item)!))
    } else if (item.type === 'ExportDefaultDeclaration') {
      const { id: own, type } = item.declaration as { id?: { name: string }; type: string }
      const isNamed = own && type.endsWith('Declaration')
      add('default', id(isNamed ? own.name : DEFAULT))
    } else if (item.type === 'ExportNamedDeclaration') exportNamed(e, item, add)
  }
  return statement(call(member(MODULE, 'exports'), [object(rows)]))
}

function exportNamed(
  e: Emitter,
  node: ExportNamedDeclaration,
  add: (name: string, value: AnyNode) => void,
): void {
  const from = sources.get(node)
  for (const { local, exported } of node.specifiers) {
    const name = nameOf(local)
    const value = from === undefined ? e.node(local as AnyNode) : member(from, name)
    add(nameOf(exported), value)
  }
  const declared = node.declaration
  if (declared?.type === 'VariableDeclaration') {
    for (const one of declared.declarations) for (const n of namesOf(one.id)) add(n, id(n))
  } else if (declared) add(declared.id.name, id(declared.id.name))
}

function exportDefault(
  e: Emitter,
  node: Extract<AnyNode, { type: 'ExportDefaultDeclaration' }>,
): AnyNode {
  const declared = node.declaration as AnyNode
  const isFunction = declared.type === 'FunctionDeclaration'
  if (isFunction && declared.id) {
    const [outside, steps] = declarations(e, declared)
    return many([e.format === 'module' ? e.with(node, { declaration: outside }) : outside, steps])
  }
  if (declared.type === 'ClassDeclaration' && (declared.id || e.format === 'module')) {
    const made = e.node(declared)
    return e.format === 'module' ? e.with(node, { declaration: made }) : made
  }
  const expression = (
    isFunction || declared.type === 'ClassDeclaration'
      ? { ...declared, type: declared.type.replace('Declaration', 'Expression') }
      : declared
  ) as FunctionNode
  const value = e.named('default', expression)
  if (e.format === 'module') return e.with(node, { declaration: value })
  const isClass = value.type === 'ClassExpression' && !value.id
  const named = isClass ? member(object([property('default', value)]), 'default') : value
  return declare('const', [declarator(id(DEFAULT), named)])
}

function exportNames(e: Emitter, node: ExportNamedDeclaration): AnyNode {
  const { declaration } = node
  if (!declaration) return e.format === 'module' ? node : many([])
  const made = e.node(declaration as AnyNode)
  if (e.format !== 'module') return made
  if (declaration.type !== 'FunctionDeclaration') return e.with(node, { declaration: made })
  const [outside, steps] = (made as never as { body: [AnyNode, AnyNode] }).body
  return many([e.with(node, { declaration: outside }), steps])
}

function dropped(e: Emitter, node: AnyNode): AnyNode {
  return e.format === 'module' ? node : many([])
}

export const moduleHandlers: Record<string, Handler> = {
  ImportDeclaration: dropped as Handler,
  ExportAllDeclaration: dropped as Handler,
  ExportDefaultDeclaration: exportDefault as Handler,
  ExportNamedDeclaration: exportNames as Handler,
}
