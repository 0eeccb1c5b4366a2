import type { PairPlace, PairShape } from '../../model/pair-shape.ts'

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

/** CPU of the answering end of a pair. */
export function serverCpu(pair: number, cpus: number, place: PairPlace = 'next'): number {
  return (pair + awayOf(place, cpus)) % cpus
}

/** By how many CPUs a pair's answering end is away from the other. */
function awayOf(place: PairPlace, cpus: number): number {
  if (place === 'same') return 0
  return place === 'next' ? 1 : Math.floor(cpus / 2)
}

export function placementOn(
  cpu: number,
  cpus: number,
  { pairs, place }: Pick<PairShape, 'pairs' | 'place'>,
): Placement {
  const all = Array.from({ length: pairs }, (_, pair) => pair)
  return {
    clients: all.filter((pair) => clientCpu(pair, cpus) === cpu),
    servers: all.filter((pair) => serverCpu(pair, cpus, place) === cpu),
  }
}
