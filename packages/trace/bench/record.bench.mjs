import { Arena, Interrupt, LiveMemory } from '@smpnet/memory'
import { bench } from '@smpnet/testing'
import { Counters, EventRing } from '@smpnet/trace'

/** Writing an event down, beside keeping it as an object in an array. */
const arena = Arena.create(LiveMemory.create(1 << 20))
const ring = new EventRing(arena.memory, EventRing.place(arena, 4096))
const counters = new Counters(arena.memory, Counters.place(arena, 2, ['events']))
const place = new Interrupt(1)
const objects = []
let time = 0

await bench(import.meta.url, {
  name: 'write an event down',
  what: 'event',
  baseline: 'push an object',
  variants: {
    'push an object': () => {
      if (objects.length === 4096) objects.length = 0
      objects.push({ timeNs: time++, kind: 1, one: 2, other: 3 })
    },
    'event ring': () => ring.record(time++, 1, 2, 3),
    counter: () => counters.add(place, 0, 1),
  },
})
