import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isBuilt, markBuilt, sourceState } from '../lib/build-state.mjs'
import { markInstalled, whyInstall } from '../lib/install-state.mjs'
import { cleanFiles, inTree, type Files } from './planted-tree.ts'

const LOCK = 'package-lock.json'
const INSTALLED = 'node_modules/.package-lock.json'
const ONE = { version: '1.0.0', integrity: 'sha512-one' }
const NATIVE = { version: '1.0.0', integrity: 'sha512-native', optional: true }

/** A lock file that wants `one` and a binary for another platform, and what npm made of it. */
function installation(wanted: object, installed: object, more: Files = {}): Files {
  const lock = (packages: object) => JSON.stringify({ packages: { '': {}, ...packages } })
  return {
    [LOCK]: lock({ 'packages/x': {}, 'node_modules/native': NATIVE, ...wanted }),
    [INSTALLED]: lock(installed),
    'node_modules/one/package.json': '{}',
    ...more,
  }
}

const wantsOne = { 'node_modules/one': ONE }
const GONE = { 'node_modules/one/package.json': undefined }

describe('an installation', () => {
  it('is left alone when it holds what the lock file says', async () => {
    expect(await inTree(installation(wantsOne, wantsOne), whyInstall)).toBeUndefined()
  })

  it.each([
    ['nothing is there', { [LOCK]: '{}' }],
    [
      'a version differs',
      installation(wantsOne, { 'node_modules/one': { ...ONE, version: '2' } }),
    ],
    ['content differs', installation(wantsOne, { 'node_modules/one': { ...ONE, integrity: '' } })],
    ['a package was added', installation({ ...wantsOne, 'node_modules/two': ONE }, wantsOne)],
    ['a folder is gone', installation(wantsOne, wantsOne, GONE)],
  ])('is made again when %s', async (_what, files) => {
    expect(await inTree(files, whyInstall)).toMatch(/nothing is installed|node_modules\/\w+ has/)
  })

  it('is not made again for what npm left out of it', async () => {
    const files = installation({ ...wantsOne, 'node_modules/extra': ONE }, wantsOne)
    const reasons = await inTree(files, (root) => {
      const before = whyInstall(root)
      markInstalled(root)
      return [before, whyInstall(root)]
    })
    expect(reasons).toEqual(['node_modules/extra has changed', undefined])
  })
})

const BUILT: Files = {
  ...cleanFiles(),
  'packages/memory/dist/index.js': '',
  'packages/sync/dist/index.js': '',
  'apps/netperf/dist/cli.js': '',
}

describe('a build', () => {
  it('is skipped only when nothing that it reads has changed since', async () => {
    const states = await inTree(BUILT, (root) => {
      const before = isBuilt(root, sourceState(root))
      markBuilt(root, sourceState(root))
      return [before, isBuilt(root, sourceState(root)), isBuilt(root, 'another state')]
    })
    expect(states).toEqual([false, true, false])
  })

  it('is made again when what it made is gone', async () => {
    const isDone = await inTree({ ...BUILT, 'packages/sync/dist/index.js': undefined }, (root) => {
      markBuilt(root, sourceState(root))
      return isBuilt(root, sourceState(root))
    })
    expect(isDone).toBe(false)
  })

  it('is made again for declarations that it did not make', async () => {
    const declared = { 'packages/sync/dist/index.d.ts': '', 'packages/memory/dist/index.d.ts': '' }
    const whether = (files: Files) =>
      inTree(files, (root) => {
        const state = sourceState(root)
        markBuilt(root, state)
        return isBuilt(root, state, { declarations: true })
      })
    expect(await whether(BUILT)).toBe(false)
    expect(await whether({ ...BUILT, ...declared })).toBe(true)
  })

  it('has another state when a source is added', async () => {
    const states = await inTree(BUILT, (root) => {
      const before = sourceState(root)
      writeFileSync(join(root, 'packages/sync/src/more.ts'), '')
      return [before, sourceState(root)]
    })
    expect(states[1]).not.toBe(states[0])
  })
})
