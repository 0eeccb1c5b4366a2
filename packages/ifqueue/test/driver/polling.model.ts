import { awaitExchange, explore, type Exploration } from '@smpnet/interleave'
import { type Address, LiveMemory, type Memory, NIL } from '@smpnet/memory'
import { budget, expectToHold, thorough } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { LiveReceiver, type LiveNicThread, ReceiveRing, ringBytes } from '../../src/interface.ts'
import { RING } from '../../src/driver/ring-words.ts'

const some = thorough(budget, { maxExecutions: 200 })
const HERE = { cpu: 0 }
const AT = 64
const SLOTS = 4
const BUFFERS = AT + ringBytes(SLOTS)
const BELL = BUFFERS + 64 * SLOTS

type RingClass = typeof ReceiveRing
type MemoryClass = new (buffer: SharedArrayBuffer) => LiveMemory

interface Changes {
  readonly deaths?: number
  readonly Rings?: RingClass
  /** The memory of the device. */
  readonly Theirs?: MemoryClass
}

/**
 * A device stores a frame in each of its passes, and interrupts unless its driver polls. The driver
 * polls after each interrupt until nothing comes, and sleeps until the next: for ever, if the
 * device and the driver leave a frame to each other. If the driver dies, its successor finds what
 * it has not taken.
 */
function polling(name: string, frames: number, changes: Changes = {}): Exploration {
  const { deaths = 0, Rings = ReceiveRing, Theirs = LiveMemory } = changes
  return explore({ name, deaths, ...some }, ({ thread, onDeath, after }) => {
    const buffer = new SharedArrayBuffer(BELL + 64)
    const [mine, theirs] = [new LiveMemory(buffer), new Theirs(buffer)]
    const queues = [{ ring: AT, slots: SLOTS, cpu: 0, vector: 0 }]
    let next = 0
    const traffic = {
      next: () => (next < frames ? { atNs: next, bytes: 60, flow: ++next } : undefined),
      write: (to: Memory, at: Address, { flow }: { flow: number }) => to.write(at, flow),
    }
    const moderation = { frames: 1, delayNs: 0 }
    const device = new LiveReceiver(theirs, { moderation, queues, traffic })
    const site = { memory: mine, at: AT, slots: SLOTS, device, queue: 0 }
    const ring = new Rings(site)
    for (let i = 0; i < frames; i++) ring.fill(BUFFERS + 64 * i, 64)
    ring.flush(HERE)
    const taken: number[] = []
    const take = (from: ReceiveRing): void => {
      for (let at = from.take(HERE); at !== NIL; at = from.take(HERE)) taken.push(mine.read(at))
    }
    let pass = 0
    const host = { memory: theirs, now: () => pass, raise: () => void theirs.store(BELL, 1) }
    const body = device.run({} as LiveNicThread, host)
    const passes = (): void => {
      for (; pass < frames; pass++) body.next()
    }
    thread('device', passes, { mortal: false })
    thread('driver', () => {
      while (taken.length < frames) {
        awaitExchange(mine.words, BELL >> 2, 1, 0)
        ring.poll(HERE)
        do take(ring)
        while (!ring.awaitInterrupt(HERE))
      }
    })
    let isDead = false
    onDeath(() => void (isDead = true))
    after(() => {
      // It may have died with a frame in its hands, which nobody has noted.
      if (isDead) take(new Rings(site))
      const all = Array.from({ length: frames }, (_, i) => i + 1)
      expect(taken).toEqual(all.filter((flow) => taken.includes(flow)))
      expect(taken.length).toBeGreaterThanOrEqual(isDead ? frames - 1 : frames)
    })
  })
}

describe('Under every schedule, a driver that polls between interrupts', () => {
  it.each([1, 2, 3])('takes each of %i frames', (frames) => {
    expectToHold(polling('polling', frames))
  })

  it('leaves to its successor what it has not taken when it dies', () => {
    expectToHold(polling('a driver dies', 2, { deaths: 1 }))
  })
})

describe('The models find', () => {
  it('a driver that does not look again when interrupts are on', () => {
    class Hasty extends ReceiveRing {
      override awaitInterrupt(place: { cpu: number }): true {
        super.awaitInterrupt(place)
        return true
      }
    }
    expect(polling('hasty', 2, { Rings: Hasty }).failure?.kind).toBe('deadlock')
  })

  it('a device that looks whether it is polled before it counts the frame', () => {
    class Late extends LiveMemory {
      #done: number | undefined

      override store(at: Address, value: number): void {
        if (at === AT + RING.offset.done) this.#done = value
        else super.store(at, value)
      }

      override load(at: Address): number {
        const value = super.load(at)
        if (at === AT + RING.offset.polled && this.#done !== undefined) {
          super.store(AT + RING.offset.done, this.#done)
          this.#done = undefined
        }
        return value
      }
    }
    expect(polling('late', 2, { Theirs: Late }).failure?.kind).toBe('deadlock')
  })
})
