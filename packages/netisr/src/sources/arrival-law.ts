import type { SourceRandom } from './source-random.ts'

/**
 * When packets come. `constant`: at even distances. `poisson`: by themselves, as of many senders
 * that know nothing of each other. `bursty`: in trains, as senders' windows and offloads make them.
 */
export const ARRIVALS = ['constant', 'poisson', 'bursty'] as const
export type ArrivalName = (typeof ARRIVALS)[number]

/** Packets of a train on the mean: a window of 64 KB in frames of 1500 bytes is about 44. */
const TRAIN_PACKETS = 32
/** Within a train they come so many times as fast as on the mean. */
const TRAIN_SPEED = 10

/** Ns to the next packet, drawn again for each; their mean is `meanNs` under every law. */
export function gapsOf(law: ArrivalName, meanNs: number, random: SourceRandom): () => number {
  if (law === 'constant') return () => meanNs
  if (law === 'poisson') return () => meanNs * exponential(random)
  return trains(meanNs, random)
}

/** Trains have geometric lengths and come by themselves, in what time their packets leave. */
function trains(meanNs: number, random: SourceRandom): () => number {
  const within = meanNs / TRAIN_SPEED
  // Of each train's packets one comes after a pause: with it, the mean is that of all packets.
  const pause = TRAIN_PACKETS * meanNs - (TRAIN_PACKETS - 1) * within
  return () => (uniform(random) * TRAIN_PACKETS < 1 ? pause * exponential(random) : within)
}

/** From above 0 to below 1. */
export function uniform(random: SourceRandom): number {
  return (random.next() + 0.5) / 2 ** 32
}

function exponential(random: SourceRandom): number {
  return -Math.log(uniform(random))
}
