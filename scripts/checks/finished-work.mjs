import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { codeUnder } from '../lib/files.mjs'
import { lineOf, nodesOf, parse } from '../lib/syntax.mjs'
import { workspaces } from '../lib/workspaces.mjs'

const SUITES = /^(it|test|describe|suite|bench)\b/
const LEFT_OUT = new Set(['only', 'skip', 'todo'])
const DISABLED = /^(x|f)(it|test|describe)$/
const PROMISE = /\b(TODO|FIXME|XXX)\b/

export const finishedWork = {
  name: 'finished-work',
  rules: ['partial-test', 'unfinished'],
  run(root) {
    const dirs = workspaces(root).map(({ dir }) => dir)
    return [
      ...[...dirs.map((dir) => `${dir}/test`), 'scripts/test']
        .flatMap((dir) => codeUnder(root, dir))
        .flatMap((file) => partialTests(root, file)),
      ...dirs
        .flatMap((dir) => [...codeUnder(root, `${dir}/src`), ...codeUnder(root, `${dir}/bin`)])
        .flatMap((file) => promises(root, file)),
    ]
  },
}

/** A skip with a reason is made where the test runs, by `context.skip('reason')`. */
function partialTests(root, file) {
  const source = parse(root, file)
  return [...nodesOf(source)].flatMap((node) => {
    const found = leavesOut(node)
    if (!found) return []
    const message = 'Every test runs'
    const expected = "all of them, or context.skip('reason')"
    return [{ file, line: lineOf(source, node), rule: 'partial-test', message, expected, found }]
  })
}

/** `it.only`, `describe.concurrent.skip`, `xit(…)` and `it('…', { todo: true }, …)`. */
function leavesOut(node) {
  if (ts.isPropertyAccessExpression(node) && LEFT_OUT.has(node.name.text)) {
    return SUITES.test(node.getText()) ? `.${node.name.text}` : undefined
  }
  if (!ts.isCallExpression(node)) return undefined
  const callee = node.expression.getText()
  if (DISABLED.test(callee)) return callee
  return SUITES.test(callee) ? optionOf(node) : undefined
}

function optionOf({ arguments: args }) {
  const names = args
    .filter(ts.isObjectLiteralExpression)
    .flatMap(({ properties }) => properties.map((property) => property.name?.getText()))
  return names.find((name) => LEFT_OUT.has(name))
}

function promises(root, file) {
  const lines = readFileSync(join(root, file), 'utf8').split('\n')
  return lines.flatMap((text, index) => {
    const found = PROMISE.exec(text)?.[0]
    if (!found) return []
    const message = 'Work that is left is written in the tracker, not in the source'
    const expected = 'finished code'
    return [{ file, line: index + 1, rule: 'unfinished', message, expected, found }]
  })
}
