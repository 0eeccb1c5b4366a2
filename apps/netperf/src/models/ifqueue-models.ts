import { awaitExchange, awaitValue } from '@smpnet/interleave'
import { type HandoffEntry, handoffTable } from '@smpnet/ifqueue/interface'
import { idleStartProgram, strandedProgram } from '@smpnet/ifqueue/model'

/**
 * The programs by which the model checker judges hand-offs. It compiles this module and what that
 * imports of this project, so that nothing else may be in it.
 */
const checker = { awaitValue, awaitExchange }

/** Hand-offs of one transmit queue: those that are spread are what they are spread over. */
const entries = handoffTable.filter(({ name }) => !name.startsWith('multi-'))

export const handoffNames: readonly string[] = entries.map(({ name }) => name)

export function stranded(name: string): ReturnType<typeof strandedProgram> {
  return strandedProgram(checker, entryOf(name))
}

export function idleStart(name: string): ReturnType<typeof idleStartProgram> {
  return idleStartProgram(checker, entryOf(name))
}

function entryOf(name: string): HandoffEntry {
  return entries.find((entry) => entry.name === name) as HandoffEntry
}
