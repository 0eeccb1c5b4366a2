import type { Memory } from '@smpnet/memory'
import { type DispatchName, dispatchName, policyName } from '../terms/names.ts'
import type { ProtocolTable } from '../protocols/protocol-table.ts'
import { HAS_CPU, HAS_DRAINED, HAS_FLOW, NETISR } from '../shape/netisr-layout.ts'
import type { NetisrPlan } from '../shape/netisr-plan.ts'
import type { NetisrHandle } from '../shape/netisr-shape.ts'
import type { Workstream } from '../workstream/workstream.ts'
import type {
  NetisrStatistics,
  ProtocolStatistics,
  WorkStatistics,
  WorkstreamStatistics,
} from './statistics.ts'

/** Reads all that a netisr has counted, without its locks. */
export function statisticsOf(
  handle: NetisrHandle,
  memory: Memory,
  plan: NetisrPlan,
  table: ProtocolTable,
  streams: readonly Workstream[],
): Omit<NetisrStatistics, 'placement' | 'latencies'> {
  const protocols = protocolsIn(table, handle.protocols)
  const { cpus, guests, threads, maxLimit, bind } = handle
  const directOf = (cpu: number, protocol: number): number =>
    memory.read(plan.direct(cpu, protocol))
  const workstreams = streams.map((stream) => streamStatistics(stream, protocols, directOf))
  const others = Array.from({ length: cpus + guests - threads }, (_, i) => {
    return elsewhere(threads + i, protocols, directOf)
  })
  return {
    configuration: {
      threads,
      maxThreads: cpus,
      defaultLimit: memory.load(plan.at + NETISR.offset.limit),
      maxLimit,
      dispatch: dispatchName(table.defaultDispatch()) as DispatchName,
      bind,
    },
    protocols,
    workstreams,
    elsewhere: others.filter(({ works }) => works.some(({ dispatched }) => dispatched > 0)),
  }
}

type DirectOf = (cpu: number, protocol: number) => number

function protocolsIn(table: ProtocolTable, protocols: number): ProtocolStatistics[] {
  const numbers = Array.from({ length: protocols }, (_, number) => number)
  return numbers
    .filter((number) => table.isKnown(number))
    .map((number) => {
      const { name, policy, own, has, limit } = table.entry(number)
      return {
        number,
        name,
        limit,
        policy: policyName(policy),
        dispatch: dispatchName(own),
        hasFlow: (has & HAS_FLOW) !== 0,
        hasCpu: (has & HAS_CPU) !== 0,
        hasDrained: (has & HAS_DRAINED) !== 0,
      }
    })
}

function streamStatistics(
  stream: Workstream,
  protocols: readonly ProtocolStatistics[],
  directOf: DirectOf,
): WorkstreamStatistics {
  const works = protocols.map(({ number, name }) => {
    const queue = stream.queueOf(number)
    const dispatched = directOf(stream.id, number)
    return {
      protocol: number,
      name,
      length: queue.count('len'),
      watermark: queue.count('watermark'),
      dispatched,
      hybridDispatched: queue.count('hybridDispatched'),
      drops: queue.count('drops'),
      late: queue.count('late'),
      queued: queue.count('queued'),
      handled: queue.count('handled') + dispatched,
      failed: queue.count('failed'),
    }
  })
  return { id: stream.id, cpu: stream.id, state: stream.state(), works }
}

function elsewhere(
  cpu: number,
  protocols: readonly ProtocolStatistics[],
  directOf: DirectOf,
): WorkstreamStatistics {
  const works = protocols.map(({ number, name }): WorkStatistics => {
    const dispatched = directOf(cpu, number)
    return { protocol: number, name, ...NONE, dispatched, handled: dispatched }
  })
  return { id: -1, cpu, state: 'none', works }
}

/** Of a CPU that has no queue. */
const NONE = {
  length: 0,
  watermark: 0,
  hybridDispatched: 0,
  drops: 0,
  late: 0,
  queued: 0,
  failed: 0,
}
