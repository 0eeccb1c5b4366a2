import { explore } from '@smpnet/interleave'
import '@smpnet/interleave/vitest'
import { LiveMemory, NIL } from '@smpnet/memory'
import { expect, it } from 'vitest'
import { Mailbox } from '../src/live/mailbox.ts'

const BOX = 64
const STOPPING = 256
const ENTRIES = [320, 384]

/** A CPU that receives until it has got `expected`, and sleeps between, as LiveCpu does. */
function owner(memory: LiveMemory, box: Mailbox, got: number[], expected: number): void {
  while (got.length < expected) {
    for (let entry = box.mail.takeAll(); entry !== NIL; ) {
      const next = box.mail.after(entry)
      got.push(entry)
      entry = next
    }
    if (got.length === expected) return
    if (box.fallAsleep(STOPPING, 0)) box.sleep(Number.POSITIVE_INFINITY)
  }
  memory.load(STOPPING)
}

function model(name: string, posters: number, make: (memory: LiveMemory) => Mailbox) {
  return explore({ name }, ({ thread, after }) => {
    const memory = LiveMemory.create(1024)
    const box = make(memory)
    const got: number[] = []
    thread('cpu', () => owner(memory, box, got, 2))
    if (posters === 1) {
      thread('poster', () => {
        box.post(ENTRIES[0]!)
        box.post(ENTRIES[1]!)
      })
    } else {
      thread('one poster', () => box.post(ENTRIES[0]!))
      thread('another', () => box.post(ENTRIES[1]!))
    }
    after(() => expect(got.toSorted((a, b) => a - b)).toEqual(ENTRIES))
  })
}

it.each([1, 2])('wakes a CPU that falls asleep, for each of 2 posts by %i threads', (posters) => {
  const result = model(
    `mailbox, ${posters} posters`,
    posters,
    (memory) => new Mailbox(memory, BOX),
  )
  expect(result).toHold()
  console.log(result.summary)
})

it('stops a CPU that falls asleep', () => {
  const result = explore({ name: 'stop' }, ({ thread }) => {
    const memory = LiveMemory.create(1024)
    const box = new Mailbox(memory, BOX)
    thread('cpu', () => {
      while (memory.load(STOPPING) === 0) {
        if (box.fallAsleep(STOPPING, 0)) box.sleep(Number.POSITIVE_INFINITY)
      }
    })
    thread('stopper', () => {
      memory.store(STOPPING, 1)
      box.ring()
    })
  })
  expect(result).toHold()
})

/** Looks at the mailbox before it says that it sleeps: a post between the two is lost. */
class HastyMailbox extends Mailbox {
  override fallAsleep(at: number, value: number): boolean {
    if (!this.mail.isEmpty() || this.memory.load(at) !== value) return false
    this.memory.store(BOX + 64, 1)
    return true
  }
}

it('is caught when the CPU looks first and says that it sleeps later', () => {
  const result = model('hasty mailbox', 1, (memory) => new HastyMailbox(memory, BOX))
  expect(result).toFailWith('deadlock')
})
