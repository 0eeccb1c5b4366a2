import ts from 'typescript'
import { codeUnder } from '../lib/files.mjs'
import { isInNodeZone } from '../lib/node-zone.mjs'
import { lineOf, nodesOf, parse } from '../lib/syntax.mjs'
import { workspaces } from '../lib/workspaces.mjs'

/** Globals that bring in the time, chance or the environment by any of their members. */
const WHOLE = new Set(['process', 'performance', 'crypto'])
/** Globals of which one member does. */
const MEMBERS = new Set(['Math.random', 'Date.now'])

/** The clock of threads that no machine drives, whose sleeps are the host's anyway. */
const HOST_CLOCK = 'packages/park/src/host-clock.ts'

export const ambientInputs = {
  name: 'ambient-inputs',
  rules: ['ambient-input'],
  run(root) {
    return workspaces(root)
      .filter(({ isApp }) => !isApp)
      .flatMap(({ dir }) => codeUnder(root, `${dir}/src`))
      .filter((file) => !isInNodeZone(file) && file !== HOST_CLOCK)
      .flatMap((file) => inFile(root, file))
  },
}

function inFile(root, file) {
  const source = parse(root, file)
  const nodes = [...nodesOf(source)]
  const own = new Set(nodes.filter(isDeclared).map((node) => node.name.text))
  return nodes.flatMap((node) => {
    const found = ambient(node, own)
    return found ? [violation(file, lineOf(source, node), found)] : []
  })
}

function violation(file, line, found) {
  const message = 'Time, chance and the environment come in as arguments'
  return { file, line, rule: 'ambient-input', message, expected: 'a Clock or Random', found }
}

/** What a node reads of the world, in words; undefined when it reads nothing. */
function ambient(node, own) {
  if (ts.isIdentifier(node) && WHOLE.has(node.text) && !own.has(node.text)) {
    return isReference(node) ? node.text : undefined
  }
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date') {
    return node.arguments?.length ? undefined : 'new Date()'
  }
  const member = memberOf(node)
  return member && MEMBERS.has(member) ? member : undefined
}

/** `Math.random`, whether written so, as `Math['random']` or as `const { random } = Math`. */
function memberOf(node) {
  if (ts.isPropertyAccessExpression(node)) return `${bare(node.expression)}.${node.name.text}`
  if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)) {
    return `${bare(node.expression)}.${node.argumentExpression.text}`
  }
  if (!ts.isBindingElement(node)) return undefined
  const initializer = node.parent.parent.initializer
  return initializer && `${bare(initializer)}.${(node.propertyName ?? node.name).getText()}`
}

function bare(expression) {
  return expression.getText().replace(/^globalThis\./, '')
}

/** `packet.process` and `{ process: 1 }` are names of a member, unless globalThis is its owner. */
function isReference(node) {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) {
    return parent.expression.getText() === 'globalThis'
  }
  const hasMemberName = [ts.isClassElement, ts.isTypeElement, ts.isPropertyAssignment]
  const isMemberName = hasMemberName.some((is) => is(parent)) && parent.name === node
  return !isMemberName && !ts.isTypeReferenceNode(parent) && !ts.isQualifiedName(parent)
}

const DECLARATIONS = [
  ts.isVariableDeclaration,
  ts.isParameter,
  ts.isFunctionDeclaration,
  ts.isFunctionExpression,
  ts.isBindingElement,
  ts.isImportSpecifier,
  ts.isImportClause,
]

/** A file that declares a name of its own means that one, not the global. */
function isDeclared(node) {
  if (!DECLARATIONS.some((is) => is(node))) return false
  return node.name !== undefined && ts.isIdentifier(node.name)
}
