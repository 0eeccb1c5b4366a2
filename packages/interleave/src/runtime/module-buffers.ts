import { state } from './state.ts'

/**
 * Shared memory that modules make when they are loaded. Every execution has to start with the same
 * memory, so what these buffers hold when an exploration begins is kept, and put back before each
 * execution; see `Environment`.
 */

interface Registry {
  /** Modules that are being evaluated. */
  depth: number
  readonly buffers: SharedArrayBuffer[]
}

const registry: Registry = ((globalThis as Record<symbol, unknown>)[
  Symbol.for('smpnet.interleave.buffers')
] ??= { depth: 0, buffers: [] } satisfies Registry) as Registry

/** A compiled module begins to run; what a worker makes then it makes in each execution. */
export function beginModule(): void {
  if (state.thread === undefined) registry.depth++
}

/** A compiled module has run to its end. */
export function endModule(): void {
  if (state.thread === undefined) registry.depth--
}

/** Whether a module is being loaded. */
export function isLoading(): boolean {
  return registry.depth > 0
}

/** Notes a buffer that a module makes while it is being loaded. */
export function noteBuffer(buffer: SharedArrayBuffer): void {
  registry.buffers.push(buffer)
}

/** The buffers that modules have made so far. */
export function moduleBuffers(): readonly SharedArrayBuffer[] {
  return registry.buffers
}
