import { type Address, NIL } from '@smpnet/memory'
import { LIVE, LIVE_MASK, MBUF } from '../layout/header.ts'
import { Stock } from '../pool/stock.ts'
import { MbufFault } from './faults.ts'
import { isClusterPoisoned, isMbufPoisoned, poisonCluster, poisonMbuf } from './poison.ts'

const KIND = MBUF.offset.kind

/** A stock that fills what is free, and looks whether it is still so when it is given out. */
export class CheckedStock extends Stock {
  protected override admit(mbuf: Address, cluster: Address, size: number): void {
    const { memory } = this
    if ((memory.read(mbuf + KIND) & LIVE_MASK) === LIVE) {
      throw new MbufFault(
        `the mbuf at ${mbuf} is given out while it is in use: it was freed twice`,
      )
    }
    if (!isMbufPoisoned(memory, mbuf)) throw writtenAfter('mbuf', mbuf)
    if (cluster === NIL || isClusterPoisoned(memory, cluster, size)) return
    throw writtenAfter('cluster', cluster)
  }

  protected override retire(mbuf: Address): void {
    poisonMbuf(this.memory, mbuf)
  }

  protected override retireCluster(cluster: Address, size: number): void {
    poisonCluster(this.memory, cluster, size)
  }
}

function writtenAfter(what: string, at: Address): MbufFault {
  return new MbufFault(
    `nothing is written to the ${what} at ${at} while it is free: it has changed`,
  )
}
