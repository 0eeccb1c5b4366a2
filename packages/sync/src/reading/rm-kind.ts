import { MUTEX } from '../locks/mutex-word.ts'
import type { MortalKind } from '../words/lock-kind.ts'
import { byLines, inWords } from '../words/names.ts'
import { clearLine, perLine, RM_LINE } from '../words/reader-lines.ts'

/** Of an rmlock the mutex of its writers stands first, and the lines of its readers last. */
export const RM_KIND: MortalKind = {
  name: 'rmlock',
  code: 12,
  version: 2,
  names: inWords(MUTEX.offset.word, MUTEX.offset.deceased) | byLines(RM_LINE.offset.readers),
  putRight: perLine(clearLine),
}
