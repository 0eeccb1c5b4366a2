import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { explore } from '../src/explore.ts'
import type { Setup } from '../src/explorer/explorer.ts'
import type { World } from '../src/explorer/world.ts'
import { load } from '../src/node/load.ts'

const FOLDER = join(import.meta.dirname, 'fixtures/strangers')

/** What is refused, and how; all else has to do what it does natively. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  extendsWorker:
    /:\d+:\d+: .* a class that extends Worker is not modelled; keep what .* in a field/,
  interval: /:\d+:\d+: .* setInterval is not modelled; use setTimeout/,
  isToldInWorker: /:\d+:\d+: .*listeners of a process for what nobody catches/,
  isTold: /:\d+:\d+: .*listeners of a process for what nobody catches/,
  iteratePort: /:\d+:\d+: .* `for await` is not supported; await in a loop instead/,
  workerProps: /the stdout of a worker is not modelled; messages are/,
}

type Start = () => unknown[]
type Programs = Record<string, (start: Start) => (world: World) => void>

const native = new Map<string, string>()
const programs: Programs = {}
const races: Record<string, Setup> = {}
beforeAll(async () => {
  const { all, found } = await load(join(FOLDER, 'all.mjs'))
  Object.assign(programs, all)
  Object.assign(races, found)
  const args = [join(FOLDER, 'native.mjs'), './programs.mjs', './more.mjs']
  const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  for (const line of stdout.trim().split('\n')) {
    const [name, seen] = JSON.parse(line) as [string, unknown]
    native.set(name, JSON.stringify(seen))
  }
})

/** What each execution of a program saw, and how the exploration ended. */
function seenBy(name: string): {
  verdict: string
  message: string | undefined
  seen: Set<string>
} {
  const seen = new Set<string>()
  let mine: unknown[] = []
  const { verdict, failure } = explore(
    {
      name,
      onExecution: ({ ending }) => {
        if (ending === 'complete') seen.add(JSON.stringify(mine))
      },
    },
    programs[name]!(() => (mine = [])),
  )
  return { verdict, message: failure?.message, seen }
}

describe('programs of workers, ports, timers and events', () => {
  it('do what they do natively', () => {
    expect(native.size).toBeGreaterThan(60)
    expect([...native.keys()].sort()).toEqual(Object.keys(programs).sort())
    const differing: unknown[] = []
    for (const [name, expected] of native) {
      if (name in REFUSED) continue
      const { verdict, message, seen } = seenBy(name)
      if (verdict !== 'holds' || !seen.has(expected)) {
        differing.push({ name, expected, verdict, message, seen: [...seen] })
      }
    }
    expect(differing).toEqual([])
  })

  it.each(Object.entries(REFUSED))('%s is refused by a sentence', (name, sentence) => {
    expect(() => seenBy(name)).toThrow(sentence)
  })
})

/** What is found, by how the names of programs begin. */
const KINDS: Readonly<Record<string, string>> = {
  race: 'data-race',
  holds: 'holds',
  fails: 'exception',
  deadlock: 'deadlock',
}

/** Reads and writes that are refused: by functions of Buffers, in patterns and `for await`. */
const UNSEEN = ['race_bufferNode', 'race_emitter', 'race_asyncIter']

describe('what is wrong with such programs', () => {
  it('is found', () => {
    const differing: unknown[] = []
    for (const [name, setup] of Object.entries(races)) {
      if (UNSEEN.includes(name)) continue
      const { failure, verdict, summary } = explore({ name }, setup)
      const found = failure?.kind ?? verdict
      if (found !== KINDS[name.split('_')[0]!]) differing.push(summary)
    }
    expect(differing).toEqual([])
  })

  it.each(UNSEEN)('%s is refused', (name) => {
    expect(() => explore({ name }, races[name]!)).toThrow(/:\d+:\d+: cannot be checked: /)
  })
})
