import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { viewPicture } from '../views/view-picture.ts'
import type { Answer } from './answer.ts'
import { answerPage } from './answer-page.ts'

/**
 * Writes an answer's pictures, one SVG file each, and one HTML page that has all in it and needs no
 * other file, into a folder that is open. Returns the paths.
 */
export async function writeReport(answer: Answer, folder: string): Promise<string[]> {
  const { experiment, results } = answer
  const drawn = experiment.pictures.map((view) => viewPicture(view, results.measured))
  const pictures = drawn.filter((svg) => svg !== undefined)
  const files = new Map(pictures.map((svg, index) => [pictureName(index), svg]))
  files.set(`${experiment.name}.html`, answerPage(answer, pictures))
  for (const [name, text] of files) await writeFile(join(folder, name), text)
  return [...files.keys()].map((name) => join(folder, name))

  function pictureName(index: number): string {
    return `${experiment.name}${index === 0 ? '' : `-${index + 1}`}.svg`
  }
}
