import { MessageChannel } from 'node:worker_threads'
import { startLive } from '@smpnet/machine/live'
import { Arena, CACHE_LINE_BYTES, LiveMemory } from '@smpnet/memory'
import { DROPPED, Netisr, WAIT } from '@smpnet/netisr'
import { finish, Lot, NotifyWaker, SPIN, YIELD } from '@smpnet/park'
import { Scheduler } from '@smpnet/scheduler'
import { bench } from '@smpnet/testing'

/**
 * What it costs to bring one packet to its handler, which only counts it: in the sender's own
 * thread, to a worker of the same CPU, and to one of another. Beside it a MessagePort between two
 * workers, of which one posts and the other's event loop counts. With two senders, one on each CPU,
 * it is the time for each packet of both: half as much as with one if the second CPU counts whole.
 */
const PACKETS = 512
const PROTOCOL = 1

/** Packets are lines: a link each, and the CPU that it is for. */
class Links {
  constructor(memory) {
    this.memory = memory
  }

  nextPacket(packet) {
    return this.memory.read(packet)
  }

  setNextPacket(packet, next) {
    this.memory.write(packet, next)
  }

  flow() {
    return 0
  }
}

/** Counts what it takes, in a word of each CPU's that other threads read. */
class Counts {
  constructor(memory, at) {
    this.memory = memory
    this.at = at
  }

  tryInput(td) {
    const at = this.at + td.cpu * CACHE_LINE_BYTES
    this.memory.store(at, this.memory.read(at) + 1)
    return true
  }

  *input() {}
}

function place(arena, shape) {
  const handle = Netisr.place(arena, { threads: 'all', ...shape })
  const count = arena.place('count', shape.cpus * CACHE_LINE_BYTES)
  const packets = arena.place('packets', shape.cpus * PACKETS * CACHE_LINE_BYTES)
  return { handle, count, packets, runs: arena.place('runs', CACHE_LINE_BYTES) }
}

function open(memory, { handle, count }) {
  const netisr = new Netisr(memory, handle, new Links(memory))
  const cpu = (packet) => memory.read(packet + 4)
  netisr.register({
    number: PROTOCOL,
    name: 'ip',
    policy: 'cpu',
    limit: PACKETS,
    handler: new Counts(memory, count),
    cpu,
  })
  return netisr
}

/** In a thread without a machine: what the calls themselves cost. */
function alone(dispatch) {
  const memory = LiveMemory.create(1 << 20)
  const arena = Arena.create(memory)
  const lot = Lot.place(arena, { threads: 1 })
  const here = new Lot(memory, lot, new NotifyWaker(memory), Lot.attach(memory, lot))
  const world = place(arena, { cpus: 1, dispatch })
  const netisr = open(memory, world)
  const td = here.waiter()
  return () => netisr.tryDispatch(td, PROTOCOL, 0, world.packets)
}

/** What a call of the handler costs without a netisr. */
function handlerAlone() {
  const memory = LiveMemory.create(1 << 16)
  const counts = new Counts(memory, 1024)
  return () => counts.tryInput({ cpu: 0 })
}

/** What each CPU of our machine runs: a worker; the first ones send to the CPU `shift` behind. */
export default function boot(cpu, world) {
  const scheduler = new Scheduler(cpu)
  const netisr = open(cpu.memory, world)
  netisr.start(scheduler)
  if (cpu.id < world.senders) scheduler.spawn((td) => sends(td, cpu.id, netisr, world))
  return scheduler
}

/** Sends bursts, and lets others run between them; packets are used again in turn. */
function* sends(td, id, netisr, { packets, burst, count, runs, shift, handle }) {
  const { memory } = netisr
  const to = (id + shift) % handle.cpus
  const [first, counted] = [packets + id * PACKETS * 64, count + to * CACHE_LINE_BYTES]
  for (let i = 0; i < PACKETS; i++) memory.write(first + i * CACHE_LINE_BYTES + 4, to)
  for (let sent = 0; ; ) {
    if (memory.load(runs) === 0) yield* td.lot.park(td, runs, runs, 0)
    for (let i = 0; i < burst; i++) {
      const packet = first + (sent % PACKETS) * CACHE_LINE_BYTES
      let outcome = netisr.tryDispatch(td, PROTOCOL, 0, packet)
      if (outcome === WAIT) outcome = yield* netisr.dispatch(td, PROTOCOL, 0, packet)
      if (outcome === DROPPED) throw new Error('a queue has room for all packets')
      sent++
    }
    yield YIELD
    // A packet is free again when all but half of them have been handled.
    while (((sent - memory.load(counted)) | 0) > PACKETS / 2) yield SPIN
  }
}

/** Our machine runs while a slice does, which reads how far it has come, and waits. */
export async function ours({ cpus = 2, dispatch = 'deferred', ...rest }) {
  let world
  const machine = await startLive({
    cpus,
    boot: new URL(import.meta.url),
    setup: ({ arena }) => {
      world = { ...place(arena, { cpus, dispatch, bind: true }), senders: 1, shift: 0, ...rest }
      return world
    },
  })
  return counting(machine.here, world, cpus)
}

function counting({ memory, lot }, { count: at, runs }, cpus) {
  const td = lot.waiter()
  const counted = () => {
    let sum = 0
    for (let cpu = 0; cpu < cpus; cpu++) sum += memory.load(at + cpu * CACHE_LINE_BYTES)
    return sum
  }
  return async (slice) => {
    const before = counted()
    memory.store(runs, 1)
    finish(td, lot.unpark(runs, cpus))
    while (!slice.done((counted() - before) | 0)) {
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    memory.store(runs, 0)
    return (counted() - before) | 0
  }
}

/** A worker posts in bursts to another one, which counts and says so every 32 messages. */
export async function ports({ port }, { index }) {
  port.ref?.()
  const next = () => new Promise((resolve) => port.once('message', resolve))
  return async (slice) => {
    let n = 0
    for (let isLast = false; !isLast; ) {
      if (index === 1) {
        for (let i = 0; i < 32 && !isLast; i++, n++) isLast = (await next()).isLast
        port.postMessage({ n })
        continue
      }
      isLast = slice.done(n)
      for (let i = 0; i < 32; i++, n++) port.postMessage({ n, isLast: isLast && i === 31 })
      await next()
    }
    return index === 0 ? n : undefined
  }
}

function channel() {
  const { port1, port2 } = new MessageChannel()
  return [port1, port2].map((port) => ({
    module: import.meta.url,
    run: 'ports',
    args: { port },
    transfer: [port],
  }))
}

const live = (args) => ({ threads: [{ module: import.meta.url, run: 'ours', args }] })

await bench(import.meta.url, {
  name: 'bring a packet to its handler',
  what: 'packet',
  baseline: 'MessagePort, another thread, by 32',
  variants: {
    'MessagePort, another thread, by 32': { threads: channel },
    'the handler alone': handlerAlone(),
    'direct dispatch': alone('direct'),
    'hybrid dispatch, nothing waits': alone('hybrid'),
    'deferred, same CPU, one at a time': live({ cpus: 1, burst: 1 }),
    'deferred, same CPU, by 32': live({ cpus: 1, burst: 32 }),
    'deferred, another CPU, by 32': live({ burst: 32, shift: 1 }),
    'direct on a CPU, by 32': live({ cpus: 1, burst: 32, dispatch: 'direct' }),
    'direct, two senders': live({ burst: 32, dispatch: 'direct', senders: 2 }),
    'deferred, two senders, same CPU': live({ burst: 32, senders: 2 }),
    'deferred, two senders, another CPU': live({ burst: 32, senders: 2, shift: 1 }),
  },
})
