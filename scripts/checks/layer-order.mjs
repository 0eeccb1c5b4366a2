import { codeUnder } from '../lib/files.mjs'
import { importsOf, packageOf } from '../lib/imports.mjs'
import { workspaces } from '../lib/workspaces.mjs'

/** Who may know whom: a package's src imports strictly lower layers only. */
export const LAYERS = {
  memory: 0,
  fsm: 0,
  park: 1,
  trace: 1,
  interleave: 1,
  sync: 2,
  timecounter: 2,
  machine: 2,
  scheduler: 3,
  mbuf: 3,
  tasks: 4,
  ifqueue: 4,
  inet: 4,
  netisr: 5,
  socket: 6,
  stack: 7,
  net: 8,
  tun: 8,
}

/** The model checker checks the others, so it must stand without any of them. */
const ALONE = new Set(['interleave'])
/** Case suites and bench parameters: for tests, benches and apps. */
const TESTING = 'testing'

export const layerOrder = {
  name: 'layer-order',
  rules: ['layer-order', 'layer-unknown'],
  run(root) {
    return workspaces(root)
      .filter((one) => !one.isApp && one.short !== TESTING)
      .flatMap((one) => (one.short in LAYERS ? ordered(root, one) : [unknown(one)]))
  },
}

function ordered(root, { dir, short }) {
  return codeUnder(root, `${dir}/src`).flatMap((file) =>
    importsOf(root, file).flatMap(({ specifier, line }) => {
      const problem = judge(short, packageOf(specifier))
      return problem ? [{ file, line, rule: 'layer-order', ...problem }] : []
    }),
  )
}

function judge(short, target) {
  if (!target?.startsWith('@smpnet/')) return undefined
  const other = target.slice('@smpnet/'.length)
  if (other === short) {
    return { message: 'A package imports its own files by path', expected: './…', found: target }
  }
  if (other === TESTING) {
    return { message: 'Case suites are for tests', expected: 'no import in src', found: target }
  }
  return (LAYERS[other] ?? Infinity) < LAYERS[short] && !ALONE.has(short)
    ? undefined
    : { message: `${short} must not know ${other}`, expected: allowed(short), found: place(other) }
}

function allowed(short) {
  return ALONE.has(short) ? 'no other package' : `a layer below ${LAYERS[short]}`
}

function place(other) {
  return other in LAYERS ? `${other} in layer ${LAYERS[other]}` : `${other} in no layer`
}

function unknown({ dir, short }) {
  return {
    file: `${dir}/package.json`,
    line: 1,
    rule: 'layer-unknown',
    message: 'Every package has a place in the house',
    expected: 'a line in scripts/checks/layer-order.mjs',
    found: `none for ${short}`,
  }
}
