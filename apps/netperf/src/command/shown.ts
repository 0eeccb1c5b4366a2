import type { Job } from '../model/job.ts'
import type { Shown } from '../model/shown.ts'
import { writeWhole } from '../output/whole-file.ts'
import { viewTables } from '../views/view-tables.ts'

/** What jobs show besides, each once: those of one file on as many CPUs show the same. */
export function distinct(jobs: readonly Job[]): Shown[] {
  const shown = jobs.flatMap((job) => (job.shown === undefined ? [] : [job.shown]))
  const texts = shown.map(({ notes }) => notes.join())
  return shown.filter((_, at) => texts.indexOf(texts[at]!) === at)
}

/** The same for a terminal: sentences, and a table. */
export function printedShown(jobs: readonly Job[]): string[] {
  return distinct(jobs).map(({ notes, rows, view }) => {
    return `${viewTables(view, rows).trimEnd()}\n\n${notes.join('\n')}`
  })
}

/** Draws what is to be drawn. Throws a UsageError for a file that cannot be written. */
export async function writePictures(jobs: readonly Job[]): Promise<void> {
  const drawn = distinct(jobs).filter(({ picture }) => picture !== undefined)
  if (drawn.length === 0) return
  // Loaded only here: what draws takes longer to load than the rest of the program.
  const { viewPicture } = await import('../views/view-picture.ts')
  for (const { picture, rows, view } of drawn) {
    const svg = viewPicture(view, rows)
    if (svg !== undefined) writeWhole('--picture', picture!, svg)
  }
}
