import { awaitExchange, awaitValue } from '@smpnet/interleave'
import { type HandoffEntry, handoffTable } from '@smpnet/ifqueue/interface'
import { HandoffWorld, idleStartProgram, strandedProgram } from '@smpnet/ifqueue/model'

/**
 * The programs by which the model checker judges hand-offs. It compiles this module and what that
 * imports of this project, so that nothing else may be in it.
 */
const checker = { awaitValue, awaitExchange }

/** Hand-offs of one transmit queue: those that are spread are what they are spread over. */
const entries = handoffTable.filter(({ name }) => !name.startsWith('multi-'))

export const handoffNames: readonly string[] = entries.map(({ name }) => name)

export function stranded(
  name: string,
  packets: readonly number[],
): ReturnType<typeof strandedProgram> {
  return strandedProgram(checker, entryOf(name), { packets })
}

export function idleStart(name: string): ReturnType<typeof idleStartProgram> {
  return idleStartProgram(checker, entryOf(name))
}

/** What the words of a schedule of `name` are, by their numbers. */
export function wordNames(name: string): string {
  const world = new HandoffWorld(checker, { entry: entryOf(name), packets: [1, 1], slots: 1 })
  return world.wordNames()
}

function entryOf(name: string): HandoffEntry {
  return entries.find((entry) => entry.name === name) as HandoffEntry
}
