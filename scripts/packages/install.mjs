import { mkdirSync, writeFileSync } from 'node:fs'
import { run } from '../lib/run.mjs'

const OPTIONS = ['--prefer-offline', '--no-audit', '--no-fund', '--no-package-lock', '--silent']

/** Installs tarballs into a folder that holds nothing else; what went wrong, or undefined. */
export async function installAlone(folder, tarballs) {
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}/package.json`, '{ "private": true, "type": "module" }\n')
  const args = ['install', ...OPTIONS, ...tarballs]
  const { code, output } = await run('npm', args, { cwd: folder, limitMs: 180_000 })
  return code === 0 ? undefined : `npm install failed with status ${code}\n${output}`
}
