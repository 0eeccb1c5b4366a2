import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Script } from 'node:vm'
import { build } from 'esbuild'

const SOURCE = resolve(import.meta.dirname, '../../src')

/** A bug to plant: one piece of a source file, which must be there once, becomes another. */
export interface Mutation {
  /** Below `src`, without `.ts`. */
  readonly file: string
  readonly from: string
  readonly to: string
}

/** The exports of a source file, below `src`, with a bug planted in it or in what it imports. */
export async function mutantOf(
  entry: string,
  { file, from, to }: Mutation,
): Promise<Record<string, unknown>> {
  const path = resolve(SOURCE, `${file}.ts`)
  const source = await readFile(path, 'utf8')
  const found = source.split(from).length - 1
  if (found !== 1) throw new RangeError(`${file} has \`${from}\` ${found} times, expected once`)
  let isPlanted = false
  const result = await build({
    entryPoints: [resolve(SOURCE, `${entry}.ts`)],
    bundle: true,
    write: false,
    format: 'cjs',
    target: 'es2023',
    plugins: [
      {
        name: 'mutant',
        setup({ onLoad }) {
          onLoad({ filter: /\.ts$/ }, ({ path: loaded }) => {
            if (loaded !== path) return undefined
            isPlanted = true
            return { contents: source.replace(from, () => to), loader: 'ts' }
          })
        },
      },
    ],
  })
  if (!isPlanted) throw new RangeError(`${entry} does not import ${file}`)
  const module = { exports: {} }
  const run = new Script(`(function (module) {${result.outputFiles[0]!.text}\n})`)
  ;(run.runInThisContext() as (m: typeof module) => void)(module)
  return module.exports
}
