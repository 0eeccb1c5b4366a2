import type { Address, Memory } from '@smpnet/memory'
import { forgets, ledgerOf } from './ledger.ts'
import type { MortalKind } from './lock-kind.ts'
import { BY_RECORDS, inWords } from './names.ts'
import { LET_IN, RW, RwWord } from './rw-word.ts'

/**
 * The kinds whose locks are an `RwWord`, and what a reader leaves in one that has ended: its place
 * among those that are counted. Where readers write down that they are inside, an undertaker counts
 * them anew; elsewhere it takes back only what a reader was given in its sleep.
 */
const names = inWords(RW.offset.word, RW.offset.deceased)

const COUNTED: Pick<MortalKind, 'names' | 'owed'> = {
  names,
  owed: ({ lot, want }, { at }) =>
    want === LET_IN ? (td) => wordAt(lot.memory, at).unread(td) : undefined,
}

const ON_RECORD: Pick<MortalKind, 'names' | 'owed' | 'putRight'> = {
  names: names | BY_RECORDS,
  owed: forgets,
  putRight: ({ td, lot }, lock) =>
    wordAt(lot.memory, lock.at).recount(td, lot, ledgerOf(lot, lock)),
}

export const RW_KIND: MortalKind = { name: 'rwlock', code: 2, version: 2, ...COUNTED }
export const SX_KIND: MortalKind = { name: 'sx', code: 3, version: 2, ...COUNTED }
export const ACCOUNTABLE_RW_KIND: MortalKind = {
  name: 'accountable rwlock',
  code: 17,
  version: 1,
  ...ON_RECORD,
}
export const ACCOUNTABLE_SX_KIND: MortalKind = {
  name: 'accountable sx',
  code: 18,
  version: 1,
  ...ON_RECORD,
}

function wordAt(memory: Memory, at: Address): RwWord {
  return new RwWord(memory, at, () => 'what a dead reader was let into')
}
