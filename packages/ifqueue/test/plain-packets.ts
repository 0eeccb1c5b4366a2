import { type Address, Arena, layout, LiveMemory, type Memory, word } from '@smpnet/memory'
import type { ManagedPackets } from '../src/interface.ts'

const PACKET = layout('packet of a test', {
  next: word('o'),
  bytes: word('o'),
  flow: word('o'),
  band: word('o'),
  queuedAtUs: word('o'),
  /** 0 not capable, 1 capable, 2 marked. */
  ecn: word('o'),
})
const { next, bytes, flow, band, queuedAtUs, ecn } = PACKET.offset

/** Packets of tests, and how they are told apart. */
export class PlainPackets implements ManagedPackets {
  constructor(
    readonly memory: Memory,
    readonly arena: Arena,
  ) {}

  make(of: { bytes?: number; flow?: number; band?: number; isCapable?: boolean } = {}): Address {
    const packet = this.arena.place('packet', PACKET.size)
    this.memory.write(packet + bytes, of.bytes ?? 1000)
    this.memory.write(packet + flow, of.flow ?? 0)
    this.memory.write(packet + band, of.band ?? 0)
    this.memory.write(packet + ecn, of.isCapable ? 1 : 0)
    return packet
  }

  nextPacket = (packet: Address): Address => this.memory.read(packet + next)
  setNextPacket = (packet: Address, to: Address): void => this.memory.write(packet + next, to)
  bytes = (packet: Address): number => this.memory.read(packet + bytes)
  flow = (packet: Address): number => this.memory.read(packet + flow)
  band = (packet: Address): number => this.memory.read(packet + band)
  queuedAtUs = (packet: Address): number => this.memory.read(packet + queuedAtUs)
  setQueuedAtUs = (packet: Address, us: number): void => {
    this.memory.write(packet + queuedAtUs, us)
  }

  markCongested(packet: Address): boolean {
    if (this.memory.read(packet + ecn) === 0) return false
    this.memory.write(packet + ecn, 2)
    return true
  }

  isMarked(packet: Address): boolean {
    return this.memory.read(packet + ecn) === 2
  }
}

export function plainWorld(bytesOfMemory = 1 << 20) {
  const memory = LiveMemory.create(bytesOfMemory)
  const arena = Arena.create(memory)
  return { memory, arena, packets: new PlainPackets(memory, arena) }
}

/** 32 bits of chance, the same for the same seed. */
export function chanceOf(seed: number) {
  let state = seed >>> 0
  return {
    next(): number {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      // The low bits of such a generator are no chance.
      return Math.imul(state ^ (state >>> 16), 0x9e3779b1) >>> 0
    },
  }
}
