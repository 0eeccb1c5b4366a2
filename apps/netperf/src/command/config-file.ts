import { existsSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { defineStack, type StackInput, StackMisconfigured, type StackPart } from '@smpnet/stack'
import { UsageError } from '../options/usage-error.ts'

const TYPED = ['.ts', '.mts']
const EXTENSIONS = [...TYPED, '.js', '.mjs']

/**
 * The configuration that a module exports by default: what `defineStack` takes or returns. It may
 * leave out its machine. Throws a UsageError that says what is wrong with the file.
 */
export async function loadConfig(path: string): Promise<StackPart> {
  const file = resolve(path)
  if (!EXTENSIONS.includes(extname(file))) {
    const expected = `expected --config to be a module (${EXTENSIONS.join(', ')})`
    throw new UsageError(`${expected}, got "${path}"`)
  }
  if (!existsSync(file)) {
    throw new UsageError(`expected --config to be a module, got no file at "${path}"`)
  }
  const config = await defaultExport(path, file)
  if (typeof config !== 'object' || config === null) {
    const came = config === undefined ? 'nothing' : `a ${typeof config}`
    throw new UsageError(
      `expected --config ${path} to export by default what defineStack takes, got ${came}`,
    )
  }
  check(path, config)
  return config
}

async function defaultExport(path: string, file: string): Promise<unknown> {
  try {
    const { default: config } = await moduleAt(file)
    return config
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    throw new UsageError(`expected --config ${path} to load, got: ${text.split('\n')[0]}`)
  }
}

/** Node runs TypeScript itself from 22.18 on; before that, a loader is loaded for it. */
async function moduleAt(file: string): Promise<{ readonly default?: unknown }> {
  const { typescript } = process.features as { readonly typescript?: unknown }
  if (!TYPED.includes(extname(file)) || typescript) return import(pathToFileURL(file).href)
  const { createJiti } = await import('jiti')
  return createJiti(import.meta.url, { fsCache: false, interopDefault: false }).import(file)
}

/** What is wrong with the file alone is said of the file. */
function check(path: string, config: object): void {
  if (!('machine' in config)) return
  try {
    defineStack(config as StackInput)
  } catch (error) {
    if (!(error instanceof StackMisconfigured)) throw error
    throw new UsageError(`--config ${path}: ${error.message}`)
  }
}
