import { LiveMemory } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import * as inet from '../../src/index.ts'
import { checkBlocks } from '../support/check-blocks.ts'

const { ENDPOINT_OFFSET, ENDPOINTS, MATCH, matchScore, UDP_PCB, writeEndpoints } = inet
const memory = LiveMemory.create(1 << 12)
const AT = 128
const [HERE, THERE, OTHER] = [1, 2, 3]
const [PORT, THEIRS, ELSE] = [7, 5000, 9]

/** Whether each thing that a block can say is so: local address, foreign end, local port. */
const locals = { any: 0, same: HERE, other: OTHER }
const foreigns = {
  any: [0, 0],
  same: [THERE, THEIRS],
  'other port': [THERE, ELSE],
  'other host': [OTHER, THEIRS],
} as const
const SCORES: Readonly<Record<string, number>> = {
  'any any': MATCH.port,
  'same any': MATCH.local,
  'any same': MATCH.foreign,
  'same same': MATCH.exact,
}

const cases = Object.entries(locals).flatMap(([localIs, local]) =>
  Object.entries(foreigns).flatMap(([foreignIs, [foreign, foreignPort]]) =>
    [PORT, ELSE].map((port) => ({ localIs, local, foreignIs, foreign, foreignPort, port })),
  ),
)

describe('A control block', () => {
  it.each(cases)(
    'with local address $localIs, foreign end $foreignIs and port $port scores by the table',
    ({ localIs, local, foreignIs, foreign, foreignPort, port }) => {
      writeEndpoints(memory, AT, local, port, foreign, foreignPort)
      const expected = port === PORT ? (SCORES[`${localIs} ${foreignIs}`] ?? MATCH.none) : 0
      expect(matchScore(memory, AT, HERE, PORT, THERE, THEIRS)).toBe(expected)
    },
  )

  it('that fits best is found in any chain', () => {
    expect(checkBlocks(inet, 2, 20_000)).toBe(20_000)
  })

  it('has its endpoints where those of every protocol are', () => {
    for (const field of Object.keys(ENDPOINTS) as (keyof typeof ENDPOINTS)[]) {
      expect(UDP_PCB.offset[field]).toBe(ENDPOINT_OFFSET[field])
    }
  })

  it('in a chain without an end is an error, and not a loop', () => {
    writeEndpoints(memory, AT, 0, ELSE, 0, 0)
    memory.store(AT + ENDPOINT_OFFSET.next, AT)
    expect(() => inet.bestMatch(memory, AT, HERE, PORT, THERE, THEIRS)).toThrow(
      'a chain of control blocks has at most 1048576: the one at 128 has no end',
    )
  })
})
