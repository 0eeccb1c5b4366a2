import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Script } from 'node:vm'
import { build } from 'esbuild'
import type * as parts from './parts.ts'

export type Parts = typeof parts

const SOURCE = resolve(import.meta.dirname, '../../src')

/** A bug to plant: one piece of a source file, which must be there once, becomes another. */
export interface Mutation {
  /** Below `src`, without `.ts`. */
  readonly file: string
  readonly from: string
  readonly to: string
}

/** The parts with a bug planted in them. */
export async function mutantOf({ file, from, to }: Mutation): Promise<Parts> {
  const path = resolve(SOURCE, `${file}.ts`)
  const source = await readFile(path, 'utf8')
  const found = source.split(from).length - 1
  if (found !== 1) throw new RangeError(`${file} has \`${from}\` ${found} times, expected once`)
  const contents = source.replace(from, () => to)
  const result = await build({
    entryPoints: [resolve(import.meta.dirname, 'parts.ts')],
    bundle: true,
    write: false,
    format: 'cjs',
    target: 'es2023',
    conditions: ['@smpnet/source'],
    plugins: [
      {
        name: 'mutant',
        setup({ onLoad }) {
          onLoad({ filter: /\.ts$/ }, ({ path: loaded }) =>
            loaded === path ? { contents, loader: 'ts' } : undefined,
          )
        },
      },
    ],
  })
  const module = { exports: {} }
  const run = new Script(`(function (module) {${result.outputFiles[0]!.text}\n})`)
  ;(run.runInThisContext() as (m: typeof module) => void)(module)
  return module.exports as Parts
}
