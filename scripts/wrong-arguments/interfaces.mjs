import * as queues from '@smpnet/ifqueue/interface'
import { Arena, LiveMemory } from '@smpnet/memory'

const SLOTS = 4
const PACKETS = {
  nextPacket: () => 0,
  setNextPacket: () => {},
  bytes: () => 60,
  flow: () => 0,
  band: () => 0,
  queuedAtUs: () => 0,
  setQueuedAtUs: () => {},
  markCongested: () => false,
}
const DEVICE = { doorbell: () => {}, advance: () => {}, reset: () => {} }
const TRAFFIC = { next: () => undefined, write: () => {} }
const MODERATION = { frames: 2, delayNs: 1000 }
/** Of all disciplines together: each takes its own. */
const KNOBS = {
  targetUs: 5000,
  intervalUs: 100_000,
  mtu: 1514,
  flows: 8,
  quantum: 300,
  salt: 7,
  leastMean: 2,
  mostMean: 6,
  mostEarly: 0.1,
  weightShift: 9,
  packetUs: 12,
  bands: 3,
}
const SHAPE = { limit: 16, queues: 1, bulk: 4 }
const PARTS = { lockBytes: 64, disciplineBytes: queues.Fifo.bytes }

/** Right calls of all that makes a queue of an interface, a driver, or a card. */
export function ofInterfaces() {
  const { ringBytes, SoleConsumerRing, ManyConsumersRing } = queues
  return {
    'ifqueue/interface.ringBytes': () => ({ run: ringBytes, list: [SLOTS] }),
    ...making(queues.LinkClock, () => [1e9]),
    ...making(queues.Moderation, () => [MODERATION]),
    ...making(queues.SimNic, (site) => [
      { bitsPerSecond: 1e9, fetchNs: 800, moderation: MODERATION, queues: [queueAt(site)] },
    ]),
    ...making(queues.SimReceiver, (site) => [
      { storeNs: 800, moderation: MODERATION, queues: [queueAt(site)], traffic: TRAFFIC },
    ]),
    ...making(queues.LiveNic, (site) => [site.memory, [queueAt(site)], 1e9]),
    ...making(queues.LiveReceiver, (site) => [
      site.memory,
      { moderation: MODERATION, queues: [queueAt(site)], traffic: TRAFFIC },
    ]),
    ...making(queues.ReceiveRing, (site) => [{ ...site, slots: SLOTS, device: DEVICE, queue: 0 }]),
    ...making(queues.TransmitRing, (site) => [
      {
        ...site,
        slots: SLOTS,
        device: DEVICE,
        queue: 0,
        packets: PACKETS,
        free: () => {},
        timeoutTicks: 5,
      },
    ]),
    ...making(queues.InterruptThread, ({ memory, at }) => [memory, at]),
    ...making(queues.SoleConsumerRing, ({ memory, at }) => [memory, at, SLOTS]),
    ...making(queues.ManyConsumersRing, ({ memory, at }) => [memory, at, SLOTS]),
    'ifqueue/interface.SoleConsumerRing.bytes': () => ({
      run: (shape) => SoleConsumerRing.bytes(shape),
      list: [{ slots: SLOTS }],
    }),
    'ifqueue/interface.ManyConsumersRing.bytes': () => ({
      run: (shape) => ManyConsumersRing.bytes(shape),
      list: [{ slots: SLOTS }],
    }),
    ...Object.fromEntries(queues.disciplineTable.flatMap(ofDiscipline)),
    ...Object.fromEntries(queues.handoffTable.flatMap(ofHandoff)),
  }
}

function ofDiscipline(entry) {
  const name = `ifqueue/interface, ${entry.name}`
  return [
    [`${name}: bytes`, () => ({ run: entry.bytes, list: [KNOBS] })],
    [
      `${name}: over`,
      calling(entry.over, ({ memory, at }) => [
        {
          memory,
          at,
          packets: PACKETS,
          limit: 16,
          drop: () => {},
          chance: { next: () => 0.5 },
          knobs: KNOBS,
        },
      ]),
    ],
  ]
}

function ofHandoff(entry) {
  const name = `ifqueue/interface, ${entry.name}`
  const port = { room: () => 1, post: () => {}, flush: () => {}, reclaim: () => 0 }
  const lock = () => ({ enter: none, exit: none, tryEnter: () => true, tryExit: () => true })
  return [
    [`${name}: bytes`, () => ({ run: entry.bytes, list: [SHAPE, PARTS] })],
    [
      `${name}: over`,
      calling(entry.over, ({ memory, at }) => [
        { memory, at, shape: SHAPE, packets: PACKETS, ports: [port], lock },
        PARTS,
      ]),
    ],
  ]
}

function* none() {}

function making(Class, listOf) {
  const make = (...list) => new Class(...list)
  return { [`ifqueue/interface, ${Class.name}`]: calling(make, listOf) }
}

/** A call on memory of its own, which is not to change when the call is refused. */
function calling(run, listOf) {
  return () => {
    const memory = LiveMemory.create(1 << 16)
    const at = Arena.create(memory).place('it', 1 << 14)
    return { run, list: listOf({ memory, at }), buffer: memory.buffer }
  }
}

function queueAt({ at }) {
  return { ring: at, slots: SLOTS, cpu: 0, vector: 8 }
}
