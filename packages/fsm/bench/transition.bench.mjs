import { DenseTable, defineTable } from '@smpnet/fsm'
import { LiveMemory } from '@smpnet/memory'
import { bench } from '@smpnet/testing'

/** What a step by a table costs, beside the same machine as a switch statement. */
const DOOR = defineTable({
  of: 'a door',
  initial: 'SHUT',
  rows: [
    { state: 'SHUT', event: 'open', next: 'OPEN', actions: ['creak'] },
    { state: 'SHUT', event: 'turn', guard: 'hasKey', next: 'LOCKED', actions: ['click'] },
    { state: 'SHUT', event: 'turn', guard: '!hasKey', next: 'SHUT' },
    { state: 'LOCKED', event: 'turn', guard: 'hasKey', next: 'SHUT', actions: ['click'] },
    { state: 'OPEN', event: 'close', next: 'SHUT' },
  ],
})

const OPEN = 0
const TURN = 1
const CLOSE = 2
/** Events that lead round through all states. */
const EVENTS = [OPEN, CLOSE, TURN, TURN]

function switched(state, event, hasKey) {
  switch (state) {
    case 0:
      return event === OPEN ? 2 : event === TURN ? (hasKey ? 1 : 0) : -1
    case 1:
      return event === TURN && hasKey ? 0 : -1
    case 2:
      return event === CLOSE ? 0 : -1
    default:
      return -1
  }
}

let state = 0
let at = 0
const shared = DenseTable.store(LiveMemory.create(4096), 64, DOOR.bytes)

await bench(import.meta.url, {
  name: 'one transition',
  baseline: 'switch',
  variants: {
    switch: () => {
      state = switched(state, EVENTS[at], true)
      at = (at + 1) & 3
    },
    'table, by numbers': () => {
      state = DOOR.next(DOOR.step(state, EVENTS[at], 1))
      at = (at + 1) & 3
    },
    'table in a LiveMemory': () => {
      state = shared.next(shared.step(state, EVENTS[at], 1))
      at = (at + 1) & 3
    },
    'table, by names': () => {
      DOOR.transition('SHUT', 'turn', { hasKey: true })
    },
  },
})
