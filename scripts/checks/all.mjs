import { ambientInputs } from './ambient-inputs.mjs'
import { dependencies } from './dependencies.mjs'
import { finishedWork } from './finished-work.mjs'
import { folderCycles } from './folder-cycles.mjs'
import { layerOrder } from './layer-order.mjs'
import { lineWidth } from './line-width.mjs'
import { loadsAlone } from './loads-alone.mjs'
import { lockFile } from './lock-file.mjs'
import { namedSubjects } from './named-subjects.mjs'
import { nodeImports } from './node-imports.mjs'
import { packageShape } from './package-shape.mjs'
import { readmeLinks } from './readme-links.mjs'

/**
 * The house rules that the linter does not know. A check has a name, the rules that it can find
 * broken, and `run(root)`, which reads the tree at `root` and nothing else.
 *
 * @typedef {{ file: string, line: number, rule: string, message: string,
 *   expected: string | number, found: string | number }} Violation
 * @typedef {{ name: string, rules: string[], run: (root: string) => Violation[] }} Check
 * @type {Check[]}
 */
export const CHECKS = [
  layerOrder,
  folderCycles,
  dependencies,
  nodeImports,
  ambientInputs,
  lineWidth,
  finishedWork,
  namedSubjects,
  packageShape,
  loadsAlone,
  readmeLinks,
  lockFile,
]

/**
 * Checks that the tree does not pass yet: they run when they are named, and their canaries always.
 *
 * @type {Check[]}
 */
export const ON_REQUEST = []
