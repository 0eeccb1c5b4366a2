import type { Cpu } from '@smpnet/machine'

/** CPUs that share a cache, or at the end all of them: cpu_group of FreeBSD's subr_smp.c. */
export interface CpuGroup {
  readonly cpus: readonly number[]
  /** 1 for what hyper-threads share, 3 for a last-level cache, 0 for no cache. */
  readonly cacheLevel: number
}

/** By distance: hyper-threads share the first level, domains the last, the others nothing. */
const CACHE_LEVELS = [1, 1, 3, 0, 0, 0]

/** The groups that a CPU is in, near to far; only those that have more CPUs than the one before. */
export function groupsOf(cpu: Cpu): readonly CpuGroup[] {
  if (!cpu.threadsMove) return []
  const distances = Array.from({ length: cpu.cpus }, (_, other) => cpu.distance(other))
  const groups: CpuGroup[] = []
  for (let far = 1; far < CACHE_LEVELS.length; far++) {
    const cpus = distances.flatMap((distance, other) => (distance <= far ? [other] : []))
    const isLarger = cpus.length > (groups.at(-1)?.cpus.length ?? 1)
    if (isLarger) groups.push({ cpus, cacheLevel: CACHE_LEVELS[far]! })
  }
  return groups
}
