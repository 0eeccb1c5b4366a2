import type { FlowTuple, PacketBytes } from './flow-tuple.ts'
import type { Toeplitz } from './toeplitz.ts'

/** A positive number of 31 bits: what a packet's word holds whether it is read signed or not. */
const POSITIVE = 0x7fffffff

/**
 * A hash as the number of a flow, which is never 0: that is a packet without a flow. All bits that
 * may choose a CPU stay as they are, the lowest above all, but in the one flow of which they are 0.
 */
export function flowNumber(hash: number): number {
  return hash & POSITIVE || 1
}

/**
 * The flow of a packet whose tuple was found in these bytes, a Memory's or an array's; 0 for one
 * without addresses.
 */
export function flowOfTuple(toeplitz: Toeplitz, bytes: PacketBytes, tuple: FlowTuple): number {
  const { addressBytes, addresses, ports } = tuple
  if (addressBytes === 0) return 0
  const hash = toeplitz.hashAt(bytes, addresses, addressBytes)
  return flowNumber(ports < 0 ? hash : hash ^ toeplitz.hashAt(bytes, ports, 4, addressBytes))
}
