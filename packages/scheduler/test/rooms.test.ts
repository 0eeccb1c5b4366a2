import { readdirSync, readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const SRC = resolve(import.meta.dirname, '../src')

/** The folders of the package from the lowest up; the files beside them stand above all. */
const ROOMS = [
  'thread',
  'policy',
  'preemption',
  'turnstile',
  'bsd',
  'ule',
  'schedstats',
  'accounting',
  'watching',
  'run',
  '.',
]

interface Import {
  readonly from: string
  readonly to: string
}

function importsOf(file: string): Import[] {
  const text = readFileSync(resolve(SRC, file), 'utf8')
  const found = text.matchAll(/from '(\.[^']+)'/g)
  return [...found].map(([, path]) => {
    const to = relative(SRC, resolve(SRC, dirname(file), path!))
    return { from: dirname(file), to: dirname(to) }
  })
}

/** The imports that run from a room to one that is not below it. */
function upward(imports: readonly Import[]): Import[] {
  return imports.filter(({ from, to }) => from !== to && ROOMS.indexOf(to) >= ROOMS.indexOf(from))
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
)

describe('The folders of the scheduler', () => {
  it('import only folders below them', () => {
    expect(upward(files.flatMap(importsOf))).toEqual([])
  })

  it('are all in the order', () => {
    expect(files.map((file) => dirname(file)).filter((room) => !ROOMS.includes(room))).toEqual([])
  })

  it('are found to be out of order by an import that runs up', () => {
    expect(upward([{ from: 'thread', to: 'ule' }])).toHaveLength(1)
  })
})
