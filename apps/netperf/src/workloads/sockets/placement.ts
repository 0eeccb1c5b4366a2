/** Which ends of which pairs live on a CPU. */
export interface Placement {
  /** Pairs whose driving end is here. */
  readonly clients: readonly number[]
  /** Pairs whose answering end is here. */
  readonly servers: readonly number[]
}

/** CPU of the driving end of a pair. */
export function clientCpu(pair: number, cpus: number): number {
  return pair % cpus
}

/** CPU of the answering end of a pair: the next one, the same when there is only one. */
export function serverCpu(pair: number, cpus: number): number {
  return (pair + 1) % cpus
}

export function placementOn(cpu: number, cpus: number, pairs: number): Placement {
  const all = Array.from({ length: pairs }, (_, pair) => pair)
  return {
    clients: all.filter((pair) => clientCpu(pair, cpus) === cpu),
    servers: all.filter((pair) => serverCpu(pair, cpus) === cpu),
  }
}
