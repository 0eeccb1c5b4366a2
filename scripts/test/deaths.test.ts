import { thorough } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { killAll } from '../deaths/kills.mjs'
import { liveOn } from '../deaths/lives.mjs'
import { allPoints } from '../deaths/points.mjs'

/**
 * A failure prints it, and `npm run deaths -- --seed SEED` begins the same again; that takes what
 * has no place here, all kinds and all points.
 */
const SEED = Number(process.env['SMPNET_SEED'] ?? '1')
const MUTEX = 'mutex: unlocks for 1 that wait, 0'

describe('Threads that are terminated anywhere', () => {
  it('leave nothing behind', async () => {
    expect(await killAll(6, { seed: SEED, only: 'condition' })).toEqual({ kills: 6, faults: [] })
    const { points, faults } = await allPoints({ only: MUTEX })
    expect(points).toBeGreaterThan(5)
    expect(faults).toEqual([])
  })
})

describe('A domain whose threads are begun anew as they end', () => {
  it('has as many waiters and numbers as at first', async () => {
    const lives = thorough(2_000, 500)
    expect(await liveOn(lives)).toEqual({ lives, faults: [] })
  })
})

describe('It is found', () => {
  it.each([
    [
      'condition',
      'nobody buries',
      /were free or in use before|makes none any more|has not come to its end/,
    ],
    ['sockets, awaited', 'wrong bytes', /not those sent/],
    ['sockets, by name', 'wrong bytes', /not those sent/],
    ['sockets, by name', 'nobody buries', /were free or in use before|come to its end/],
    ['sockets, packets', 'wrong bytes', /not those sent/],
    ['sockets, datagrams', 'wrong bytes', /not those sent/],
    ['sockets, datagrams', 'nobody buries', /in use before|come up|NameInUse|HeldTooLong/],
    ['sockets, rights', 'wrong bytes', /not those sent/],
    ['sockets, rights', 'nobody buries', /has not heard|in use before/],
    ['locked, split', 'wrong bytes', /not those sent/],
    ['locked, direction', 'nobody buries', /no seat is left/],
    ['rings, mpmc', 'wrong bytes', /not those sent/],
    ['rings, spsc of', 'nobody buries', /one thread at a time/],
    ['tasks', 'wrong results', /came to/],
    ['machine', 'stands still', /makes no step any more/],
    ['stack', 'nobody dies', /the starter of a kernel whose CPU has died has heard: nothing/],
    ['guests', 'wrong bytes', /not those sent/],
    ['guests', 'nobody buries', /no seat is left|no step any more/],
  ] as const)('at %s when %s', async (only, fault, sentence) => {
    const { faults } = await killAll(4, { seed: SEED, only, fault })
    expect(faults.join('\n')).toMatch(sentence)
  })

  it('after which change of memory a thread ended that nobody buries', async () => {
    const { faults } = await allPoints({ only: MUTEX, fault: 'nobody buries' })
    expect(faults.join('\n')).toMatch(/after [\d,]+: somebody that lives sleeps for ever/)
  })
})
