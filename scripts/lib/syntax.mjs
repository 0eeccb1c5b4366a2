import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

const parsed = new Map()

/** The syntax tree of a file; parsed once per content, since every check asks for it again. */
export function parse(root, file) {
  const path = join(root, file)
  const text = readFileSync(path, 'utf8')
  const known = parsed.get(path)
  if (known?.text === text) return known
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  parsed.set(path, source)
  return source
}

/** Every node below and including `node`, parents first. */
export function* nodesOf(node) {
  yield node
  const children = []
  ts.forEachChild(node, (child) => void children.push(child))
  for (const child of children) yield* nodesOf(child)
}

/** The line on which a node starts, counted from 1. */
export function lineOf(source, node) {
  return source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1
}
