import { END, type EndState } from '../../src/life-table.ts'
import type { LockedSocket } from '../../src/locked/index.ts'
import { SOCK } from '../../src/locked/sock-layout.ts'
import type { LockedTestWorld } from './world.ts'

/** Sockets in each state in which one may stay. */
const REACHED = {
  CREATED: (world) => world.create(),
  LISTENING: (world) => world.listener(),
  CONNECTED: (world) => world.pair()[0],
  SEND_SHUT: (world) => shut(world, true, false),
  RECEIVE_SHUT: (world) => shut(world, false, true),
  BOTH_SHUT: (world) => shut(world, true, true),
  RESET: (world) => reset(world),
  DISCONNECTED: (world) => {
    const socket = reset(world)
    world.receive(socket)
    return socket
  },
  FREED: (world) => {
    const socket = world.create()
    world.close(socket)
    return socket
  },
} satisfies Partial<Record<EndState, (world: LockedTestWorld) => LockedSocket>>

/** A socket in any state: those in which none stays are written as a call would find them. */
export function socketIn(state: EndState, world: LockedTestWorld): LockedSocket {
  const reach = (REACHED as Partial<Record<EndState, (world: LockedTestWorld) => LockedSocket>>)[
    state
  ]
  if (reach !== undefined) return reach(world)
  const [socket] = world.pair()
  const life = socket.handle.at + SOCK.offset.life
  const { memory } = world.sockets
  memory.store(life, (memory.load(life) & ~15) | END.state[state])
  return socket
}

function shut(world: LockedTestWorld, sends: boolean, receives: boolean): LockedSocket {
  const [client] = world.pair()
  if (sends) world.do((td) => client.shutdown(td))
  if (receives) world.do((td) => client.shutdownReceive(td))
  return client
}

function reset(world: LockedTestWorld): LockedSocket {
  const [client, server] = world.pair()
  world.do((td) => server.abort(td))
  return client
}
