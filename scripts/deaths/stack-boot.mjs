import { LOOPBACK } from '@smpnet/inet'
import { SETTLE, YIELD } from '@smpnet/park'
import { failureOf, Received, WOULD_BLOCK } from '@smpnet/socket'
import { bootOf } from '@smpnet/stack'
import { randomOf } from '../lib/random.mjs'
import { HEAD_BYTES, isWhole, writeDatagram } from './datagrams.mjs'
import { Mortal } from './mortal.mjs'

export const PORT = 7000
const LINE = 64
const MOST_BYTES = 4_000
const MOST_CONTENT = MOST_BYTES - HEAD_BYTES
/** Of those that ask in the kernel; guests have lower ones. */
const KERNEL_IDS = 1_000_000

/**
 * A kernel each of whose CPUs has threads that serve a port, and others that ask all of them, by
 * datagrams of one mbuf and of clusters, on sockets that they make and close. What each CPU has
 * done is counted in `steps`, and in `torn` what came and was not what was sent; one CPU ends after
 * some of its changes, when it is told to begin.
 *
 * @type {any}
 */
export const underLoad = {
  needs: () => ({ bytes: 16 * LINE, threads: 16, net: true }),
  place: (settings, { arena }) => ({
    ...settings,
    begins: arena.place('begins', LINE),
    torn: arena.place('torn', LINE),
    steps: arena.place('steps', settings.cpus * LINE),
  }),

  start(_settings, places, { cpu, scheduler, net }) {
    const world = { ...places, net, cpu, death: undefined }
    if (places.mortal === cpu.id) world.death = new Mortal()
    scheduler.spawn((td) => serves(td, world, PORT + cpu.id), { name: `server ${cpu.id}` })
    for (let i = 0; i < 2; i++) {
      const random = randomOf(places.seed * 131 + cpu.id * 2 + i)
      const id = KERNEL_IDS + cpu.id * 2 + i
      scheduler.spawn((td) => asks(td, world, id, random), { name: `client ${cpu.id}.${i}` })
    }
  },
}

function* serves(td, world, port) {
  const socket = yield* world.net.sockets.create(td)
  good(yield* socket.bind(td, LOOPBACK, port))
  const bytes = new Uint8Array(MOST_BYTES)
  const from = new Received()
  for (;;) {
    let got = socket.receiveSoon(td, bytes, 0, bytes.length, from)
    if (got === WOULD_BLOCK) got = yield* socket.receive(td, bytes, 0, bytes.length, from, true)
    good(got)
    if (!isWhole(bytes, got)) world.net.memory.add(world.torn, 1)
    // One whose asker has closed its socket meanwhile is refused.
    yield* sends(td, socket, bytes, got, from.address, from.port)
    yield* counts(td, world)
  }
}

function* asks(td, world, id, random) {
  const bytes = new Uint8Array(MOST_BYTES)
  for (let number = 1; ; ) {
    const socket = yield* world.net.sockets.create(td)
    for (let sent = 1 + Math.floor(random() * 8); sent > 0; sent--) {
      const port = PORT + Math.floor(random() * world.cpus)
      const length = random() < 0.5 ? 64 : HEAD_BYTES + Math.floor(random() * MOST_CONTENT)
      writeDatagram(bytes, length, id, number++)
      yield* sends(td, socket, bytes, length, LOOPBACK, port)
      if (random() < 0.2) yield YIELD
    }
    if (random() < 0.5) {
      const got = socket.receiveSoon(td, bytes, 0, bytes.length)
      if (got === WOULD_BLOCK) yield YIELD
      else if (got >= 0 && !isWhole(bytes, got)) world.net.memory.add(world.torn, 1)
    }
    yield* socket.close(td)
    yield* counts(td, world)
  }
}

function* sends(td, socket, bytes, length, address, port) {
  const sent = socket.trySendTo(td, bytes, 0, length, address, port)
  if (sent === WOULD_BLOCK) yield* socket.sendTo(td, bytes, 0, length, address, port)
}

function* counts(td, world) {
  const { memory } = td.lot
  while (!memory.settled()) yield SETTLE
  memory.add(world.steps + LINE * world.cpu.id, 1)
  if (world.death !== undefined && memory.load(world.begins) === 1) {
    world.death.endsAfter(world.changes)
    world.death = undefined
  }
}

function good(result) {
  const failure = failureOf(result)
  if (failure !== undefined) throw new Error(`${failure.name}: ${failure.sentence}`)
}

export default bootOf(underLoad)
