import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'tsup'

/** A module of the tests as one file that a worker thread can run, with its sources as they are. */
export async function bundled(path: string): Promise<{ url: URL; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'smpnet-bundled-'))
  await build({
    config: false,
    silent: true,
    entry: { module: path },
    outDir: folder,
    outExtension: () => ({ js: '.mjs' }),
    format: 'esm',
    platform: 'node',
    target: 'es2023',
    noExternal: [/./],
    splitting: false,
    esbuildOptions: (options) => {
      options.conditions = ['@smpnet/source']
    },
  })
  const url = pathToFileURL(join(folder, 'module.mjs'))
  return { url, remove: () => rmSync(folder, { recursive: true }) }
}
