import { handoffTable } from '@smpnet/ifqueue/interface'
import type { Needs, Site } from '@smpnet/stack'
import { randomOf } from '../../locks/random-of.ts'
import type { KernelHost, KernelProgram } from '../../model/kernel-program.ts'
import type { Configured, Metric, Workload } from '../../model/workload.ts'
import { parseCount, parseQuantity } from '../../options/quantities.ts'
import { HANDOFF_OPTION } from './handoff-option.ts'
import { CARD_NS, type InterfaceSettings, USUAL } from './interface-settings.ts'
import {
  handoffOf,
  interfaceBytes,
  type InterfaceShared,
  OpenInterface,
  placeInterface,
  queuesOf,
} from './open-interface.ts'
import { Sender, TALLY } from './sender.ts'

/** What sending through an interface can be told. */
export interface IfqueueOptions {
  /** Hand-offs to compare; all unless told. */
  readonly handoff?: readonly string[]
  /** Gigabits per second of the link. */
  readonly link?: number
  /** Ns of work for a packet besides its hand-off. */
  readonly sendWork?: number
  /** Packets that are taken from a queue at a time. */
  readonly bulk?: number
}

class IfqueueProgram implements KernelProgram<InterfaceSettings, InterfaceShared> {
  needs(settings: InterfaceSettings, cpus: number): Needs {
    const threads = cpus + queuesOf(settings, cpus) + 1
    return { bytes: interfaceBytes(settings, cpus), threads }
  }

  place(settings: InterfaceSettings, site: Site): InterfaceShared {
    return placeInterface(settings, site)
  }

  clients(_settings: InterfaceSettings, cpus: number): number {
    return cpus
  }

  start(settings: InterfaceSettings, shared: InterfaceShared, host: KernelHost): void {
    const { cpu, seed, client } = host
    const open = new OpenInterface(settings, shared, host)
    open.serve((td, queue) => open.handoff.complete(td, queue))
    const sender = new Sender(open, cpu.id, randomOf(seed, cpu.id))
    client(`sender ${cpu.id}`, (td, slice) => sender.run(td, slice), { pinned: true })
  }

  prices({ workNs }: InterfaceSettings): Record<string, number> {
    return { 'clock-read': 0, ...cardPrices(), 'send-packet': workNs }
  }
}

/** What a simulated machine bills for the card. */
export function cardPrices(): Record<string, number> {
  return { 'nic-doorbell': CARD_NS.doorbell, 'nic-status': CARD_NS.status }
}

/** A figure of each packet that was sent, of what was counted by the machine or by senders. */
function perPacket(name: string, unit: Metric['unit'], tally: string): Metric {
  const tallied = (tallies: Readonly<Record<string, number>>): number | undefined => {
    const sent = tallies[TALLY.sent]
    return sent ? (tallies[tally] ?? 0) / sent : undefined
  }
  return { name, unit, from: { tallied } }
}

/** Senders on all CPUs send packets through one interface, by a hand-off. */
export const ifqueue: Workload<IfqueueOptions, InterfaceSettings> = {
  name: 'ifqueue',
  machines: ['sim', 'live'],
  summary: 'a sender per CPU sends packets through one interface, by a hand-off',
  options: {
    handoff: HANDOFF_OPTION,
    link: {
      flags: '--link <gbit>',
      description: 'gigabits per second of the link (default: 100)',
      parse: (typed) => parseQuantity(typed, { name: '--link', least: 0.001, most: 1000 }, 'Gb/s'),
    },
    sendWork: {
      flags: '--send-work <ns>',
      description: 'ns per packet besides its hand-off, simulated (default: 800)',
      parse: (typed) => parseQuantity(typed, { name: '--send-work', least: 0, most: 1e6 }, 'ns'),
    },
    bulk: {
      flags: '--bulk <n>',
      description: 'packets that are taken from a queue at a time (default: 32)',
      parse: (typed) => parseCount(typed, { name: '--bulk', least: 1, most: 256 }),
    },
  },
  configure,
  metrics: [
    { name: 'rate', unit: '1/s', from: 'count' },
    { name: 'packet', unit: 'ns', from: 'latency' },
    perPacket('lock-pairs', 'each', TALLY.pairs),
    perPacket('lock-wait', 'ns', TALLY.waitNs),
    {
      name: 'atomics',
      unit: 'each',
      from: ({ atomics }, { [TALLY.sent]: sent }) => atomics && sent && atomics / sent,
    },
    {
      name: 'line-moves',
      unit: 'each',
      from: ({ lineMoves }, { [TALLY.sent]: sent }) => lineMoves && sent && lineMoves / sent,
    },
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
  kernel: new IfqueueProgram(),
}

function configure({
  handoff,
  link,
  sendWork,
  bulk,
}: IfqueueOptions): Configured<InterfaceSettings> {
  const names = handoff ?? handoffTable.map(({ name }) => name)
  for (const name of names) handoffOf(name)
  const told = {
    ...USUAL,
    ...(link !== undefined && { bitsPerSecond: link * 1e9 }),
    ...(sendWork !== undefined && { workNs: sendWork }),
    ...(bulk !== undefined && { bulk }),
  }
  const labels = { link: told.bitsPerSecond / 1e9, work: told.workNs, bulk: told.bulk }
  const configurations = [...new Set(names)].map((name) => {
    return { name, settings: { ...told, handoff: name }, labels }
  })
  return { detail: `${labels.link} Gb/s`, configurations }
}
