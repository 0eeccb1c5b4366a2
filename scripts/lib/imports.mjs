import ts from 'typescript'
import { lineOf, nodesOf, parse } from './syntax.mjs'

/**
 * Everything a file names of other modules: imports, re-exports, import types, dynamic imports,
 * `require` and `import.meta.resolve` of a literal, and `new URL('…', import.meta.url)`, which is
 * how workers and data files are named.
 *
 * @returns {{ specifier: string, line: number, kind: 'static' | 'type' | 'dynamic' | 'url' }[]}
 */
export function importsOf(root, file) {
  const source = parse(root, file)
  const found = []
  for (const node of nodesOf(source)) {
    const seen = READERS[node.kind]?.(node)
    if (seen && ts.isStringLiteralLike(seen.name)) {
      const specifier = seen.kind === 'url' ? relative(seen.name.text) : seen.name.text
      found.push({ specifier, kind: seen.kind, line: lineOf(source, node) })
    }
  }
  return found
}

/** The package that a bare specifier names, without its subpath; undefined for a relative one. */
export function packageOf(specifier) {
  if (/^[./]|^[a-z]+:/.test(specifier)) return undefined
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

const READERS = {
  [ts.SyntaxKind.ImportDeclaration]: (node) => declared(node, node.importClause?.isTypeOnly),
  [ts.SyntaxKind.ExportDeclaration]: (node) =>
    node.moduleSpecifier && declared(node, node.isTypeOnly),
  [ts.SyntaxKind.ImportType]: (node) =>
    ts.isLiteralTypeNode(node.argument) && { name: node.argument.literal, kind: 'type' },
  [ts.SyntaxKind.CallExpression]: (node) =>
    node.arguments[0] && loads(node.expression) && { name: node.arguments[0], kind: 'dynamic' },
  [ts.SyntaxKind.NewExpression]: (node) =>
    isBesideThisFile(node) && { name: node.arguments[0], kind: 'url' },
}

/** `import { type A }` counts as static: verbatimModuleSyntax leaves it as a load of the module. */
function declared(node, isTypeOnly) {
  return { name: node.moduleSpecifier, kind: isTypeOnly ? 'type' : 'static' }
}

/** In a URL, unlike in an import, a name without a dot is a path too. */
function relative(path) {
  return /^([./]|[a-z]+:)/.test(path) ? path : `./${path}`
}

function isBesideThisFile({ expression, arguments: args }) {
  return expression.getText() === 'URL' && args?.[1]?.getText() === 'import.meta.url'
}

function loads(callee) {
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return true
  return ['require', 'import.meta.resolve'].includes(callee.getText())
}
