import { thorough } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import * as inet from '../src/index.ts'
import { Accountant } from './support/account.ts'
import { Chance } from './support/chance.ts'
import { checkInput } from './support/check-input.ts'
import { randomFlags, randomPacket } from './support/random-packets.ts'

const SEED = 4
const PACKETS = thorough(1_000_000, 100_000)

/** Verdicts that no packet that comes can have: they are about sending, rates and sockets. */
const OF_OTHERS: readonly inet.ReasonName[] = [
  'nopullup',
  'noheadroom',
  'ips_ttl',
  'ips_cantfrag',
  'ips_toolong',
  'ips_noproto',
  'ips_noroute',
  'icps_limited',
  'udps_noport',
  'udps_noportbcast',
  'udps_fullsock',
  'udps_toolong',
]

describe('Of many packets, most of which are not quite right,', () => {
  it('each is judged as the RFCs say, and none is read beyond its bytes', () => {
    const verdicts = checkInput(inet, SEED, PACKETS)
    const rare = inet.REASON_NAMES.filter((_, reason) => verdicts[reason]! < PACKETS / 10_000)
    expect(rare).toEqual(OF_OTHERS)
  })

  it('each gets a verdict, too, when its headers do not lie in one buffer', () => {
    const accountant = new Accountant(inet)
    const chance = new Chance(SEED)
    for (let i = 0; i < PACKETS / 10; i++) {
      accountant.packets.firstBuffer = chance.below(120)
      accountant.account(randomPacket(chance), randomFlags(chance))
    }
    expect(accountant.verdicts[inet.REASON.nopullup]).toBeGreaterThan(PACKETS / 1000)
  })
})
