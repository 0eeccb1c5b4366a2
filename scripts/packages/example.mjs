import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fencedBlocks } from '../lib/markdown.mjs'
import { inWords, judged, run } from '../lib/run.mjs'

const LIMIT_MS = 60_000
const FILE = /^file=([\w.-]+\.m?js)$/

/**
 * Runs the examples of a README in a folder where the package is installed. An example is a fenced
 * block whose info string has the word `example`; a block with `file=worker.mjs` is written beside
 * it first. Resolves to `{ result }` when each ran and printed, or else to `{ problem }`.
 */
export async function runExamples(folder, readme, limitMs = LIMIT_MS) {
  const blocks = fencedBlocks(readme)
  const examples = blocks.filter(({ info }) => info.includes('example'))
  if (examples.length === 0) return { problem: 'the README has no block marked `js example`' }
  for (const { info, code } of blocks) {
    const name = info.map((word) => FILE.exec(word)?.[1]).find(Boolean)
    if (name) writeFileSync(join(folder, name), code)
  }
  let elapsedMs = 0
  for (const example of examples) {
    const outcome = await runOne(folder, example, limitMs)
    if (outcome.problem) return outcome
    elapsedMs += outcome.elapsedMs
  }
  return { result: `ran in ${inWords(elapsedMs)}` }
}

async function runOne(folder, { info, code }, limitMs) {
  if (info[0] !== 'js') {
    const found = info.join(' ')
    return { problem: `an example is JavaScript (expected \`js example\`, found \`${found}\`)` }
  }
  writeFileSync(join(folder, 'example.mjs'), code)
  const ended = await run(process.execPath, ['example.mjs'], { cwd: folder, limitMs })
  return judged('the example', ended, limitMs)
}
