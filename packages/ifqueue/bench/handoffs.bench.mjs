import { isMainThread } from 'node:worker_threads'
import { Fifo, handoffTable } from '@smpnet/ifqueue/interface'
import { simulate } from '@smpnet/machine/sim'
import { allowBothMemories, Arena, layout, LiveMemory, SETTLE, word } from '@smpnet/memory'
import { block } from '@smpnet/park'
import { Scheduler } from '@smpnet/scheduler'
import { enterDomain, SyncDomain } from '@smpnet/sync'
import { lockTable } from '@smpnet/sync/kinds'
import { bench, textTable } from '@smpnet/testing'

/**
 * What a hand-off costs, without a device: its descriptors take every packet and are free again at
 * once. First counts of a packet as the simulated machine makes them, of one sender and of two;
 * then packets per second, live, of one thread and of two.
 */
const LOCK = lockTable.find(({ name }) => name === 'mutex')
const SHAPE = { limit: 64, bulk: 32, queues: 1 }
const THREADS = 2
const PACKET = layout('packet', { next: word('o', 'packet') })
/** Packets of each sender, one after the other: more than queues hold. */
const EACH = 256
/** Packets of each sender of which counts are made. */
const PACKETS = 2_000

const isForOne = ({ name }) => !name.startsWith('multi-')
const entries = handoffTable.filter(isForOne)
const entryOf = (name) => entries.find((entry) => entry.name === name)
const partsOf = (cpus) => ({ lockBytes: LOCK.bytes(cpus), disciplineBytes: Fifo.bytes })

/** A device that takes all, as fast as it is told. */
const port = { room: () => 32, post() {}, flush() {}, reclaim: () => 0 }

function open(memory, { name, at }, cpus, pairs = { count: 0 }) {
  const packets = {
    nextPacket: (packet) => memory.read(packet + PACKET.offset.next),
    setNextPacket: (packet, next) => memory.write(packet + PACKET.offset.next, next),
    bytes: () => 60,
    flow: () => 0,
  }
  const lock = (place) => countingLock(LOCK.over({ memory, at: place, cpus }), pairs)
  const site = { memory, at, shape: SHAPE, packets, ports: [port], lock }
  return entryOf(name).over(site, partsOf(cpus))
}

function countingLock({ lock, write }, pairs) {
  const entered = (is) => {
    if (is) pairs.count++
    return is
  }
  return {
    tryEnter: (td) => entered(write.tryEnter(td)),
    *enter(td) {
      yield* write.enter(td)
      pairs.count++
    },
    tryExit: (td) => write.tryExit(td),
    exit: (td) => write.exit(td),
    recover: (td) => lock.recover?.(td),
  }
}

/** One packet after the other, by `sends` at each CPU, on the simulated machine. */
function counted(name, cpus) {
  const pairs = { count: 0 }
  let sent = 0
  const result = simulate({
    profile: 'xeon-e5-2650',
    cpus,
    seed: 1,
    memoryBytes: 1 << 20,
    setup: ({ arena }) => ({
      at: arena.place('hand-off', entryOf(name).bytes(SHAPE, partsOf(cpus))),
      packets: arena.place('packets', cpus * EACH * 64),
    }),
    boot(cpu, { at, packets }) {
      const scheduler = new Scheduler(cpu)
      const handoff = open(cpu.memory, { name, at }, cpus, pairs)
      const body = function* (td) {
        for (let n = 0; n < PACKETS; n++) {
          while (!cpu.memory.settled()) yield SETTLE
          yield* handoff.send(td, packets + (cpu.id * EACH + (n % EACH)) * 64)
          sent++
        }
      }
      scheduler.spawn(body, { pinned: true })
      return scheduler
    },
  })
  const moves = Object.values(result.lines.transfers).reduce((sum, count) => sum + count, 0)
  return [result.lines.atomics, pairs.count, moves].map((count) => (count / sent).toFixed(2))
}

/** A thread that sends, and says how many packets were taken. */
export function sends({ name, at, packets, domain }, { index }) {
  const sync = enterDomain(domain)
  const td = sync.here
  const handoff = open(sync.memory, { name, at }, THREADS)
  const own = packets + index * EACH * 64
  return (slice) => {
    let n = 0
    for (; !slice.done(n); n++) block(td, handoff.send(td, own + (n % EACH) * 64))
    return n
  }
}

function team(name, count) {
  return {
    threads() {
      const memory = LiveMemory.create(1 << 20)
      const arena = Arena.create(memory)
      const lot = { threads: 8, waiters: 32, buckets: 4 }
      const bytes = Math.ceil(SyncDomain.bytes(lot) / 64) * 64
      const where = { buffer: memory.buffer, at: arena.place('parking lot', bytes), bytes }
      const at = arena.place('hand-off', entryOf(name).bytes(SHAPE, partsOf(THREADS)))
      const packets = arena.place('packets', THREADS * EACH * 64)
      const args = { name, at, packets, domain: SyncDomain.create({ ...lot, ...where }).handle }
      return Array.from({ length: count }, () => ({
        module: import.meta.url,
        run: 'sends',
        args,
      }))
    },
  }
}

const COUNTS = ['atomics', 'lock pairs', 'line moves']

function printCounts() {
  const head = ['hand-off', ...COUNTS, ...COUNTS.map((what) => `2 CPUs: ${what}`)]
  const rows = entries.map(({ name }) => [name, ...counted(name, 1), ...counted(name, 2)])
  console.log('counts of a packet on a xeon-e5-2650, seed 1, with nothing between packets\n')
  console.log(`${textTable(head, rows)}\n`)
}

if (isMainThread) {
  // Nothing is measured in this thread.
  allowBothMemories()
  if (!process.argv.includes('--json')) printCounts()
}

const live = entries.flatMap(({ name }) => [
  [name, team(name, 1)],
  [`${name}, 2 threads`, team(name, 2)],
])

await bench(import.meta.url, {
  name: 'a packet handed off, live',
  measure: 'rate',
  what: 'packet',
  baseline: 'historical',
  variants: Object.fromEntries(live),
})
