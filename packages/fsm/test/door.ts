import { defineTable } from '../src/index.ts'

/** A door that can be locked while it is shut, and is gone when it was torn out. */
export const DOOR = defineTable({
  of: 'a door',
  initial: 'SHUT',
  final: ['GONE'],
  rows: [
    { state: 'SHUT', event: 'open', next: 'OPEN', actions: ['creak'] },
    { state: 'SHUT', event: 'turn', guard: 'hasKey', next: 'LOCKED', actions: ['click', 'note'] },
    { state: 'SHUT', event: 'turn', guard: '!hasKey', next: 'SHUT' },
    { state: 'LOCKED', event: 'turn', guard: 'hasKey', next: 'SHUT', actions: ['click'] },
    { state: 'LOCKED', event: 'tear', guard: ['!hasKey', 'isStrong'], next: 'GONE' },
    { state: 'OPEN', event: 'close', next: 'SHUT', actions: [] },
    { state: 'OPEN', event: 'tear', next: 'GONE', actions: ['note', 'creak'] },
  ],
})
