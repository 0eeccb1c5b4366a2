import { describe, expect, it } from 'vitest'
import { ACTION, Actions, BROADCAST, ERRNO, EVENT, REASON } from '../src/index.ts'

const all = (actions: Actions) =>
  Array.from({ length: actions.length }, (_, i) => [
    actions.kind(i),
    actions.packet(i),
    actions.pcb(i),
    actions.value(i),
  ])

describe('A list of actions', () => {
  it('keeps what is to be done, in its order, until it is cleared', () => {
    const actions = new Actions()
    actions.send(64, BROADCAST)
    actions.deliver(128, 4096)
    actions.error(4096, ERRNO.ECONNREFUSED)
    actions.free(192)
    actions.drop(256, REASON.udps_noport)
    actions.count(EVENT.icps_error)
    expect(all(actions)).toEqual([
      [ACTION.send, 64, 0, BROADCAST],
      [ACTION.deliver, 128, 4096, 0],
      [ACTION.error, 0, 4096, ERRNO.ECONNREFUSED],
      [ACTION.free, 192, 0, 0],
      [ACTION.drop, 256, 0, REASON.udps_noport],
      [ACTION.count, 0, 0, EVENT.icps_error],
    ])
    actions.clear()
    expect(all(actions)).toEqual([])
  })

  it('has a bound, and says so', () => {
    const actions = new Actions(2)
    actions.free(64)
    actions.free(128)
    expect(() => actions.free(192)).toThrow(
      'a list of actions has room for 2: its caller carries them out and clears it ' +
        'before it hands it on, and one more came',
    )
    expect(actions.length).toBe(2)
    expect(() => new Actions(0)).toThrow('a list has room for at least 1 action: 0 came')
  })
})
