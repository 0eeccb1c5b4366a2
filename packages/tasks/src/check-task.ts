import { came } from '@smpnet/memory'
import type { TaskOptions } from './task-options.ts'

/** Throws a TypeError, before anything is taken, for what no task can be asked with. */
export function checkTask(args: unknown, options: TaskOptions): void {
  if (!Array.isArray(args)) {
    throw new TypeError(`a task's arguments are a list, as in [7]: ${came(args)} came`)
  }
  const given: unknown = options
  if (typeof given !== 'object' || given === null) {
    throw new TypeError(`a task's options are an object, as { signal }: ${came(given)} came`)
  }
  const { signal } = options
  if (signal === undefined) return
  const { addEventListener, throwIfAborted } = (signal ?? {}) as Partial<AbortSignal>
  if (typeof addEventListener === 'function' && typeof throwIfAborted === 'function') return
  throw new TypeError(`a task's signal is an AbortSignal: ${came(signal)} came`)
}

/** Throws a TypeError unless a machine can be started by `start`, and modules be named so. */
export function checkStart(start: unknown, options: unknown): void {
  const isStart = typeof start === 'function'
  const { modules } = (options ?? {}) as { readonly modules?: unknown }
  if (isStart && Array.isArray(modules)) return
  const found = isStart ? `modules: ${came(modules)}` : `${came(start)} as the first`
  throw new TypeError(
    'a task runner is started by startTasks(startLive, { cpus, modules }), with startLive of ' +
      `@smpnet/machine/live and a list of URLs: ${found} came`,
  )
}
