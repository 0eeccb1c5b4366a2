import type { AnyNode } from './syntax.ts'
import { isFunction, namesOf, walk } from './syntax.ts'

/** Names declared in one function, block, loop head or catch clause. */
export class Scope {
  readonly names = new Set<string>()

  constructor(
    readonly parent: Scope | undefined,
    /** The function (or module) whose variables these are. */
    readonly owner: object,
  ) {}

  /** The function that declares the name, or undefined for a global one. */
  ownerOf(name: string): object | undefined {
    return this.names.has(name) ? this.owner : this.parent?.ownerOf(name)
  }
}

/** Adds what statements of one block declare for that block. */
export function declareBlock(scope: Scope, statements: readonly AnyNode[]): void {
  for (const outer of statements) {
    const exported =
      outer.type === 'ExportNamedDeclaration' || outer.type === 'ExportDefaultDeclaration'
    const statement = (exported ? outer.declaration : outer) as AnyNode | null
    if (statement === null) continue
    if (statement.type === 'VariableDeclaration') {
      for (const { id } of statement.declarations)
        for (const name of namesOf(id)) scope.names.add(name)
    } else if (statement.type === 'FunctionDeclaration' || statement.type === 'ClassDeclaration') {
      if (statement.id) scope.names.add(statement.id.name)
    } else if (statement.type === 'ImportDeclaration') {
      for (const { local } of statement.specifiers) scope.names.add(local.name)
    }
  }
}

/** Adds `var` declarations anywhere in a function's own code. */
export function declareVars(scope: Scope, body: AnyNode): void {
  walk(body, (node) => {
    if (isFunction(node) && node !== body) return false
    if (node.type === 'VariableDeclaration' && node.kind === 'var') {
      for (const { id } of node.declarations) for (const name of namesOf(id)) scope.names.add(name)
    }
    return true
  })
}
