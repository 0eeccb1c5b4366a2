import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'acorn'
import { CompileError, compileTree, parserOptions } from '../../src/compiler/compile.ts'
import { printTree } from '../../src/compiler/print.ts'
import type { AnyNode } from '../../src/compiler/syntax.ts'

/**
 * Code that nobody here wrote: the files of installed packages, compiled. The tree that the
 * compiler made is compared with what a parser reads in the text that was printed of it, which is
 * where parentheses would be lost; and with the tree of the source: of what the source has nothing
 * is missing, and what stood inside something stands inside it still.
 */

/** Files larger than this take longer than they tell. */
const MAX_BYTES = 120_000

/** Scripts of installed packages, in the order of their names. */
export function scriptsIn(folder: string): string[] {
  const found: string[] = []
  const look = (at: string): void => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const path = join(at, entry.name)
      if (entry.isDirectory()) {
        if (entry.name !== '.il') look(path)
      } else if (entry.isFile() && /\.[cm]?js$/.test(entry.name)) {
        if (statSync(path).size <= MAX_BYTES) found.push(path)
      }
    }
  }
  look(folder)
  return found.sort()
}

export interface Outcome {
  /** `same`, `no JavaScript` for what no parser reads, or what is wrong. */
  readonly verdict: string
  /** Forms that refuse to run. */
  readonly refusals: readonly string[]
}

type Print = (tree: AnyNode, source: string) => { code: string }

/** Compiles a file in both ways in which it may be meant, and compares. */
export function judge(path: string, print: Print = printTree): Outcome {
  const source = readFileSync(path, 'utf8')
  const isModule = path.endsWith('.mjs') || /^\s*(import|export)\b/m.test(source)
  const asModule = (): Outcome[] =>
    (['module', 'linked'] as const).map((format) => judgeAs(source, path, format, print))
  const script = isModule ? undefined : judgeAs(source, path, 'commonjs', print)
  // A module that is one long line imports and exports where no line begins.
  const outcomes = !script || script.verdict === 'no JavaScript' ? asModule() : [script]
  return outcomes.find(({ verdict }) => verdict !== 'same') ?? outcomes[0]!
}

export function judgeAs(
  source: string,
  path: string,
  format: 'module' | 'linked' | 'commonjs',
  print: Print = printTree,
): Outcome {
  let trees: ReturnType<typeof compileTree>
  try {
    trees = compileTree(source, { file: path, runtime: 'r', format })
  } catch (error) {
    if (error instanceof CompileError) return { verdict: 'no JavaScript', refusals: [] }
    throw error
  }
  const { tree, made } = trees
  const refusals = refusalsOf(made)
  const { code } = print(made, source)
  let read: AnyNode
  try {
    read = parse(code, parserOptions(format === 'module' ? 'module' : 'commonjs'))
  } catch (error) {
    return { verdict: `invalid: ${(error as Error).message}`, refusals }
  }
  // Names that a linked module imports and exports are members of modules, and not found as such.
  const wrong = difference(made, read) ?? (format === 'linked' ? undefined : missing(tree, made))
  return { verdict: wrong === undefined ? 'same' : `differs: ${wrong}`, refusals }
}

const PLACES = new Set(
  'start end loc range raw directive sourceType shorthand attributes'.split(' '),
)
/** What a parser leaves out where nothing is meant. */
const NOTHING: ReadonlySet<unknown> = new Set([undefined, null, false])

/** Where two trees say something else, or undefined if they say the same. */
export function difference(a: unknown, b: unknown, at = ''): string | undefined {
  if (NOTHING.has(a) && NOTHING.has(b)) return undefined
  if (Array.isArray(a) && Array.isArray(b)) return listDifference(a, b, at)
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    if (Object.is(a, b) || (typeof a === 'bigint' && a === b)) return undefined
    return `${at}: ${String(a)} became ${String(b)}`
  }
  if (a instanceof RegExp && b instanceof RegExp) return undefined
  const [one, other] = [a, b] as Record<string, unknown>[]
  // A literal is what its text says; the compiler writes its tables as text.
  if (one!['type'] === 'Literal' && typeof one!['raw'] === 'string' && !('start' in one!)) {
    return undefined
  }
  const keys = new Set([...Object.keys(one!), ...Object.keys(other!)])
  for (const key of keys) {
    if (PLACES.has(key) || (typeof one![key] === 'boolean' && key === 'expression')) continue
    const found = difference(one![key], other![key], `${at}/${key}`)
    if (found !== undefined) return `${found} (in ${String(one!['type'])})`
  }
  return undefined
}

function listDifference(x: unknown[], y: unknown[], at: string): string | undefined {
  const [a, b] = [x.filter(isSaid), y.filter(isSaid)]
  if (a.length !== b.length) return `${at}: ${a.length} became ${b.length}`
  for (const [i, one] of a.entries()) {
    const found = difference(one, b[i], `${at}/${i}`)
    if (found !== undefined) return found
  }
  return undefined
}

/** Everything but a semicolon by itself. */
function isSaid(node: unknown): boolean {
  return (node as { type?: string } | null)?.type !== 'EmptyStatement'
}

function each(node: unknown, visit: (node: AnyNode, above: AnyNode[]) => void, above: AnyNode[]) {
  if (Array.isArray(node)) for (const one of node) each(one, visit, above)
  else if (typeof (node as AnyNode | null)?.type === 'string') {
    const one = node as AnyNode
    visit(one, above)
    above.push(one)
    for (const value of Object.values(one)) {
      if (typeof value === 'object' && value !== null) each(value, visit, above)
    }
    above.pop()
  }
}

/** What the source has and the compiled tree has not, or has somewhere else. */
function missing(tree: AnyNode, made: AnyNode): string | undefined {
  const inMade = new Map<string, Set<string>>()
  const texts = new Set<string>()
  each(
    made,
    (node, above) => {
      if (node.start !== undefined) {
        const around = inMade.get(keyOf(node)) ?? new Set()
        for (const one of above) if (one.start !== undefined) around.add(keyOf(one))
        inMade.set(keyOf(node), around)
      }
      if (node.type === 'Literal' && typeof node.value === 'string') texts.add(node.value)
    },
    [],
  )
  const holds = isRefused(made)
  let wrong: string | undefined
  each(
    tree,
    (node, above) => {
      if (wrong !== undefined || holds(node, above) || !LEAVES.has(node.type)) return
      const around = inMade.get(keyOf(node))
      if (around === undefined) {
        const { name } = node as { name?: string }
        if (name === undefined || !texts.has(name)) wrong = `${node.type} at ${node.start} is lost`
        return
      }
      const parent = above.findLast((one) => KEPT.has(one.type) && inMade.has(keyOf(one)))
      if (parent && !around.has(keyOf(parent))) {
        wrong = `${node.type} at ${node.start} is no longer inside ${parent.type}`
      }
    },
    [],
  )
  return wrong
}

function keyOf({ type, start, end }: AnyNode): string {
  return `${type}:${start}:${end}`
}

/** What is never taken apart, and so has to be found again. */
const LEAVES = new Set(['Identifier', 'Literal', 'TemplateElement', 'ThisExpression'])
/** What is never replaced by something made, if it is found again. */
const KEPT = new Set([
  'BinaryExpression',
  'LogicalExpression',
  'ConditionalExpression',
  'UnaryExpression',
  'SequenceExpression',
  'ArrayExpression',
  'ObjectExpression',
  'IfStatement',
  'TryStatement',
  'ThrowStatement',
  'ReturnStatement',
  'ClassBody',
])

/** Whether a node of the source is in what is refused as a whole, or is only said otherwise. */
function isRefused(made: AnyNode): (node: AnyNode, above: readonly AnyNode[]) => boolean {
  const refuses = refusalsOf(made).length > 0
  return (node, above) => {
    const parent = above.at(-1)
    if (refuses && above.some(isWhole)) return true
    if (/^(Import|Export)/.test(parent?.type ?? '')) return true
    if (parent?.type === 'MemberExpression' && isAtomics(parent.object)) return true
    if (refuses && parent?.type === 'MemberExpression' && parent.object.type === 'Super')
      return true
    if (parent?.type === 'MetaProperty' || node.type === 'TemplateElement') return true
    return node.type === 'Identifier' && SAID_OTHERWISE.has(node.name)
  }
}

function isWhole(node: AnyNode): boolean {
  if (node.type === 'WithStatement' || (node.type === 'ForOfStatement' && node.await)) return true
  return (node as { async?: boolean; generator?: boolean }).async === true
    ? (node as { generator?: boolean }).generator === true
    : node.type === 'CallExpression'
}

function isAtomics(node: AnyNode): boolean {
  return node.type === 'Identifier' && node.name === 'Atomics'
}

/** Names for which the compiler has others. */
const SAID_OTHERWISE = new Set(['Atomics', 'Promise', 'arguments'])

function refusalsOf(made: AnyNode): string[] {
  const found: string[] = []
  each(
    made,
    (node) => {
      if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return
      const { object, property } = node.callee
      if ((object as { name?: string }).name !== '$il') return
      if ((property as { name?: string }).name !== 'never') return
      found.push(String((node.arguments[1] as { value?: unknown }).value))
    },
    [],
  )
  return found
}
