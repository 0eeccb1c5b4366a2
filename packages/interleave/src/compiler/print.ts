import { print } from 'esrap'
import ts from 'esrap/languages/ts'
import type { AnyNode } from './syntax.ts'

/** Writes a syntax tree as text, with mappings from it to where its nodes were in the source. */
export function printTree(tree: AnyNode, source: string): { code: string; mappings: string } {
  const { code, map } = print(tree as never, ts(), { sourceMapContent: source })
  return { code, mappings: map.mappings }
}
