/**
 * Packages of others, as they are published, under the checker: `node bench/packages.mjs`. They are
 * installed by npm into a temporary folder, the models of the folder `packages` are copied there,
 * and each is loaded, compiled and explored. Prints a row for each.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { explore } from '../dist/index.js'
import { load } from '../dist/node.js'

/** What the models import, by the names of the files that re-export it. */
const INSTALLED = {
  ringbuf: 'ringbuf.js',
  multithreading: 'multithreading',
  'sync-message-port': 'sync-message-port',
  'sync-message': 'sync-message',
  'thread-stream': 'thread-stream/lib/wait.js',
  'sync-api-common': '@vscode/sync-api-common/node.js',
  synckit: 'synckit',
  'sync-threads': 'sync-threads',
  'atomic-sleep': 'atomic-sleep',
  coincident: 'coincident/worker',
  'reflected-ffi': 'reflected-ffi/encoder',
  piscina: 'piscina',
}

/** Models by package, and with what they are explored. */
const PACKAGES = {
  'ringbuf.js@0.4.0': { file: 'ringbuf' },
  'multithreading@0.3.52': { file: 'multithreading' },
  'sync-message-port@1.2.0': { file: 'sync-message-port' },
  'sync-message@0.0.12': { file: 'sync-message', options: { timeouts: 'never' } },
  'thread-stream@4.2.1': { file: 'thread-stream', options: { timeouts: 'never' } },
  '@vscode/sync-api-common@0.9.0': { file: 'sync-api-common', options: { timeouts: 'never' } },
  'synckit@0.12.3': { file: 'synckit' },
  'sync-threads@1.0.1': { file: 'sync-threads' },
  'atomic-sleep@1.0.0': { file: 'atomic-sleep' },
  'coincident@4.1.1': {
    file: 'coincident',
    packages: ['reflected-ffi', '@webreflection/utils', 'next-resolver'],
  },
  'piscina@5.1.3': { file: 'piscina' },
}

// Some of them are for browsers, and look for what Node 20 does not have.
globalThis.self ??= globalThis
globalThis.navigator ??= { hardwareConcurrency: 2 }

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'interleave-packages-')))
process.chdir(folder)
try {
  cpSync(fileURLToPath(new URL('./packages', import.meta.url)), folder, { recursive: true })
  writeFileSync('package.json', '{ "type": "module", "private": true }')
  const wanted = Object.keys(PACKAGES)
  execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', ...wanted], { stdio: 'pipe' })
  mkdirSync('installed')
  for (const [file, name] of Object.entries(INSTALLED)) {
    const text = `import given from '${name}'\nexport * from '${name}'\nexport default given\n`
    writeFileSync(`installed/${file}.mjs`, text)
  }
  console.log('| package | model | verdict | executions | seconds |')
  console.log('| --- | --- | --- | ---: | ---: |')
  for (const [name, how] of Object.entries(PACKAGES)) await judge(name, how)
} finally {
  process.chdir(tmpdir())
  rmSync(folder, { recursive: true, force: true })
}

async function judge(name, { file, options = {}, packages = [] }) {
  const row = (...cells) => console.log(`| ${[name, ...cells].join(' | ')} |`)
  try {
    const models = await load(join(folder, `${file}.mjs`), { packages })
    for (const [model, setup] of Object.entries(models)) {
      const start = performance.now()
      const result = explore({ name: model, maxExecutions: 20_000, ...options }, setup)
      const seconds = ((performance.now() - start) / 1_000).toFixed(1)
      row(model, result.failure?.kind ?? result.verdict, result.executions, seconds)
    }
  } catch (error) {
    row('', `${error.name}: ${error.message.split('\n')[0]}`, '', '')
  }
}
