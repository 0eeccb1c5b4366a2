import { Judgement } from '../verdict/judgement.ts'
import { ICMP_KIND } from './icmp-types.ts'

/** What an ICMP message means, besides its data. Its caller owns the record and uses it again. */
export class IcmpMessage extends Judgement {
  type = 0
  code = 0
  /** The second word: identifier and sequence number of an echo, the next MTU, a pointer. */
  word = 0
  /** What a host does with it: a number of `ICMP_KIND`. */
  kind: number = ICMP_KIND.unknown
}
