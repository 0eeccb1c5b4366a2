/**
 * Packages of others, as they are published, under the checker: `node bench/packages.mjs`. They are
 * installed by npm into a temporary folder, models of this file are written beside them, and each
 * package is loaded, compiled and explored. Prints a row for each.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { explore } from '../dist/index.js'
import { load } from '../dist/node.js'

const WORDS = 'const w = new Int32Array(new SharedArrayBuffer(8))'
/** Only that the package can be loaded, with all that it loads. */
const loads = (name) => `import * as all from '${name}'
export function loads({ thread }) { ${WORDS}; thread('a', () => Object.keys(all).length) }`

const MODELS = {
  'ringbuf.js@0.4.0': `import { RingBuffer } from 'ringbuf.js'
const rings = () => {
  const memory = RingBuffer.getStorageForCapacity(2, Uint8Array)
  return [0, 1].map(() => new RingBuffer(memory, Uint8Array))
}
export function oneProducer({ thread }) {
  const [first, second] = rings()
  const got = new Uint8Array(2)
  thread('producer', () => first.push(new Uint8Array([1, 2])))
  thread('consumer', () => {
    if (second.pop(got) > 0 && got[0] !== 1) throw new Error('expected 1, got ' + got[0])
  })
}
export function twoProducers({ thread }) {
  rings().forEach((ring, i) => thread('p' + i, () => ring.push(new Uint8Array([i]))))
}`,
  'multithreading@0.3.52': `import { Mutex, Semaphore } from 'multithreading'
export function mutex({ thread }) {
  const lock = new Mutex(new Int32Array(new SharedArrayBuffer(4)))
  const add = () => { const guard = lock.blockingLock(); guard.value[0]++; guard.dispose() }
  thread('a', add)
  thread('b', add)
}
/** A thread wants both permits, another one, which is free before the second is given back. */
export function semaphoreOfMixedAmounts({ thread }) {
  const semaphore = new Semaphore(2)
  const [first, second] = [semaphore.tryAcquire(1), semaphore.tryAcquire(1)]
  const done = new Int32Array(new SharedArrayBuffer(4))
  thread('wants two', () => semaphore.blockingAcquire(2).dispose())
  thread('wants one', () => {
    semaphore.blockingAcquire(1).dispose()
    Atomics.store(done, 0, 1)
    Atomics.notify(done, 0)
  })
  thread('holder', () => {
    first.dispose()
    while (Atomics.load(done, 0) === 0) Atomics.wait(done, 0, 0)
    second.dispose()
  })
}`,
  'atomic-sleep@1.0.0': `import sleep from 'atomic-sleep'
export function sleeps({ thread }) {
  thread('a', () => sleep(5))
  thread('b', () => sleep(5))
}`,
  'sync-message-port@1.2.0': loads('sync-message-port'),
  'thread-stream@4.2.1': loads('thread-stream'),
  '@vscode/sync-api-common@0.9.0': loads('@vscode/sync-api-common'),
  'synckit@0.12.3': loads('synckit'),
  'sync-threads@1.0.1': loads('sync-threads'),
  'coincident@4.1.1': loads('coincident/main'),
  'sync-message@0.0.12': loads('sync-message'),
  'piscina@5.1.3': loads('piscina'),
}

// Some of them are for browsers, and look for what Node 20 does not have.
globalThis.self ??= globalThis
globalThis.navigator ??= { hardwareConcurrency: 2 }

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'interleave-packages-')))
process.chdir(folder)
try {
  writeFileSync('package.json', '{ "type": "module", "private": true }')
  const wanted = Object.keys(MODELS)
  execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', ...wanted], { stdio: 'pipe' })
  console.log('| package | model | verdict | executions | seconds |')
  console.log('| --- | --- | --- | ---: | ---: |')
  for (const [name, text] of Object.entries(MODELS)) await judge(name, text)
} finally {
  process.chdir(tmpdir())
  rmSync(folder, { recursive: true, force: true })
}

async function judge(name, text) {
  const file = join(folder, `${name.replace(/\W/g, '-')}.mjs`)
  writeFileSync(file, text)
  const start = performance.now()
  const row = (...cells) => console.log(`| ${[name, ...cells].join(' | ')} |`)
  try {
    for (const [model, setup] of Object.entries(await load(file))) {
      const result = explore({ name: model, maxExecutions: 20_000 }, setup)
      const seconds = ((performance.now() - start) / 1_000).toFixed(1)
      row(model, result.failure?.kind ?? result.verdict, result.executions, seconds)
    }
  } catch (error) {
    row('', `${error.name}: ${error.message.split('\n')[0]}`, '', '')
  }
}
