import { explore } from '@smpnet/interleave'
import '@smpnet/interleave/vitest'
import { LiveMemory } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { CPU_BLOCK } from '../src/cpu-block.ts'
import { Mailbox } from '../src/live/mailbox.ts'

/*
 * Raise against look and sleep, in every order: a CPU of the live machine, its owner, and threads
 * that raise vectors on it. What a handler is to find is a count of work in a word, which the
 * raiser writes before it raises.
 */

const BOX = 64
const STOPPING = 256
/** By vector: how much work there is. */
const WORK = [320, 384]
const VECTORS = [8, 9] as const

type BoxOf = (memory: LiveMemory) => Mailbox

const mailbox: BoxOf = (memory) => new Mailbox(memory, BOX)

/** A CPU that handles its vectors until `expected` work is done, and sleeps between, as LiveCpu. */
function owner(box: Mailbox, expected: number, sleepMs = Number.POSITIVE_INFINITY): void {
  const { memory } = box
  for (let left = expected; left > 0; ) {
    const pending = box.takePending()
    if (pending & (1 << VECTORS[0])) left -= memory.exchange(WORK[0]!, 0)
    if (pending & (1 << VECTORS[1])) left -= memory.exchange(WORK[1]!, 0)
    if (left > 0 && box.fallAsleep(STOPPING, 0)) box.sleep(sleepMs)
  }
}

/** Leaves one more piece of work for a vector, and raises it. */
function raise(box: Mailbox, which: number): void {
  box.memory.add(WORK[which]!, 1)
  box.raise(VECTORS[which]!)
}

/** By raiser: the vectors that it raises, one after another. */
function model(name: string, raisers: readonly (readonly number[])[], boxOf: BoxOf = mailbox) {
  return explore({ name }, ({ thread }) => {
    const box = boxOf(LiveMemory.create(1024))
    thread('cpu', () => owner(box, raisers.flat().length))
    raisers.forEach((vectors, i) => {
      thread(`raiser ${i}`, () => {
        for (const which of vectors) raise(box, which)
      })
    })
  })
}

function expectToHold(result: ReturnType<typeof explore>): void {
  console.log(result.summary)
  expect(result).toHold()
}

describe('Under every schedule, what is raised', () => {
  it('is handled, also when the CPU falls asleep', () => {
    expectToHold(model('raise against sleep', [[0]]))
  })

  it('is handled as often as need be by one raiser, twice', () => {
    expectToHold(model('raise twice', [[0, 0]]))
  })

  it('by two at once is handled for both: one vector', () => {
    expectToHold(model('two raisers, one vector', [[0], [0]]))
  })

  it('by two at once is handled for both: two vectors', () => {
    expectToHold(model('two raisers, two vectors', [[0], [1]]))
  })
})

/** Looks at its vectors before it says that it sleeps: a raise between the two is lost. */
class HastyMailbox extends Mailbox {
  override fallAsleep(): boolean {
    if (this.memory.load(BOX + CPU_BLOCK.offset.pending) !== 0) return false
    this.memory.store(BOX + CPU_BLOCK.offset.bell, 1)
    return true
  }
}

/** Rings first and sets the bit then: the owner may look between the two. */
class BackwardMailbox extends Mailbox {
  override raise(vector: number): boolean {
    const hasRung = this.ring()
    this.memory.or(BOX + CPU_BLOCK.offset.pending, 1 << vector)
    return hasRung
  }
}

/** Looks at the bits, and clears them by a store of its own: a bit set between is cleared too. */
class LeakyMailbox extends Mailbox {
  override takePending(): number {
    const pending = this.memory.load(BOX + CPU_BLOCK.offset.pending)
    this.memory.store(BOX + CPU_BLOCK.offset.pending, 0)
    return pending
  }
}

/** Looks only at its mail before it sleeps, as if there were no vectors. */
class BlindMailbox extends Mailbox {
  override fallAsleep(): boolean {
    this.memory.store(BOX + CPU_BLOCK.offset.bell, 1)
    return this.mail.isEmpty()
  }
}

describe('A raise is found to be lost', () => {
  it.each([
    ['the owner looks first and says that it sleeps later', HastyMailbox, [[0]]],
    ['the raiser rings before it has set the bit', BackwardMailbox, [[0]]],
    ['the owner does not look at its vectors before it sleeps', BlindMailbox, [[0]]],
    ['the owner looks and clears in two steps', LeakyMailbox, [[0], [1]]],
  ] as const)('if %s', (_why, Kind, raisers) => {
    const result = model('planted', raisers, (memory) => new Kind(memory, BOX))
    expect(result).toFailWith('deadlock')
  })
})

/** Dies between setting the bit and looking at the bell; what it had to say is of no use. */
function dyingRaise(box: Mailbox, work: number): void {
  box.memory.add(WORK[0]!, work)
  box.memory.or(BOX + CPU_BLOCK.offset.pending, 1 << VECTORS[0])
}

/** Rings only if the bit was not set: it relies on the raiser before it, which may be dead. */
class TrustingMailbox extends Mailbox {
  override raise(vector: number): boolean {
    const before = this.memory.or(BOX + CPU_BLOCK.offset.pending, 1 << vector)
    return (before & (1 << vector)) === 0 && this.ring()
  }
}

function afterDeath(name: string, isFollowed: boolean, sleepMs: number, boxOf = mailbox) {
  return explore({ name }, ({ thread }) => {
    const box = boxOf(LiveMemory.create(1024))
    thread('cpu', () => owner(box, 1, sleepMs))
    thread('dying raiser', () => dyingRaise(box, isFollowed ? 0 : 1))
    if (isFollowed) thread('raiser', () => raise(box, 0))
  })
}

describe('Under every schedule, a raiser that dies before it has rung', () => {
  it('does not silence the next, which raises the same vector', () => {
    expectToHold(afterDeath('raise after a dead raiser', true, Number.POSITIVE_INFINITY))
  })

  it('is found to silence it, if a raiser trusts that the one that set the bit has rung', () => {
    const trusting: BoxOf = (memory) => new TrustingMailbox(memory, BOX)
    const result = afterDeath('trusting', true, Number.POSITIVE_INFINITY, trusting)
    expect(result).toFailWith('deadlock')
  })

  it('delays what it raised to the end of the sleep, at most', () => {
    expectToHold(afterDeath('sleep after a dead raiser', false, 1_000))
  })

  it('is found to delay it for ever, if the sleep has no end', () => {
    const result = afterDeath('endless sleep', false, Number.POSITIVE_INFINITY)
    expect(result).toFailWith('deadlock')
  })
})
