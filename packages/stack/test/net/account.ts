import { expect } from 'vitest'
import type {
  LiveInput,
  NetStatistics,
  Program,
  SimInput,
  StackConfig,
  StackInput,
} from '../../src/index.ts'

/** A machine of so many CPUs. */
export type Machine = (cpus: number) => SimInput | LiveInput
/** What of a configuration is alike on both. */
export type Rest = Omit<StackInput, 'machine'>

/** Runs a program until it has reported for the last time; `module` is what live workers load. */
export type RunNet = <S, R extends Account>(
  config: StackConfig,
  program: Program<S>,
  module: string,
  settings: S,
) => Promise<R>

/** What a network has counted and has in use at the end. */
export interface Account {
  readonly isLast: true
  readonly statistics: NetStatistics
  readonly owners: readonly unknown[]
  readonly sockets: number
  readonly blocks: number
}

export interface FlowAccount extends Account {
  readonly sent: number
  readonly received: number
  readonly refused: number
}

export interface SceneAccount extends Account {
  readonly came: readonly unknown[]
}

/** Nothing has leaked. */
export const NOTHING_IN_USE = {
  owners: [],
  sockets: 0,
  blocks: 0,
  statistics: { mbufs: { mbufs: 0, clusters: { of2k: 0, of4k: 0, of9k: 0, of64k: 0 } } },
} as const

/** What was sent was received, or its drop counted, at each of the layers. */
export function expectBalance({ sent, received, refused, statistics }: FlowAccount): void {
  const { counters, netisr } = statistics
  const of = (name: string): number => counters[name] ?? 0
  const works = [...netisr.workstreams, ...netisr.elsewhere].flatMap(({ works: all }) => all)
  const sum = (name: 'drops' | 'handled' | 'queued' | 'length'): number => {
    return works.reduce((so, work) => so + work[name], 0)
  }
  expect(of('udps_opackets')).toBe(sent)
  expect(of('ips_localout')).toBe(sent)
  expect(sum('drops')).toBe(refused)
  expect(sum('length')).toBe(0)
  expect(sum('handled')).toBe(sent - refused)
  expect(of('ips_total')).toBe(sent - refused)
  expect(of('ips_delivered')).toBe(sent - refused)
  expect(of('udps_ipackets')).toBe(sent - refused)
  expect(received + of('udps_fullsock')).toBe(sent - refused)
}
