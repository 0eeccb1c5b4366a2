import type { Cpu } from '@smpnet/machine'
import { type Address, type Memory, NIL, Pool } from '@smpnet/memory'
import { ENDPOINT_OFFSET, PcbTable, type Random } from '@smpnet/inet'
import { Mbufs } from '@smpnet/mbuf'
import { Netisr, type NetisrStatistics, PROTOCOL_NUMBER } from '@smpnet/netisr'
import type { Lot, Waiter, Waiting } from '@smpnet/park'
import type { Scheduler, Thread } from '@smpnet/scheduler'
import { DatagramSockets, type SocketLock } from '@smpnet/socket'
import { Mutex } from '@smpnet/sync'
import { Counters } from '@smpnet/trace'
import type { StackConfig } from '../config/stack-config.ts'
import type { LockMaker } from '../locks/lock-maker.ts'
import { IcmpInput } from './input/icmp-input.ts'
import { MOST_INTERFACES } from '../config/links/address-plan.ts'
import { Interfaces } from './addresses/interfaces.ts'
import { IpInput } from './input/ip-input.ts'
import { ErrorAnswers } from './output/error-answers.ts'
import { IpOutput } from './output/ip-output.ts'
import { Links } from './links/made/links.ts'
import type { WireStatistics } from './links/wire/wire.ts'
import { MadeLocks } from './locks/made-locks.ts'
import { isNamedWithin, ReadMostly } from './locks/read-mostly.ts'
import { flowOf } from './flow-of.ts'
import { lockKind, type NetHandle } from './net-handle.ts'
import { type NetParts, NetTools } from './tools/net-tools.ts'
import { socketOf, UDP_BLOCK_LOCK } from './udp/udp-block.ts'
import { UdpInput } from './udp/udp-input.ts'
import { UdpOutput } from './udp/udp-output.ts'
import { UdpProtocol } from './udp/udp-protocol.ts'

/**
 * The network of one isolate, wired as the configuration says: a packet goes
 *
 *     socket ─> UDP ─> IP ─> link ─> netisr ─> IP ─> UDP ─> socket
 *
 * Each CPU that boots in the isolate attaches itself: then its threads can use sockets, and it has
 * a netisr worker. All CPUs of a simulated machine share an isolate.
 */
export class Net {
  readonly mbufs: Mbufs
  readonly netisr: Netisr
  readonly sockets: DatagramSockets
  readonly counters: Counters
  readonly links: Links
  readonly #addressLock: ReadMostly
  readonly #pcbLock: ReadMostly
  readonly #blocks: Pool
  readonly #blockLocks: MadeLocks
  #errors!: ErrorAnswers
  /** Those that this isolate has, by their numbers. */
  readonly #cpus: Cpu[] = []

  constructor(
    readonly memory: Memory,
    readonly handle: NetHandle,
    config: StackConfig,
    locks: LockMaker,
    random: Random,
  ) {
    const { addressList, pcbHash, pcbHashHeld } = config.locks
    const { backoff } = locks
    const { places, lot } = handle
    this.mbufs = Mbufs.open(memory, handle.mbufs)
    this.netisr = new Netisr(memory, handle.netisr, this.mbufs, { nowUs: this.#nowUs })
    this.counters = new Counters(memory, handle.counters)
    const pcbs = new PcbTable(memory, handle.table)
    this.#addressLock = new ReadMostly(
      lockKind(addressList),
      memory,
      handle.addressLock,
      places,
      'in_ifaddr',
      // It is written before any CPU boots.
      () => {},
      lot,
    )
    this.#pcbLock = new ReadMostly(
      lockKind(pcbHash),
      memory,
      handle.pcbLock,
      places,
      'udbinfo',
      (td) => pcbs.relink(this.#boundBlocks(td)),
      lot,
    )
    this.#blocks = Pool.open(memory, handle.blocks)
    this.#blockLocks = new MadeLocks(memory, locks, 'udp', handle.blocks, UDP_BLOCK_LOCK)
    const ofSocket = { name: 'so', type: 'sleep mutex', place: 'so' } as const
    this.sockets = new DatagramSockets({ memory }, handle.sockets, this.mbufs, {
      locking: config.socket.locking,
      lock: (at) => locks.make(new Mutex(memory, at, { backoff }), ofSocket) as SocketLock,
      owner: this.mbufs.ownerNumber('socket'),
    })
    // A sender that has the table's lock cannot go on to where that is taken again.
    const dispatches = config.actions === 'after-unlock' && pcbHashHeld === 'lookup'
    const { links } = config
    this.links = new Links(memory, handle.links, this.mbufs, this.netisr, { links, dispatches })
    const tools = new NetTools({
      memory,
      mbufs: this.mbufs,
      sockets: this.sockets,
      counters: this.counters,
      interfaces: new Interfaces(memory, handle.interfaces, MOST_INTERFACES),
      pcbs,
      addressLock: this.#addressLock,
      pcbLock: this.#pcbLock,
      blockLocks: this.#blockLocks,
      links: this.links.interfaces,
      actions: config.actions,
      handsOff: config.scheduler.wakeup === 'handoff',
      holdsTable: pcbHashHeld === 'output',
    } satisfies NetParts)
    this.#wire(tools, random, config)
  }

  /** Takes a CPU of this isolate in, when it boots. */
  attach(cpu: Cpu, scheduler: Scheduler, locks: LockMaker): void {
    this.#cpus[cpu.id] = cpu
    this.#addressLock.attach(cpu, locks)
    this.#pcbLock.attach(cpu, locks)
    this.netisr.start(scheduler)
    this.links.drive(cpu)
  }

  /** Lets a thread outside the kernel use it, by its number: see `attachGuest`. */
  admit(place: number, locks: LockMaker): void {
    this.#addressLock.admit(place, locks)
    this.#pcbLock.admit(place, locks)
  }

  /**
   * Lets go the spin locks that the thread outside of that number held, which has died and is
   * buried in `lot`, with what they protect whole: before all else, since CPUs may spin for them.
   */
  *letGo(lot: Lot, number: number): Waiting {
    this.#errors.bury(number)
    yield* this.netisr.bury(lot, number)
    yield* this.mbufs.bury(number)
    yield* this.sockets.bury(number)
    yield* this.#blocks.bury(number, (pcb) => this.#isAttached(pcb))
  }

  /**
   * Ends what else it had begun, when the threads are woken that it was to wake: locks that it held
   * are free, and what they protect is whole; the sockets that it had made are closed; and threads
   * hear of what it had brought. Packets that it had in its hands are lost. By a thread that was
   * admitted.
   */
  *bury(td: Waiter, lot: Lot, number: number): Waiting {
    const thread = td as Thread
    yield* this.#addressLock.bury(thread, lot, number)
    yield* this.#pcbLock.bury(thread, lot, number)
    yield* this.#blockLocks.recover(thread, this.#blocks.items())
    yield* this.sockets.buryAll(td, number)
    yield* this.#blocks.bury(number, (pcb) => this.#isAttached(pcb))
  }

  /** Whether a lock here names a waiter: of one that is buried none does. */
  names(entry: Address): boolean {
    const { memory } = this
    const isNamed = (at: Address, bytes: number) => isNamedWithin(memory, at, bytes, entry)
    if (this.#addressLock.names(entry) || this.#pcbLock.names(entry)) return true
    for (const pcb of this.#blocks.items()) {
      if (isNamed(pcb + UDP_BLOCK_LOCK, Mutex.bytes)) return true
    }
    return this.sockets.someLock(isNamed)
  }

  /** What was counted up to now. */
  statistics(): NetStatistics {
    const { counters, mbufs, netisr, links } = this
    return {
      wires: links.wires.flatMap((wire) => wire.statistics()),
      netisr: netisr.statistics(),
      counters: counters.totals(),
      mbufs: mbufs.statistics(),
    }
  }

  /** Whether a socket has that block. */
  #isAttached(pcb: Address): boolean {
    for (const socket of this.sockets.inPlace()) {
      if (this.sockets.pcb(socket) === pcb) return true
    }
    return false
  }

  /**
   * The blocks that belong in the table: not one whose ends the dead was just changing, which had
   * the lock of the block, and had made it; to others' it only brings what came for them.
   */
  *#boundBlocks(td: Waiter): Generator<Address, void> {
    const { memory } = this
    for (const pcb of this.#blocks.items()) {
      if (this.#blocks.useOf(pcb) === 0 || socketOf(memory, pcb) === NIL) continue
      if (memory.read(pcb + ENDPOINT_OFFSET.localPort) === 0) continue
      const holder = new Mutex(memory, pcb + UDP_BLOCK_LOCK).owner()
      const isChanging = holder !== NIL && td.lot.isDead(holder)
      if (!isChanging || !this.#hasMade(td.lot.threadOf(holder), pcb)) yield pcb
    }
  }

  #hasMade(thread: number, pcb: Address): boolean {
    for (const [taken] of this.#blocks.takenBy(thread)) if (taken === pcb) return true
    return false
  }

  /** By the clock of a CPU, which wraps. */
  readonly #nowUs = (cpu: number): number => Math.floor(this.#cpus[cpu]!.now() / 1e3) | 0

  /** A packet keeps the number of its flow, by which its receiver steers: m2flow of netisr.c. */
  readonly #noteFlow = (packet: Address): number => {
    const flow = flowOf(this.mbufs, packet)
    this.mbufs.setFlow(packet, flow)
    return flow
  }

  /** A thread outside the kernel is on no CPU of it. */
  readonly #steer = (td: Waiter, flow: number): void => {
    if (td.cpu < this.handle.netisr.cpus) this.netisr.steerFlow(flow, td.cpu)
  }

  #wire(tools: NetTools, random: Random, { netisr }: StackConfig): void {
    const output = new IpOutput(tools)
    const errors = new ErrorAnswers(tools, output, this.handle.errorLimit)
    this.#errors = errors
    const udpInput = new UdpInput(tools, errors)
    const icmp = new IcmpInput(tools, output, udpInput)
    const handler = new IpInput(tools, udpInput, icmp, errors)
    const udpOutput = new UdpOutput(tools, output)
    const steer = netisr.steering ? this.#steer : undefined
    this.sockets.use(new UdpProtocol(tools, this.#blocks, output, udpOutput, random, steer))
    const { cpus } = this.handle.netisr
    this.netisr.register({
      number: PROTOCOL_NUMBER.ip,
      name: 'ip',
      policy: netisr.policy,
      handler,
      flow: netisr.steering ? this.#noteFlow : (packet) => flowOf(this.mbufs, packet),
      ...(netisr.policy === 'cpu' && { cpu: (packet) => flowOf(this.mbufs, packet) % cpus }),
    })
  }
}

/** What a network has counted; it can be cloned. */
export interface NetStatistics {
  readonly netisr: NetisrStatistics
  /** By the interfaces where packets go out. */
  readonly wires: readonly WireStatistics[]
  /** By FreeBSD's names: `udps_ipackets`. */
  readonly counters: Readonly<Record<string, number>>
  readonly mbufs: ReturnType<Mbufs['statistics']>
}
