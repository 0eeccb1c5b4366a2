import { describe } from 'vitest'
import type { Machine, RunNet } from './net/account.ts'
import { callCases } from './net/calls.case.ts'
import { flowCases } from './net/flows.case.ts'
import { fuzzCases } from './net/fuzz.case.ts'

export interface Extent {
  /** Numbers of CPUs, in rising order. */
  readonly cpus: readonly number[]
  /** Of all combinations of a configuration's parts, each so-manyth is run. */
  readonly every: number
  /** Mutated packets, on so many CPUs. */
  readonly packets: number
  readonly packetCpus: number
}

/** What a network does alike on both machines. Each runs in an isolate, and a file, of its own. */
export function netCases(machine: Machine, extent: Extent, run: RunNet): void {
  const { cpus, every, packets, packetCpus } = extent
  describe('datagrams', () => {
    flowCases(machine, cpus, every, run)
  })
  describe('calls', () => {
    callCases(machine, cpus.at(-1)!, run)
  })
  describe('chance', () => {
    fuzzCases(machine(packetCpus), packets, run)
  })
}
