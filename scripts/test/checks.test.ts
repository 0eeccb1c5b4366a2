import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { CHECKS, ON_REQUEST } from '../checks/all.mjs'
import { folderCycles } from '../checks/folder-cycles.mjs'
import { ALLOWED } from './allowed.ts'
import { CANARIES } from './canaries.ts'
import { CIRCLES } from './circle-canaries.ts'
import { cleanFiles, inTree, type Files } from './planted-tree.ts'

const ALL = [...CHECKS, ...ON_REQUEST]

/** The place and rule of every violation in a tree. */
function violations(files: Files): Promise<string[]> {
  return inTree(files, (root) => ALL.flatMap((check) => check.run(root)).map(place))
}

function place({ file, line, rule }: { file: string; line: number; rule: string }): string {
  return `${file}:${line} ${rule}`
}

describe('the checks', () => {
  it('find nothing in a clean tree', async () => {
    expect(await violations(cleanFiles())).toEqual([])
  })

  it.each(ALLOWED)('find nothing in $what', async ({ plant }) => {
    expect(await violations({ ...cleanFiles(), ...plant })).toEqual([])
  })

  it.each(CANARIES)('find $rule and nothing else: $what', async ({ rule, at, plant }) => {
    expect(await violations({ ...cleanFiles(), ...plant })).toEqual([`${at} ${rule}`])
  })

  it('name an import of each arrow of a circle, and how many there are', async () => {
    const found = await inTree({ ...cleanFiles(), ...CIRCLES[0]!.plant }, (root) =>
      folderCycles.run(root).map((violation) => violation.found),
    )
    expect(found).toEqual(['b → a by b/three.ts:1, a → b by a/one.ts:1 and 1 more'])
  })

  it('have a canary for every rule', () => {
    const canaries = new Set(CANARIES.map(({ rule }) => rule))
    expect(ALL.flatMap(({ rules }) => rules).filter((rule) => !canaries.has(rule))).toEqual([])
  })
})

describe('npm run check', () => {
  it('answers an unknown name with the known ones and status 2', () => {
    const script = fileURLToPath(new URL('../check.mjs', import.meta.url))
    const args = [script, 'spelling']
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    expect(stderr).toMatch(/^There is no check "spelling"; expected one of layer-order, .*\.\n$/)
    expect(status).toBe(2)
  })
})
