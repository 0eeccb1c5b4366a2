import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { explore } from '../src/explore.ts'
import type { Setup } from '../src/explorer/explorer.ts'
import { load } from '../src/node/load.ts'
import { bruteForce } from '../src/strategies/choose.ts'

let programs: Record<string, Setup>
beforeAll(async () => {
  const file = join(import.meta.dirname, 'fixtures/agents/programs.mjs')
  programs = (await load(file)) as Record<string, Setup>
})

describe('workers, ports, channels and signals are agents of the exploration', () => {
  it.each([
    ['workerAnswers', 1],
    ['terminate', 7],
    ['errorsAreHeard', 1],
    ['asksForAnAnswer', 4],
    ['onePortKeepsOrder', 1],
    ['listeners', 3],
    ['broadcast', 4],
    ['page', 1],
  ])('%s holds', (name, executions) => {
    expect(explore({ name }, programs[name]!)).toMatchObject({ verdict: 'holds', executions })
  })

  it.each([
    ['workerRaces', 'data-race', 'by doubler at'],
    ['terminateUnderLock', 'deadlock', 'main waits to be notified'],
    ['errorsAreNot', 'exception', 'RangeError: out of reach'],
    ['isAnsweredTooEarly', 'exception', 'expected {"message":2}, got undefined'],
    ['twoPortsDoNot', 'exception', 'expected [1,2], got [2,1]'],
    ['jobs', 'exception', 'got ["tick","promise","message","immediate"]'],
    ['listenersRace', 'data-race', 'plain write'],
    ['pageThatWrites', 'data-race', 'by browser at'],
    ['broadcastTooEarly', 'exception', 'expected ["hello"], got []'],
  ])('%s fails', (name, kind, text) => {
    const { failure } = explore({ name }, programs[name]!)
    expect(failure).toMatchObject({ kind, message: expect.stringContaining(text) })
    const again = explore({ name, replay: failure!.replay }, programs[name]!)
    expect(again.failure?.message).toBe(failure!.message)
  })

  it.each(['onePortKeepsOrder', 'twoPortsDoNot', 'broadcast', 'listeners'])(
    'every order of every step of %s comes to the same',
    (name) => {
      const found = [undefined, bruteForce()].map((strategy) => {
        const messages = new Set<string>()
        const { stopped } = explore(
          {
            keepGoing: true,
            shrink: false,
            ...(strategy && { strategy }),
            onExecution: ({ failure }) => void messages.add(failure?.message ?? ''),
          },
          programs[name]!,
        )
        return [stopped, [...messages].sort()]
      })
      expect(found[0]).toEqual(found[1])
    },
  )

  it('a worker that a death ends has said so', () => {
    const { failure } = explore({ deaths: 1 }, programs['workerAnswers']!)
    expect(failure?.text).toContain('dies here')
  })
})
