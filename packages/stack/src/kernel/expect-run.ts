import { came } from '@smpnet/memory'

/** Throws a TypeError unless a kernel is started with a configuration, a program and options. */
export function expectRun(config: unknown, program: unknown, options: unknown): void {
  const { machine, scheduler } = (config ?? {}) as Record<string, unknown>
  if (!isObject(machine) || !isObject(scheduler)) {
    throw new TypeError(`a kernel is configured by what defineStack returns: ${came(config)} came`)
  }
  if (!isObject(program)) throw new TypeError(`a program is an object: ${came(program)} came`)
  if (isObject(options)) return
  throw new TypeError(`a kernel is started with options, an object: ${came(options)} came`)
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}
