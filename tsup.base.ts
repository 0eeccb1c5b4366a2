import type { Options } from 'tsup'

/** What every package builds alike: one ES module per entry, its declarations and source maps. */
export function library(entry: Record<string, string>, more: Options = {}): Options {
  return {
    entry,
    format: 'esm',
    target: 'es2023',
    platform: 'neutral',
    clean: true,
    sourcemap: true,
    splitting: true,
    treeshake: true,
    dts: { compilerOptions: { ignoreDeprecations: '6.0', rewriteRelativeImportExtensions: false } },
    outExtension: () => ({ js: '.js' }),
    ...more,
  }
}
