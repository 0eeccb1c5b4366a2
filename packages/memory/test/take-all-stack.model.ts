import { explore } from '@smpnet/interleave'
import '@smpnet/interleave/vitest'
import { expect, it } from 'vitest'
import { type Address, LiveMemory, NIL, TakeAllStack } from '../src/index.ts'

const HEAD = 64
const LINK = 0

/**
 * Two threads push three entries while a third takes all; the rest is taken at the end. One thread
 * pushes its two entries one by one, or as a chain.
 */
function model(name: string, make: (memory: LiveMemory) => TakeAllStack, isChain = false) {
  return explore({ name }, ({ thread, after }) => {
    const memory = LiveMemory.create(1024)
    const stack = make(memory)
    const taken: Address[][] = [[], []]
    const foundEmpty: boolean[][] = [[], []]
    const pushes = (slot: number, entries: Address[]) => () => {
      for (const entry of entries) foundEmpty[slot]!.push(stack.push(entry))
    }
    memory.write(192 + LINK, 128)
    const pushesChain = () => void foundEmpty[0]!.push(stack.push(192, 128))
    thread('a', isChain ? pushesChain : pushes(0, [128, 192]))
    thread('b', pushes(1, [256]))
    thread('taker', () => {
      for (let at = stack.takeAll(); at !== NIL; ) {
        const next = stack.after(at)
        taken[0]!.push(at)
        at = next
      }
    })
    after(() => {
      for (let at = stack.takeAll(); at !== NIL; at = stack.after(at)) taken[1]!.push(at)
      const all = taken.flat()
      expect(all.toSorted((x, y) => x - y)).toEqual([128, 192, 256])
      expect(all.indexOf(128)).toBeLessThan(all.indexOf(192))
      const batches = taken.filter((batch) => batch.length > 0).length
      expect(foundEmpty.flat().filter(Boolean)).toHaveLength(batches)
    })
  })
}

it('loses nothing, doubles nothing, keeps the order, and tells one pusher of each batch', () => {
  const result = model('take-all stack', (memory) => new TakeAllStack(memory, HEAD, LINK))
  expect(result).toHold()
  console.log(result.summary)
})

it('does so with a chain that is pushed at once', () => {
  const make = (memory: LiveMemory) => new TakeAllStack(memory, HEAD, LINK)
  expect(model('take-all stack, a chain', make, true)).toHold()
})

/** Links to what it first saw, even when another has pushed meanwhile. */
class ForgetfulStack extends TakeAllStack {
  override push(entry: Address, oldest = entry): boolean {
    const before = this.memory.load(this.head)
    this.memory.write(oldest + this.link, before)
    for (;;) {
      const seen = this.memory.load(this.head)
      if (this.memory.compareExchange(this.head, seen, entry) === seen) return before === NIL
    }
  }
}

it('is caught when a push links to a head that has changed', () => {
  const result = model('forgetful stack', (memory) => new ForgetfulStack(memory, HEAD, LINK))
  expect(result).toFailWith('assertion')
  const make = (memory: LiveMemory) => new ForgetfulStack(memory, HEAD, LINK)
  expect(model('forgetful stack, a chain', make, true)).toFailWith('assertion')
})
