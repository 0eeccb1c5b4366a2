import { Accountant, type InetModule } from './account.ts'
import { digits } from './bytes.ts'
import { Chance } from './chance.ts'
import { randomFlags, randomPacket } from './random-packets.ts'
import { referenceAccount } from './reference.ts'

/**
 * Compares what the package makes of `count` packets that come with what the RFCs say; throws at
 * the first difference. Returns how often each verdict came, by its number.
 */
export function checkInput(inet: InetModule, seed: number, count: number): readonly number[] {
  const accountant = new Accountant(inet)
  const chance = new Chance(seed)
  for (let i = 0; i < count; i++) {
    const bytes = randomPacket(chance)
    const flags = randomFlags(chance)
    const reference = referenceAccount(bytes, flags)
    const account = accountant.account(bytes, flags)
    if (account === reference || reference.endsWith(' unknown')) continue
    throw new Error(`packet ${i} of seed ${seed}, flags ${flags}: ${digits(bytes)}
      expected ${reference}
      came     ${account}`)
  }
  return accountant.verdicts
}
