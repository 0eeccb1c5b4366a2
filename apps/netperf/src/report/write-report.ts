import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../options/usage-error.ts'
import { reasonOf, writeTogether } from '../output/whole-file.ts'
import { viewPicture } from '../views/view-picture.ts'
import type { Answer } from './answer.ts'
import { answerDocument } from './answer-document.ts'
import { answerPage, type Drawn } from './answer-page.ts'

/**
 * Writes an answer's pictures, one SVG file each, one HTML page that has all in it and needs no
 * other file, and its document, into a folder that is open: all of them, or none. Those of an
 * interrupted run are called so, and leave a whole run's alone. Returns the paths; throws a
 * UsageError.
 */
export function writeReport(answer: Answer, folder: string): string[] {
  const { experiment, results, part } = answer
  const name = part === undefined ? experiment.name : `${experiment.name}.interrupted`
  const views = experiment.pictures.map((view) =>
    part === undefined ? view : { ...view, title: `${view.title} (interrupted)` },
  )
  const pictures = views.flatMap((view): Drawn[] => {
    const wide = viewPicture(view, results.measured)
    const narrow = viewPicture(view, results.measured, 'narrow')
    return wide === undefined || narrow === undefined ? [] : [{ wide, narrow }]
  })
  const files = new Map(
    pictures.map(({ wide }, index) => [`${name}${index === 0 ? '' : `-${index + 1}`}.svg`, wide]),
  )
  files.set(`${name}.html`, answerPage(answer, pictures))
  files.set(`${name}.json`, `${JSON.stringify(answerDocument(answer), undefined, 2)}\n`)
  try {
    writeTogether(folder, files)
  } catch (error) {
    const why = reasonOf(error)
    throw new UsageError(`expected --out to be a folder to write to, got "${folder}" (${why})`)
  }
  removeOlder(folder, name, files)
  return [...files.keys()].map((file) => join(folder, file))
}

/** Pictures of the same name that an earlier run had and this one has not. */
function removeOlder(folder: string, name: string, files: ReadonlyMap<string, string>): void {
  for (const file of readdirSync(folder)) {
    const own = file.startsWith(name) && /^(?:-\d+)?\.svg$/.test(file.slice(name.length))
    if (own && !files.has(file)) rmSync(join(folder, file), { force: true })
  }
}
