import { type Address, type Memory, NIL, SETTLE } from '@smpnet/memory'
import type { Mbufs } from '@smpnet/mbuf'
import type { Waiter, Waiting } from '@smpnet/park'
import {
  type DatagramProtocol,
  type DatagramSockets,
  DELIVERED_TO_WAITER,
  type Endpoint,
  ERRNO,
  FULL,
  GONE,
  WAIT,
  WOULD_BLOCK,
} from '../../src/index.ts'

/** Words of a control block: its own name, its peer's, and the socket. */
const [ADDRESS, PORT, PEER_ADDRESS, PEER_PORT, SOCKET] = [0, 4, 8, 12, 16]
const PCB_BYTES = 64

/** Where the control blocks are; the pcb of a socket is known by where it stands in the table. */
export interface LoopTable {
  readonly at: Address
  readonly blocks: number
}

/** As little of a protocol as can be: a datagram goes to the socket of its address, at once. */
export class LoopProtocol implements DatagramProtocol {
  readonly name = 'loop'
  readonly mostBytes = 8000
  /** What `trySend` does next, if not what it can. */
  refusesTries = false

  constructor(
    readonly memory: Memory,
    readonly mbufs: Mbufs,
    readonly sockets: Lower,
    readonly table: LoopTable,
  ) {}

  static bytes(blocks: number): number {
    return blocks * PCB_BYTES
  }

  *attach(_td: Waiter, socket: Address): Waiting<number> {
    for (const pcb of this.#blocks()) {
      while (!this.memory.settled()) yield SETTLE
      if (this.memory.compareExchange(pcb + SOCKET, NIL, socket) !== NIL) continue
      for (const field of [ADDRESS, PORT, PEER_ADDRESS, PEER_PORT]) {
        while (!this.memory.settled()) yield SETTLE
        this.memory.store(pcb + field, 0)
      }
      while (!this.memory.settled()) yield SETTLE
      this.sockets.setPcb(socket, pcb)
      return 0
    }
    return ERRNO.ENOBUFS
  }

  *bind(_td: Waiter, socket: Address, address: number, port: number): Waiting<number> {
    if (this.#find(address, port) !== NIL) return ERRNO.EADDRINUSE
    const pcb = this.sockets.pcb(socket)
    this.memory.store(pcb + ADDRESS, address)
    this.memory.store(pcb + PORT, port)
    yield* []
    return 0
  }

  *connect(_td: Waiter, socket: Address, address: number, port: number): Waiting<number> {
    const pcb = this.sockets.pcb(socket)
    if (port === 0) return ERRNO.EADDRNOTAVAIL
    this.memory.store(pcb + PEER_ADDRESS, address)
    this.memory.store(pcb + PEER_PORT, port)
    yield* []
    return 0
  }

  *disconnect(_td: Waiter, socket: Address): Waiting<number> {
    this.memory.store(this.sockets.pcb(socket) + PEER_PORT, 0)
    yield* []
    return 0
  }

  trySend(td: Waiter, socket: Address, packet: Address, address: number, port: number): number {
    if (this.refusesTries) return WOULD_BLOCK
    const { memory, sockets } = this
    const from = sockets.pcb(socket)
    const to = this.#target(from, address, port)
    if (to === NIL) return this.#drop(td, packet)
    const [own, ownPort] = [memory.load(from + ADDRESS), memory.load(from + PORT)]
    const result = sockets.tryDeliver(td, to, packet, own, ownPort)
    if (result === WAIT) return WOULD_BLOCK
    if (result === FULL || result === GONE) return this.#drop(td, packet)
    if (result === DELIVERED_TO_WAITER && !sockets.tryWake(td, to)) throw new Error('unwoken')
    return 0
  }

  *send(
    td: Waiter,
    socket: Address,
    packet: Address,
    address: number,
    port: number,
  ): Waiting<number> {
    const { memory, sockets } = this
    const from = sockets.pcb(socket)
    while (!memory.settled()) yield SETTLE
    const to = this.#target(from, address, port)
    while (!memory.settled()) yield SETTLE
    const [own, ownPort] = [memory.load(from + ADDRESS), memory.load(from + PORT)]
    const result = to === NIL ? GONE : yield* sockets.deliver(td, to, packet, own, ownPort)
    if (result === DELIVERED_TO_WAITER) yield* sockets.wake(td, to)
    if (result === FULL || result === GONE) yield* this.mbufs.free(td, packet)
    return 0
  }

  *detach(_td: Waiter, socket: Address): Waiting {
    while (!this.memory.settled()) yield SETTLE
    const pcb = this.sockets.pcb(socket)
    for (const field of [PORT, PEER_PORT, SOCKET]) {
      while (!this.memory.settled()) yield SETTLE
      this.memory.store(pcb + field, NIL)
    }
  }

  localName(socket: Address): Endpoint {
    const pcb = this.sockets.pcb(socket)
    return { address: this.memory.load(pcb + ADDRESS), port: this.memory.load(pcb + PORT) }
  }

  peerName(socket: Address): Endpoint | undefined {
    const pcb = this.sockets.pcb(socket)
    const port = this.memory.load(pcb + PEER_PORT)
    return port === 0 ? undefined : { address: this.memory.load(pcb + PEER_ADDRESS), port }
  }

  #target(from: Address, address: number, port: number): Address {
    const { memory } = this
    if (address !== 0 || port !== 0) return this.#find(address, port)
    return this.#find(memory.load(from + PEER_ADDRESS), memory.load(from + PEER_PORT))
  }

  #find(address: number, port: number): Address {
    const { memory, table } = this
    for (let i = 0, pcb = table.at; i < table.blocks; i++, pcb += PCB_BYTES) {
      const isIt = memory.load(pcb + PORT) === port && memory.load(pcb + ADDRESS) === address
      if (isIt && memory.load(pcb + SOCKET) !== NIL) return memory.load(pcb + SOCKET)
    }
    return NIL
  }

  /** Nobody has the address, or has room: a datagram is lost, which its sender is not told. */
  #drop(td: Waiter, packet: Address): number {
    if (this.mbufs.tryFree(td, packet) !== NIL) throw new Error('unfreed')
    return 0
  }

  #blocks(): Address[] {
    return Array.from({ length: this.table.blocks }, (_, i) => this.table.at + i * PCB_BYTES)
  }
}

type Lower = Pick<
  DatagramSockets,
  'pcb' | 'setPcb' | 'tryDeliver' | 'deliver' | 'tryWake' | 'wake'
>
