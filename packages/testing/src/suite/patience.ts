import os from 'node:os'

/** What no thread takes on a host that has a core for it. */
const QUIET_MS = 10_000

/**
 * How long a thread may take to start, or to end what it was told to end, in ms, before it is taken
 * to hang: ten seconds, and as much again for each time that programs could fill all cores. A host
 * that says nothing of its load (Windows) is taken to have none.
 */
export function patienceMs(load = os.loadavg()[0]!, cores = os.availableParallelism()): number {
  return QUIET_MS * (1 + Math.floor(load / cores))
}
