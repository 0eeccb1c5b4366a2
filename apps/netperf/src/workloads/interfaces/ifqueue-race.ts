import { handoffTable } from '@smpnet/ifqueue/interface'
import { PricedMemory } from '@smpnet/memory'
import type { Needs, Site } from '@smpnet/stack'
import { randomOf } from '../../locks/random-of.ts'
import type { KernelHost, KernelProgram } from '../../model/kernel-program.ts'
import type { Configured, Workload } from '../../model/workload.ts'
import { parseProbability } from '../../options/quantities.ts'
import { HANDOFF_OPTION } from './handoff-option.ts'
import { BurstSender, RandomSender, STRANDED, STRANDED_FOR } from './bursts.ts'
import { cardPrices } from './ifqueue.ts'
import { type InterfaceSettings, PACKET_BYTES, USUAL } from './interface-settings.ts'
import {
  handoffOf,
  interfaceBytes,
  type InterfaceShared,
  OpenInterface,
  placeInterface,
} from './open-interface.ts'
import { TALLY } from './sender.ts'
import { StrandWatch } from './strand-watch.ts'

export interface IfqueueRaceOptions {
  readonly handoff?: readonly string[]
  /** The share of the link that senders together use, from 0 to 1. */
  readonly load?: number
}

interface RaceSettings extends InterfaceSettings {
  readonly load: number
}

/** rl(4): 100 Mb/s, four descriptors, and OACTIVE when all are used; IFQ_MAXLEN was 50. */
const RL = { ...USUAL, bitsPerSecond: 100e6, slots: 4, limit: 64, frames: 1, delayNs: 0 }
const LOAD = 0.8
/** Bytes of a frame on the wire beside the packet: preamble, check sequence, gap. */
const WIRE_BYTES = 24

class IfqueueRaceProgram implements KernelProgram<RaceSettings, InterfaceShared> {
  needs(settings: RaceSettings, cpus: number): Needs {
    return { bytes: interfaceBytes(settings, cpus), threads: cpus + 2 }
  }

  place(settings: RaceSettings, site: Site): InterfaceShared {
    return placeInterface(settings, site)
  }

  /** Live one sender alone: what it leaves nobody else finds. */
  clients(_settings: RaceSettings, cpus: number): number {
    return cpus
  }

  start(settings: RaceSettings, shared: InterfaceShared, host: KernelHost): void {
    const { cpu, seed, client } = host
    const open = new OpenInterface(settings, shared, host)
    const { memory } = cpu
    const random = randomOf(seed, cpu.id)
    if (!(memory instanceof PricedMemory)) {
      open.serve((td, queue) => open.handoff.complete(td, queue))
      const sender = new BurstSender(open, cpu.id, random)
      if (cpu.id === 0) client('sender', (td, slice) => sender.run(td, slice), { pinned: true })
      else client('nobody', idle, { pinned: true })
      return
    }
    const watch = StrandWatch.of(shared, () => open.open(memory.unbilled()))
    open.serve(function* (td, queue) {
      watch.enter(td.pcpu.instant?.() ?? 0)
      yield* open.handoff.complete(td, queue)
      watch.leave(td.pcpu.instant?.() ?? 0)
    })
    const gapNs = (cpu.cpus * (PACKET_BYTES + WIRE_BYTES) * 8e9) / settings.bitsPerSecond
    const sender = new RandomSender(open, cpu.id, gapNs / settings.load, random, watch)
    client(`sender ${cpu.id}`, (td, slice) => sender.run(td, slice), { pinned: true })
  }

  /** A rare event is counted to the end: no run is over when its rate has settled. */
  mostNs(): number {
    return 0
  }

  prices(): Record<string, number> {
    return { 'clock-read': 0, ...cardPrices() }
  }
}

// oxlint-disable-next-line require-yield
function* idle(): Generator<number, number, number> {
  return 0
}

/** Senders at random moments on a card with few descriptors: how often a packet is stranded. */
export const ifqueueRace: Workload<IfqueueRaceOptions, RaceSettings> = {
  name: 'ifqueue_race',
  machines: ['sim', 'live'],
  summary: 'packets at random moments on a card of four descriptors, and which are stranded',
  options: {
    handoff: HANDOFF_OPTION,
    load: {
      flags: '--load <p>',
      description: 'the share of the link that is used, simulated (default: 80%)',
      parse: (typed) => parseProbability(typed, '--load'),
    },
  },
  configure,
  metrics: [
    { name: 'rate', unit: '1/s', from: 'count' },
    {
      name: 'stranded',
      unit: 'each',
      from: {
        tallied: ({ [TALLY.sent]: sent = 0, [STRANDED]: stranded = 0 }) => {
          return sent === 0 ? undefined : (stranded / sent) * 1e6
        },
      },
    },
    { name: STRANDED_FOR, unit: 'ns', from: 'latency' },
    {
      name: 'dropped',
      unit: 'share',
      from: {
        tallied: ({ [TALLY.sent]: sent = 0, [TALLY.dropped]: dropped = 0 }) => {
          return sent + dropped === 0 ? undefined : dropped / (sent + dropped)
        },
      },
    },
  ],
  kernel: new IfqueueRaceProgram(),
}

function configure({ handoff, load = LOAD }: IfqueueRaceOptions): Configured<RaceSettings> {
  const names = handoff ?? handoffTable.map(({ name }) => name)
  for (const name of names) handoffOf(name)
  const configurations = [...new Set(names)].map((name) => {
    return { name, settings: { ...RL, load, handoff: name }, labels: { load } }
  })
  return { detail: `load ${load * 100} %`, configurations }
}
