/** See soak.mjs. */
export declare function soak(options: {
  seed: number
  ms: number
  threads?: number
  stuckMs?: number
  fault?: 'deaf' | 'lawless'
  onLook?: (look: { rounds: number; rss: number }) => void
}): Promise<{ rounds: number; additions: number; rss: number[]; heaps: number[][] }>
