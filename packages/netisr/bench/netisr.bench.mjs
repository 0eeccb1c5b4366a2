import { MessageChannel } from 'node:worker_threads'
import { startLive } from '@smpnet/machine/live'
import { Arena, CACHE_LINE_BYTES, LiveMemory } from '@smpnet/memory'
import { DROPPED, Netisr, WAIT } from '@smpnet/netisr'
import { Lot, NotifyWaker, SPIN, YIELD } from '@smpnet/park'
import { Scheduler } from '@smpnet/scheduler'
import { bench } from '@smpnet/testing'

/**
 * What it costs to bring one packet to its handler, which only counts it: in the sender's own
 * thread, to a worker of the same CPU, and to one of another. Beside it a MessagePort between two
 * workers, of which one posts and the other's event loop counts.
 */
const PACKETS = 512
const PROTOCOL = 1

/** Packets are lines: a link each. */
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

/** Counts what it takes, in a word that other threads read. */
class Counts {
  constructor(memory, at) {
    this.memory = memory
    this.at = at
  }

  tryInput() {
    this.memory.store(this.at, this.memory.read(this.at) + 1)
    return true
  }

  *input() {}
}

function place(arena, shape) {
  const handle = Netisr.place(arena, { threads: 'all', ...shape })
  const count = arena.place('count', CACHE_LINE_BYTES)
  return { handle, count, packets: arena.place('packets', PACKETS * CACHE_LINE_BYTES) }
}

function open(memory, { handle, count }) {
  const netisr = new Netisr(memory, handle, new Links(memory))
  const cpu = () => handle.cpus - 1
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
  return () => counts.tryInput()
}

/** What each CPU of our machine runs: the first one sends, the last one's worker handles. */
export default function boot(cpu, world) {
  const scheduler = new Scheduler(cpu)
  const netisr = open(cpu.memory, world)
  netisr.start(scheduler)
  if (cpu.id === 0) scheduler.spawn((td) => sends(td, netisr, world))
  return scheduler
}

/** Sends bursts, and lets others run between them; packets are used again in turn. */
function* sends(td, netisr, { packets, burst, count }) {
  const { memory } = netisr
  for (let sent = 0; ; ) {
    for (let i = 0; i < burst; i++) {
      const packet = packets + (sent % PACKETS) * CACHE_LINE_BYTES
      let outcome = netisr.tryQueue(td, PROTOCOL, 0, packet)
      if (outcome === WAIT) outcome = yield* netisr.queue(td, PROTOCOL, 0, packet)
      if (outcome === DROPPED) throw new Error('a queue has room for all packets')
      sent++
    }
    yield YIELD
    // A packet is free again when all but half of them have been handled.
    while (((sent - memory.load(count)) | 0) > PACKETS / 2) yield SPIN
  }
}

/** Our machine runs for ever; a slice reads how far it has come, and waits for time to pass. */
export async function ours({ cpus, burst }) {
  let world
  const machine = await startLive({
    cpus,
    boot: new URL(import.meta.url),
    setup: ({ arena }) => (world = { ...place(arena, { cpus, bind: true }), burst }),
  })
  return counting(machine.here.memory, world.count)
}

function counting(memory, at) {
  return async (slice) => {
    const before = memory.load(at)
    while (!slice.done((memory.load(at) - before) | 0)) {
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    return (memory.load(at) - before) | 0
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
    'deferred, another CPU, by 32': live({ cpus: 2, burst: 32 }),
  },
})
