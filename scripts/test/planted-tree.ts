import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** What a tree holds: each path with its text, or with undefined to leave out a clean file. */
export type Files = Record<string, string | undefined>

/** A small tree that breaks no rule: two packages, one above the other, and an app. */
export function cleanFiles(): Files {
  return {
    '.npmrc': 'omit-lockfile-registry-resolved=true\n',
    'package.json': json({ devDependencies: { vitest: '4.1.12' } }),
    'package-lock.json': lock(),
    'README.md': '# Tree\n\n[memory](packages/memory/README.md#what-it-is)\n',
    ...packageFiles('memory'),
    ...packageFiles('sync', { '@smpnet/memory': '^0.0.0' }),
    'packages/sync/src/index.ts': "export { one } from '@smpnet/memory'\n",
    ...appFiles(),
  }
}

/** Writes the files to a new temporary folder, hands it to `use`, and removes it. */
export async function inTree<Result>(
  files: Files,
  use: (root: string) => Result,
): Promise<Awaited<Result>> {
  const root = mkdtempSync(join(tmpdir(), 'smpnet-planted-'))
  try {
    for (const [path, text] of Object.entries(files)) if (text !== undefined) put(root, path, text)
    return await use(root)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

/** The manifest of a package of the clean tree, for canaries that change a field. */
export function manifest(short: string, changes: object = {}): string {
  const conditions = { '@smpnet/source': './src/index.ts', types: './dist/index.d.ts' }
  return json({
    name: `@smpnet/${short}`,
    description: `A package of the clean tree`,
    license: 'BSD-2-Clause',
    type: 'module',
    sideEffects: false,
    engines: { node: '>=20.19' },
    files: ['dist', 'src'],
    exports: { '.': { ...conditions, default: './dist/index.js' } },
    ...changes,
  })
}

/** The files of one more package, without a bench. */
export function packageLike(short: string, dependencies: object = {}): Files {
  return {
    ...packageFiles(short, dependencies),
    [`packages/${short}/README.md`]: `# ${short}\n\nBench: none, because it is planted.\n`,
    [`packages/${short}/bench/one.bench.mjs`]: undefined,
  }
}

/** A lock file, with an entry changed or added. */
export function lock(changes: object = {}): string {
  const entry = { version: '4.1.12', integrity: 'sha512-x', dev: true }
  const packages = {
    '': { devDependencies: { vitest: '4.1.12' } },
    'node_modules/vitest': entry,
    ...changes,
  }
  return json({ lockfileVersion: 3, packages })
}

/** Copies a file of the real tree, such as the linter's settings, into a planted one. */
export function copyInto(root: string, from: string, to: string): void {
  cpSync(from, join(root, to))
}

function packageFiles(short: string, dependencies: object = {}): Files {
  return {
    [`packages/${short}/package.json`]: manifest(short, { dependencies }),
    [`packages/${short}/README.md`]: `# ${short}\n\n## What it \`is\`\n\n\`[x](none.md)\`\n`,
    [`packages/${short}/LICENSE`]: 'BSD-2-Clause\n',
    [`packages/${short}/src/index.ts`]: 'export const one = 1\n',
    [`packages/${short}/test/one.test.ts`]: "import { it } from 'vitest'\nit('runs', () => {})\n",
    [`packages/${short}/bench/one.bench.mjs`]: "console.log('1')\n",
  }
}

function appFiles(): Files {
  const changes = { exports: undefined, bin: { netperf: 'bin/netperf.js' } }
  return {
    'apps/netperf/package.json': manifest('netperf', { ...changes, name: 'netperf' }),
    'apps/netperf/README.md': '# netperf\n\nBench: none, because it runs the others.\n',
    'apps/netperf/LICENSE': 'BSD-2-Clause\n',
    'apps/netperf/bin/netperf.js': "import '../dist/cli.js'\n",
    'apps/netperf/src/cli.ts':
      "import fs from 'node:fs'\nfs.readFileSync(process.argv[2] ?? '')\n",
    'apps/netperf/test/cli.test.ts': "import { it } from 'vitest'\nit('runs', () => {})\n",
  }
}

function put(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

function json(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}
