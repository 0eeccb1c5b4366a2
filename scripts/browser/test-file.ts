/** In a worker: runs one test file by Vitest's own runner, and tells how each test ended. */
import {
  type File,
  startTests,
  type Task,
  type TaskResult,
  type VitestRunner,
} from '@vitest/runner'
import { parentPort, workerData } from './node-worker-threads.ts'
import type { Told } from './told.ts'

const file = workerData as string
const config = {
  root: '/',
  setupFiles: [],
  name: 'worker',
  passWithNoTests: false,
  testNamePattern: undefined,
  allowOnly: true,
  sequence: { shuffle: false, concurrent: false, seed: 0, hooks: 'stack', setupFiles: 'list' },
  maxConcurrency: 1,
  testTimeout: 60_000,
  hookTimeout: 60_000,
  retry: 0,
  includeTaskLocation: false,
  tags: [],
  expect: {},
  experimental: {},
} as unknown as VitestRunner['config']

/** What Vitest's `expect` asks for the test that runs. */
const state: Record<string, unknown> = {
  config,
  current: undefined,
  environment: {},
  ctx: {},
  rpc: {},
}
Object.assign(globalThis, { __vitest_worker__: state })

const { expect } = await import('vitest')
const files = await startTests([file], {
  config,
  importFile: (path) => import(/* @vite-ignore */ path),
  onBeforeRunTask: (test) => void (state['current'] = test),
  extendTaskContext: (context) => Object.assign(context, { expect }),
})
parentPort.postMessage(files.flatMap(toldOfFile))

function toldOfFile(one: File): Told[] {
  const error = one.result?.errors?.[0]
  if (error !== undefined)
    return [{ name: 'the file', error: { message: error.message, stack: error.stack ?? '' } }]
  return one.tasks.map(toldOf)
}

function toldOf(task: Task): Told {
  const { name } = task
  if (task.type === 'suite') return { name, tests: task.tasks.map(toldOf) }
  const result: TaskResult & { readonly note?: string } = task.result ?? { state: 'fail' }
  const { state, note, errors = [] } = result
  if (state === 'pass') return { name }
  if (state === 'skip') return { name, note: note ?? 'skipped' }
  const { message = 'it did not end', stack = '' } = errors[0] ?? {}
  return { name, error: { message, stack } }
}
