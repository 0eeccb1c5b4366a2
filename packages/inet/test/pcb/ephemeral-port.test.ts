import { describe, expect, it } from 'vitest'
import { chooseEphemeralPort, DYNAMIC_PORTS, NO_PORT } from '../../src/index.ts'
import { Chance } from '../support/chance.ts'

const chance = new Chance(11)
const FIVE = { first: 10, last: 14 }

describe('An ephemeral port', () => {
  it('is a free one of its range, for every set of free ports and every chance', () => {
    for (let set = 0; set < 32; set++) {
      for (let start = 0; start < 5; start++) {
        const isFree = (port: number) => (set & (1 << (port - 10))) !== 0
        const port = chooseEphemeralPort({ below: () => start }, isFree, FIVE)
        const isRight = set === 0 ? port === NO_PORT : isFree(port) && port >= 10 && port <= 14
        expect(isRight, `ports ${set.toString(2)}, from ${start} on: ${port} came`).toBe(true)
      }
    }
  })

  it('is looked for once around, and no longer', () => {
    const asked: number[] = []
    chooseEphemeralPort({ below: () => 3 }, (port) => asked.push(port) < 0, FIVE)
    expect(asked).toEqual([13, 14, 10, 11, 12])
  })

  it('is any of the dynamic ports, without favour (RFC 6056 section 3.3.1)', () => {
    const count = DYNAMIC_PORTS.last - DYNAMIC_PORTS.first + 1
    const quarters = [0, 0, 0, 0]
    for (let i = 0; i < 8000; i++) {
      const port = chooseEphemeralPort(chance, () => true)
      quarters[Math.floor(((port - DYNAMIC_PORTS.first) / count) * 4)]!++
    }
    for (const quarter of quarters) expect(Math.abs(quarter - 2000)).toBeLessThan(200)
  })

  it.each([
    [0, 5],
    [5, 4],
    [1, 65536],
    [1.5, 2],
  ])('of a range from %d to %d is refused', (first, last) => {
    expect(() => chooseEphemeralPort(chance, () => true, { first, last })).toThrow(
      `a range of ports is from 1 to 65535: ${first} to ${last} came`,
    )
  })
})
