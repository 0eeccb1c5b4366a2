import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { run } from '../lib/run.mjs'
import { bundled } from '../loads/bundle.mjs'
import { portableEntries } from '../loads/entries.mjs'
import { HOSTS, loadedOn } from '../loads/hosts.mjs'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FORMATS = ['cjs', 'iife'] as const
const HOST_NAMES = Object.keys(HOSTS)

/** Entries that start workers of their own. */
const HAVE_FILES = ['@smpnet/tasks', '@smpnet/netisr/dispatcher']

/** What a module of this text exports on a host, as the user of a bundler loads it. */
async function exportsOn(host: string, code: string, format: 'cjs' | 'iife' = 'iife') {
  const { text } = await bundled(code, { format, root: ROOT })
  return loadedOn(host, text, format)
}

describe.each(portableEntries(ROOT))('%s', (entry) => {
  it.each(FORMATS)('is bundled for %s and loaded where globals are missing', async (format) => {
    const code = `export * from '${entry}'`
    const { text, warnings } = await bundled(code, { format, root: ROOT })
    const ofMeta = warnings.filter((warning) => warning.includes('import.meta'))
    // It looks for its own files when it starts, and says so where it does not find them.
    expect(ofMeta).toHaveLength(HAVE_FILES.includes(entry) ? 1 : 0)
    for (const host of HOST_NAMES) expect(loadedOn(host, text, format)).toBeTypeOf('object')
  })
})

it('Every package is loaded, unbundled, where globals are missing', async () => {
  const code = `
    const missing = ['SharedArrayBuffer', 'MessageChannel', 'setImmediate', 'TextEncoder']
    for (const name of [...missing, 'performance']) delete globalThis[name]
    for (const entry of ${JSON.stringify(portableEntries(ROOT))}) await import(entry)
    console.log(typeof SharedArrayBuffer, typeof MessageChannel)`
  const args = ['--input-type=module', '--eval', code]
  const { stdout } = await run(process.execPath, args, { cwd: ROOT, limitMs: 30_000 })
  expect(stdout).toBe('undefined undefined\n')
})

describe('What would not load is found', () => {
  it.each([
    ['new MessageChannel()', 'an AudioWorklet'],
    ['new URL("http://here")', 'an AudioWorklet'],
    ['new SharedArrayBuffer(4)', 'a page that is not cross-origin isolated'],
    ['new MessageChannel()', "Jest's jsdom"],
  ])('%s on %s', async (made, host) => {
    await expect(exportsOn(host, `export const made = ${made}`)).rejects.toThrow('is not defined')
  })

  it('an address that a bundle has not', async () => {
    const code = 'export const here = import.meta.url'
    expect((await bundled(code, { format: 'cjs', root: ROOT })).warnings[0]).toContain(
      'import.meta',
    )
  })
})

describe('What is missing is said when it is first needed', () => {
  it('by a page that is not cross-origin isolated', async () => {
    const host = 'a page that is not cross-origin isolated'
    const { SyncDomain } = await exportsOn(host, "export * from '@smpnet/sync'")
    expect(() => SyncDomain.create()).toThrow('Cross-Origin-Opener-Policy: same-origin')
    const { socketPair } = await exportsOn(host, "export * from '@smpnet/socket'")
    expect(() => socketPair()).toThrow('cross-origin isolated')
  })

  it('by a thread that may not block, but looks all the same', async () => {
    const { SyncDomain, Mutex, exitNow } = await exportsOn(
      'an AudioWorklet',
      "export * from '@smpnet/sync'",
    )
    const domain = SyncDomain.create()
    const mutex = Mutex.create(domain)
    const other = domain.borrow()
    expect(mutex.tryEnter(other)).toBe(true)
    expect(() => mutex.lockSync()).toThrow(/await mutex\.lock\(\)|a task of this thread/)
    expect(() => mutex.lockSync({ timeoutMs: 9 })).toThrow('await the call without `Sync`')
    expect(() => mutex.lockSync({ timeoutMs: 0 })).toThrow('was not to be had within 0 ms')
    exitNow(other, mutex)
    mutex.lockSync({ timeoutMs: 0 }).unlock()
  })

  it('by an AudioWorklet, which has sockets that it looks at', async () => {
    const { socketPair, WOULD_BLOCK } = await exportsOn(
      'an AudioWorklet',
      "export * from '@smpnet/socket'",
    )
    const [here, there] = socketPair()
    const bytes = new Uint8Array(4)
    expect(here.receiveSync(bytes, { timeoutMs: 0 })).toBe(WOULD_BLOCK)
    expect(there.sendSync(new Uint8Array([1, 2]), { timeoutMs: 0 })).toBe(2)
    expect(here.receiveSync(bytes, { timeoutMs: 0 })).toBe(2)
    expect(() => here.receiveSync(bytes)).toThrow('await the call without `Sync`')
  })

  it("in Jest's jsdom, which awaits by its timers", async () => {
    const { socketPair } = await exportsOn("Jest's jsdom", "export * from '@smpnet/socket'")
    const [here, there] = socketPair()
    const coming = here.receive(new Uint8Array(4))
    await there.send(new Uint8Array([1, 2]))
    expect(await coming).toBe(2)
  })
})

describe('A bundle for Node', () => {
  const code = (options: string) => `
    import { startLive } from '@smpnet/machine/live'
    import { startTasks } from '@smpnet/tasks'
    const module = 'data:text/javascript,export const twice = (n) => 2 * n'
    startTasks(startLive, { cpus: 1, modules: [module], ${options} }).then(
      async (tasks) => {
        console.log(await tasks.run(module, 'twice', [21]))
        await tasks.stop()
      },
      (error) => console.log(error.message),
    )`

  async function printed(options: string): Promise<string> {
    const { text } = await bundled(code(options), { format: 'cjs', root: ROOT, platform: 'node' })
    const folder = await mkdtemp(join(tmpdir(), 'smpnet-bundle-'))
    try {
      await writeFile(join(folder, 'bundle.cjs'), text)
      const { output } = await run(process.execPath, ['bundle.cjs'], {
        cwd: folder,
        limitMs: 30_000,
      })
      return output
    } finally {
      await rm(folder, { recursive: true })
    }
  }

  const file = (path: string) => `new URL(${JSON.stringify(new URL(path, `file://${ROOT}`).href)})`

  it('says what it has to be told', async () => {
    expect(await printed('')).toContain('tell its URL by the option `boot`')
    const boot = `boot: ${file('packages/tasks/dist/task-boot.js')}`
    expect(await printed(boot)).toContain('tell its URL by the option `worker`')
    expect(await printed(`${boot}, worker: ${file('nowhere.js')}`)).toContain(
      'nowhere.js, as in a',
    )
  })

  it('runs when it is told where its workers are', async () => {
    const boot = `boot: ${file('packages/tasks/dist/task-boot.js')}`
    const worker = `worker: ${file('packages/machine/dist/live-worker.js')}`
    expect(await printed(`${boot}, ${worker}`)).toBe('42\n')
  })
})
