import { run } from '../lib/run.mjs'

/** What publint and are-the-types-wrong find in a tarball, as a list of problems. */
export async function unpublishable(root, tarball, { isApp }) {
  const publint = ['node_modules/publint/src/cli.js', 'run', tarball, '--strict']
  const attw = ['node_modules/@arethetypeswrong/cli/dist/index.js', tarball]
  const tools = [['publint', publint]]
  // An app has a command and no entry to import, so there are no types to be wrong.
  if (!isApp) tools.push(['are-the-types-wrong', [...attw, '--profile', 'esm-only', '--no-color']])
  const found = tools.map(([name, args]) => problemOf(root, name, args))
  return (await Promise.all(found)).filter(Boolean)
}

async function problemOf(root, name, args) {
  const { code, output } = await run(process.execPath, args, { cwd: root, limitMs: 120_000 })
  return code === 0 ? undefined : `${name} ended with status ${code}\n${output}`
}
