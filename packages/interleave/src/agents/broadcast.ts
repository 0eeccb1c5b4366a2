import { type Act, outcome } from '../engine/core.ts'
import { SPACE } from '../engine/objects.ts'
import { refuse } from '../runtime/refusal.ts'
import { type Host, state } from '../runtime/state.ts'
import { Inbox, type Letter } from './inbox.ts'
import { letterOf, makeStep, method, Receiver } from './ports.ts'

type Steps = Generator<unknown, unknown, unknown>

/** By execution and by name: the channels that are open. */
const rooms = new WeakMap<Host, Map<string, Set<ModelBroadcast>>>()

function roomOf(name: string): Set<ModelBroadcast> {
  const host = state.host!
  let known = rooms.get(host)
  if (known === undefined) rooms.set(host, (known = new Map()))
  let room = known.get(name)
  if (room === undefined) known.set(name, (room = new Set()))
  return room
}

/** A channel by name: what one of that name sends all others get. */
export class ModelBroadcast extends Receiver {
  readonly #inbox: Inbox

  constructor(
    readonly name: string,
    inbox: Inbox,
  ) {
    super(inbox)
    this.#inbox = inbox
  }

  protected override heard(type: string): void {
    if (type === 'message' && this.listenerCount('message') > 0) this.#inbox.listen()
  }

  /** Comes into the room, leaves it, or sends to all others in it, as one step. */
  act(what: 'opens' | 'closes' | 'sends on', letter?: Letter): Act {
    const isSending = letter !== undefined
    const room = roomOf(this.name)
    return {
      text: `${what} channel ${this.name}`,
      perform: (core, thread, event) => {
        const { names } = core.persistent
        const object = names.object(SPACE.inbox, names.owner(`broadcast ${this.name}`), 0)
        event.add(object, 1, isSending ? 0 : 1)
        if (what === 'opens') room.add(this)
        if (what === 'closes') {
          room.delete(this)
          this.#inbox.close()
        }
        if (!isSending || this.#inbox.isClosed) return outcome(undefined)
        for (const other of room) {
          if (other !== this) other.#inbox.send(core, thread, event, { ...letter })
        }
        return outcome(undefined)
      },
      foresee: (core, event) => {
        const { names } = core.persistent
        const object = names.object(SPACE.inbox, names.owner(`broadcast ${this.name}`), 0)
        event.add(object, 1, isSending ? 0 : 1)
      },
    }
  }
}

method(ModelBroadcast, 'postMessage', function (this: ModelBroadcast, value: unknown) {
  return makeStep(this.act('sends on', letterOf(value, undefined)))
} as never)
method(ModelBroadcast, 'close', function (this: ModelBroadcast) {
  return makeStep(this.act('closes'))
} as never)

/** `new BroadcastChannel(name)`. */
export function* openBroadcast(place: number, _: unknown, [name]: readonly unknown[]): Steps {
  if (state.thread === undefined) {
    throw refuse(place, 'setup opens a BroadcastChannel; let each thread open its own')
  }
  const channel = new ModelBroadcast(String(name), new Inbox())
  yield* makeStep(channel.act('opens'))
  return channel
}
