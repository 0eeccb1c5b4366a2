import { join } from 'node:path'
import { run } from '../lib/run.mjs'

/**
 * Packs every workspace once into `folder`, as npm would publish it. Resolves to a map from name
 * to `{ tarball, packedBytes, unpackedBytes, files }`; throws when npm cannot pack.
 */
export async function packAll(root, folder) {
  const args = ['pack', '--workspaces', '--json', '--pack-destination', folder]
  const { code, stdout, output } = await run('npm', args, { cwd: root })
  if (code !== 0) throw new Error(`npm pack failed with status ${code}\n${output}`)
  return new Map(JSON.parse(stdout).map((each) => [each.name, described(folder, each)]))
}

function described(folder, { filename, size, unpackedSize, files }) {
  return {
    tarball: join(folder, filename),
    packedBytes: size,
    unpackedBytes: unpackedSize,
    files: files.map(({ path }) => path),
  }
}

/** A workspace and all workspaces that it depends on, directly or not. */
export function closure(one, all, seen = new Set()) {
  if (seen.has(one)) return seen
  seen.add(one)
  const names = Object.keys(one.manifest.dependencies ?? {})
  for (const each of all) if (names.includes(each.name)) closure(each, all, seen)
  return seen
}
