import { createRequire } from 'node:module'

/** The bundler that builds this project, and that many of its users have. */
const { build } = createRequire(import.meta.resolve('tsup'))('esbuild')

/**
 * A program in one text: `cjs` as serverless functions and extensions are built, `iife` as the
 * script of a page, and `esm` as a module of one. In the first two there is no `import.meta`; what
 * the bundler has to say of that comes along.
 *
 * @param {string} code
 * @param {{ format: 'cjs' | 'iife' | 'esm', root: string, platform?: 'browser' | 'node' }} options
 */
export async function bundled(code, { format, root, platform = 'browser' }) {
  const { outputFiles, warnings } = await build({
    stdin: { contents: code, resolveDir: root, loader: 'js' },
    bundle: true,
    write: false,
    format,
    platform,
    globalName: format === 'iife' ? 'bundle' : undefined,
    logLevel: 'silent',
  })
  return { text: outputFiles[0].text, warnings: warnings.map(({ text }) => text) }
}
