import { Script } from 'node:vm'
import { transformSync } from 'esbuild'
import { compile } from '../../src/compiler/compile.ts'
import { runtime } from '../../src/runtime/index.ts'

/** The export `main` of a module, as it is or compiled for checking. */
export function evaluate(source: string, isCompiled: boolean): (...args: unknown[]) => unknown {
  const code = isCompiled
    ? compile(source, { file: 'snippet.js', runtime: 'runtime' }).code
    : source
  const script = transformSync(code, { format: 'cjs', target: 'es2023' }).code
  const module = { exports: {} as { main: (...args: unknown[]) => unknown } }
  const run = new Script(
    `(function (require, module, exports) {${script}\n})`,
  ).runInThisContext() as (...args: unknown[]) => void
  run(() => ({ runtime }), module, module.exports)
  return module.exports.main
}

/** A module whose `main` has this body, and is given a shared `Int32Array` of 8 words. */
export function moduleOf(body: string): string {
  return `export function main(a) {\n${body}\n}\n`
}
