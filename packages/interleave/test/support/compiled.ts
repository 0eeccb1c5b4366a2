import { Script } from 'node:vm'
import { compile } from '../../src/compiler/compile.ts'
import { runDirectly } from '../../src/runtime/direct.ts'
import { runtime } from '../../src/runtime/index.ts'

type Main = (...args: unknown[]) => unknown

/** The export `main` of a module without imports, as it is or compiled for checking. */
export function evaluate(source: string, isCompiled: boolean): Main {
  if (!isCompiled) {
    const text = `(function () {'use strict'; ${source.replaceAll('export ', '')}; return main })`
    return (new Script(text).runInThisContext() as () => Main)()
  }
  const { code } = compile(source, { file: 'snippet.js', runtime: 'runtime', format: 'linked' })
  const getters: Record<string, () => Main> = {}
  const links = { exports: (all: typeof getters) => Object.assign(getters, all) }
  const run = new Script(code).runInThisContext() as (...args: unknown[]) => Generator<unknown>
  runDirectly(run(links, runtime) as never)
  return getters['main']!()
}

/** A module whose `main` has this body, and is given a shared `Int32Array` of 8 words. */
export function moduleOf(body: string): string {
  return `export function main(a) {\n${body}\n}\n`
}
