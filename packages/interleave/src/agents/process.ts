import type { NativeModel } from '../runtime/calls.ts'
import { compiledOf } from '../runtime/functions.ts'
import { refuse } from '../runtime/refusal.ts'
import { type RunningThread, state } from '../runtime/state.ts'

/**
 * What a thread has of its process. The process is the checker's own: what a thread listens for
 * there is kept with the thread, or it would be called when the checker ends, and what it writes
 * there, such as its exit code, would be the checker's.
 */

type Names = Record<string, unknown>
type AnyFunction = (...args: unknown[]) => unknown

/** Events by which a program would hear of what the checker reports itself. */
const REPORTED = new Set(['uncaughtException', 'uncaughtExceptionMonitor', 'unhandledRejection'])
/** Other events that a program may come to. */
const UNMODELLED = new Set(['rejectionHandled', 'beforeExit'])

function isProcess(self: unknown): boolean {
  return self !== undefined && self === (globalThis as { process?: unknown }).process
}

/** `on` and the like: of a process, the end of its thread; signals come from outside and do not. */
export function listenToProcess(native: AnyFunction): NativeModel {
  return function* (place, self, args) {
    const [type, listener] = args
    const { thread } = state
    if (thread === undefined || !isProcess(self) || compiledOf(listener) === undefined) {
      thread?.changes.note()
      return Reflect.apply(native, self, args)
    }
    if (UNMODELLED.has(String(type))) {
      throw refuse(place, `process.on('${String(type)}') is not modelled; listen for 'exit'`)
    }
    if (REPORTED.has(String(type))) thread.listensAt = place
    if (type === 'exit') thread.atExit.push(listener)
    return self
  }
}

export function leaveProcess(native: AnyFunction): NativeModel {
  return function* (_, self, args) {
    const { thread } = state
    thread?.changes.note()
    const at = isProcess(self) ? (thread?.atExit.lastIndexOf(args[1]) ?? -1) : -1
    if (at >= 0) thread!.atExit.splice(at, 1)
    return Reflect.apply(native, self, args)
  }
}

/** Properties of the process that each thread has for itself. */
export const OF_THREADS = ['argv', 'env', 'exitCode'] as const

const own = new WeakMap<RunningThread, Names>()

function namesOf(thread: RunningThread): Names {
  let known = own.get(thread)
  if (known === undefined) own.set(thread, (known = { ...thread.scope?.process }))
  return known
}

/** What it is for the running thread, if it is not what it is outside. */
export function ofThread(name: string): { readonly value: unknown } | undefined {
  const { thread } = state
  if (thread === undefined) return undefined
  const names = namesOf(thread)
  return name in names || name === 'exitCode' ? { value: names[name] } : undefined
}

/** False where no thread runs. */
export function setOfThread(name: string, value: unknown): boolean {
  if (state.thread === undefined) return false
  namesOf(state.thread)[name] = value
  return true
}

/** The code with which a thread ends; where the host lets nobody replace it, the process's own. */
export function exitCode(thread: RunningThread): number {
  const { process } = globalThis as { process?: { exitCode?: unknown } }
  return Number(own.get(thread)?.['exitCode'] ?? process?.exitCode ?? 0)
}

interface WorkerOptions {
  readonly argv?: readonly unknown[]
  readonly env?: unknown
}

/** What the process of a worker looks like to it. */
export function processOf(file: unknown, { argv = [], env }: WorkerOptions): Names {
  const { process } = globalThis as { process?: { argv: string[]; env: Names } }
  if (process === undefined) return {}
  const given = env === undefined || env === null ? process.env : env
  return {
    argv: [process.argv[0], String(file), ...argv.map(String)],
    env: typeof given === 'symbol' ? process.env : environment(given as Names),
  }
}

/** An environment, which holds nothing but text. */
function environment(from: Names): Names {
  const texts = Object.entries(from).map(([name, value]) => [name, String(value)])
  return new Proxy(Object.fromEntries(texts) as Names, {
    set: (names, name, value) => Reflect.set(names, name, String(value)),
  })
}
