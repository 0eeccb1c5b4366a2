import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Script } from 'node:vm'
import { build } from 'esbuild'

/** A bug to plant: one piece of a source file, which must be there once, becomes another. */
export interface Mutation {
  /** Below the folder of the sources, without `.ts`. */
  readonly file: string
  readonly from: string
  readonly to: string
}

/** A row in a list of bugs. */
export function bug(file: string, from: string, to: string): Mutation {
  return { file, from, to }
}

/**
 * What the module `entry` exports, made anew of its sources with a bug planted in one of them, by
 * which a test shows that it would find that bug. `sources` is the folder that `file` is below, and
 * ends in a slash. Throws a RangeError when the piece is not there once, and when the module does
 * not import the file.
 */
export async function mutantOf<Exports>(
  entry: URL,
  sources: URL,
  { file, from, to }: Mutation,
): Promise<Exports> {
  const path = fileURLToPath(new URL(`${file}.ts`, sources))
  const source = await readFile(path, 'utf8')
  const found = source.split(from).length - 1
  if (found !== 1) throw new RangeError(`${file} has \`${from}\` ${found} times, expected once`)
  let isPlanted = false
  const plant = (loaded: string) => {
    if (loaded !== path) return undefined
    isPlanted = true
    return { contents: source.replace(from, () => to), loader: 'ts' as const }
  }
  const text = await bundled(fileURLToPath(entry), plant)
  if (!isPlanted) throw new RangeError(`${entry.pathname} does not import ${file}`)
  const module = { exports: {} }
  const run = new Script(`(function (module) {${text}\n})`)
  ;(run.runInThisContext() as (m: typeof module) => void)(module)
  return module.exports as Exports
}

async function bundled(
  entry: string,
  load: (path: string) => { contents: string; loader: 'ts' } | undefined,
): Promise<string> {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'cjs',
    target: 'es2023',
    conditions: ['@smpnet/source'],
    plugins: [
      {
        name: 'mutant',
        setup: ({ onLoad }) => onLoad({ filter: /\.ts$/ }, ({ path }) => load(path)),
      },
    ],
  })
  return result.outputFiles[0]!.text
}
