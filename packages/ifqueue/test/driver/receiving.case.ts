import { describe, expect, it } from 'vitest'
import type { Counted, Plan } from '../fixtures/receive.mjs'

/** Runs frames through a card and its driver, and says what was counted in the end. */
export type Receive = (plan: Plan) => Promise<Counted>

/**
 * What every card promises that receives. The driver itself finds out a frame that comes twice, out
 * of order, or of another length; one that nobody is told of makes it last for ever.
 */
export function receivingCases(name: string, frames: number, receive: Receive): void {
  const usual = { frames, everyNs: 2_000, slots: 64, moderated: 1, delayNs: 0, polls: false }

  describe(`${name}, a card that receives`, () => {
    it.each([false, true])('has each frame taken or missed; polled: %s', async (polls) => {
      const { taken, came, missed } = await receive({ ...usual, polls })
      expect(came).toBe(frames)
      expect(taken + missed).toBe(frames)
      expect(taken).toBeGreaterThan(0)
    })

    it.each([false, true])('misses what finds no buffer; polled: %s', async (polls) => {
      const { missed, taken } = await receive({ ...usual, everyNs: 1, slots: 2, polls })
      expect(missed).toBeGreaterThan(0)
      expect(taken + missed).toBe(frames)
    })

    it('interrupts once for many frames where that is asked for', async () => {
      const plan = { ...usual, everyNs: 1_000, moderated: 16, delayNs: 1_000_000, slots: 256 }
      const { interrupts } = await receive(plan)
      expect(interrupts).toBeLessThanOrEqual(Math.ceil(frames / 16) + 1)
      expect(interrupts).toBeGreaterThan(0)
    })
  })
}
