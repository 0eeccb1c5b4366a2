import type { Cells } from './cells.ts'
import { type Consuming, SharedConsuming, SoleConsuming, type Told } from './consuming.ts'
import { CONSUMES, type Life } from './life.ts'
import { PairConsuming, PairProducing } from './pair.ts'
import { type Producing, SharedProducing, SoleProducing } from './producing.ts'
import type { RingShape } from './ring-shape.ts'

/** Whether a ring may have many threads of that role, PRODUCES or CONSUMES. */
export function isForMany({ kind }: RingShape, role: number): boolean {
  return role === CONSUMES ? kind.endsWith('mc') : kind.startsWith('m')
}

/** A producer of a ring of this kind, whom headers name as `owner`. */
export function producerOf(
  cells: Cells,
  life: Life,
  owner: number,
  skipped: () => void,
): Producing {
  const { kind } = cells.shape
  if (kind.startsWith('m')) return new SharedProducing(cells, life, owner, skipped)
  const Producer = kind === 'spsc' ? PairProducing : SoleProducing
  const one = new Producer(cells, life, skipped)
  one.takeOver()
  return one
}

/** A consumer of a ring of this kind, whom headers name as `owner`. */
export function consumerOf(cells: Cells, life: Life, owner: number, told: Told): Consuming {
  const { kind } = cells.shape
  if (kind.endsWith('mc')) return new SharedConsuming(cells, life, owner, told)
  const Consumer = kind === 'spsc' ? PairConsuming : SoleConsuming
  const one = new Consumer(cells, life, told)
  one.takeOver()
  return one
}
