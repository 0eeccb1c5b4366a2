import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { longFiles } from '../lib/long-files.mjs'
import { cleanFiles, inTree } from './planted-tree.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

describe('what npm test leaves to npm run test:models', () => {
  it('has a row for each file in CONTRIBUTING.md, and no other', () => {
    const guide = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8')
    const rows = [...guide.matchAll(/^\| `((?:packages|apps|scripts)\/\S+\.ts)` +\| \S.* \|$/gm)]
    expect(rows.map(([, file]) => file).toSorted()).toEqual(longFiles(ROOT).toSorted())
  })

  it('is every test file that asks how thorough it is to be', async () => {
    const from = (what: string, where: string) => `import { ${what} } from '${where}'\n`
    const models = '@smpnet/testing/models'
    const files = {
      ...cleanFiles(),
      'packages/sync/test/a.test.ts': from('budget, expectToHold', models),
      'packages/sync/test/b.model.ts': from('expectToHold, whole', models),
      'packages/sync/test/deep/c.model.ts': from('\n  thorough,\n  whole,\n', models),
      'packages/sync/test/d.case.ts': from('thorough', models),
      'packages/memory/test/e.test.ts': from('thorough', './support/thorough.ts'),
      'packages/memory/test/f.test.ts': from('thorough', './elsewhere.ts'),
      'scripts/test/g.test.ts': from('thorough', models),
    }
    expect(await inTree(files, longFiles)).toEqual([
      'packages/memory/test/e.test.ts',
      'packages/sync/test/a.test.ts',
      'packages/sync/test/deep/c.model.ts',
      'scripts/test/g.test.ts',
    ])
  })
})
