#!/usr/bin/env node
// What `npm run netperf` and `npm test` call first: makes a fresh clone ready to run, and returns
// at once when it is. Only Node's own modules are imported, since nothing may be installed yet.
import { fileURLToPath, pathToFileURL } from 'node:url'
import { isBuilt, markBuilt, sourceState } from './lib/build-state.mjs'
import { markInstalled, whyInstall } from './lib/install-state.mjs'
import { inWords, run } from './lib/run.mjs'

const OLDEST_NODE = [20, 19]
const ROOT = fileURLToPath(new URL('..', import.meta.url))

/**
 * Installs and builds what is missing or out of date. Resolves to false when a step failed. Nothing
 * that runs here reads declarations, since siblings compile each other's sources; they take most of
 * a build's time and are made only where they are asked for.
 *
 * @param {string} root
 * @param {{ declarations?: boolean }} options
 */
export async function setUp(root = ROOT, { declarations = false } = {}) {
  refuseOldNode()
  if (!(await install(root))) return false
  const state = sourceState(root)
  if (isBuilt(root, state, { declarations })) return true
  const turbo = ['node_modules/turbo/bin/turbo', 'run', 'build', '--output-logs=errors-only']
  const args = declarations ? turbo : [...turbo, '--', '--no-dts']
  const built = await phase(root, 'build', process.execPath, args)
  // The state was taken before the build, so an edit made meanwhile makes the next run build again.
  if (built) markBuilt(root, state)
  return built
}

async function install(root) {
  const reason = whyInstall(root)
  if (!reason) return true
  const args = ['ci', '--prefer-offline']
  const isInstalled = await phase(root, `install (${reason})`, 'npm', args)
  if (isInstalled) markInstalled(root)
  return isInstalled
}

/** One line when a step begins, its time when it is over, and its output only when it failed. */
async function phase(root, label, command, args) {
  process.stderr.write(`setup: ${label} …`)
  const env = { TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' }
  const { code, output, elapsedMs } = await run(command, args, { cwd: root, env })
  process.stderr.write(` ${code === 0 ? 'done' : 'failed'} in ${inWords(elapsedMs)}\n`)
  if (code !== 0) process.stderr.write(`${output}\nsetup: ${label} failed with status ${code}\n`)
  return code === 0
}

function refuseOldNode() {
  const came = process.versions.node
  const [major, minor] = came.split('.').map(Number)
  const [oldestMajor, oldestMinor] = OLDEST_NODE
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return
  const wanted = OLDEST_NODE.join('.')
  process.stderr.write(`smpnet needs another Node: expected >= ${wanted}, came ${came}.\n`)
  process.exit(2)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.exit((await setUp()) ? 0 : 1)
}
