import type { Address, Arena } from '@smpnet/memory'
import { Pool, type PoolHandle } from '@smpnet/memory'
import { COUNTER_NAMES, openBucket, PcbTable, type PcbTableHandle } from '@smpnet/inet'
import { type MbufHandle, type MbufShape, Mbufs } from '@smpnet/mbuf'
import { Netisr, type NetisrHandle } from '@smpnet/netisr'
import type { LotHandle } from '@smpnet/park'
import { DatagramSockets, type DatagramSocketsHandle } from '@smpnet/socket'
import { type LockEntry, lockTable } from '@smpnet/sync/kinds'
import { Counters, type CountersHandle } from '@smpnet/trace'
import type { StackConfig } from '../config/stack-config.ts'
import { addressPlan, MOST_INTERFACES } from '../config/links/address-plan.ts'
import { Interfaces } from './addresses/interfaces.ts'
import { type LinksHandle, linksBytes, placeLinks } from './links/made/links-handle.ts'
import { ERROR_LIMIT_BYTES } from './output/error-answers.ts'
import { UDP_BLOCK_BYTES } from './udp/udp-block.ts'

/** Where the parts of a network are in memory; it can be cloned. */
export interface NetHandle {
  /** CPUs, and threads outside: each has a number. */
  readonly places: number
  /** The lot of threads of which some may die: then readers write down that they are. */
  readonly lot?: LotHandle
  readonly mbufs: MbufHandle
  readonly netisr: NetisrHandle
  readonly sockets: DatagramSocketsHandle
  readonly counters: CountersHandle
  readonly blocks: PoolHandle
  readonly table: PcbTableHandle
  readonly interfaces: Address
  readonly addressLock: Address
  readonly pcbLock: Address
  readonly errorLimit: Address
  readonly links: LinksHandle
}

/** Names of those that have packets, for the accounts of mbufs. */
const OWNERS = ['socket', 'inet'] as const
/** FreeBSD's net.inet.icmp.icmplim. */
const ERROR_RATE = { perSecond: 200, burst: 200 }
const BYTES_PER_SOCKET = 1024
const BYTES_PER_BUCKET = 16
const SLACK_BYTES = 256 * 1024

/**
 * Places all that a network's CPUs share, for as many threads that send as have numbers; of those
 * that wait in `lot` some may die.
 */
export function placeNet(
  config: StackConfig,
  arena: Arena,
  places: number,
  lot?: LotHandle,
): NetHandle {
  const { machine, netisr, socket, locks } = config
  const pool = Mbufs.create(arena, mbufShape(config, places))
  const chains = 2 ** Math.ceil(Math.log2(Math.max(16, socket.sockets)))
  const handle: NetHandle = {
    places,
    ...(lot !== undefined && { lot }),
    mbufs: pool.handle,
    netisr: Netisr.place(arena, {
      cpus: machine.cpus,
      guests: places - machine.cpus,
      threads: netisr.threads,
      bind: netisr.bind,
      dispatch: netisr.dispatch,
      defaultLimit: netisr.limit,
      buckets: netisr.buckets,
      ...(netisr.maxWaitUs > 0 && { maxWaitUs: netisr.maxWaitUs }),
      mayStarve: netisr.mayStarve,
    }),
    sockets: DatagramSockets.place(arena, {
      sockets: socket.sockets,
      receiveBytes: socket.receiveBytes,
    }),
    counters: Counters.place(arena, places, COUNTER_NAMES),
    blocks: Pool.create(arena, {
      name: 'control blocks',
      items: socket.sockets,
      itemBytes: UDP_BLOCK_BYTES,
    }).handle,
    table: PcbTable.create(arena, { chains, seed: machine.seed }).handle,
    interfaces: arena.place('interfaces', Interfaces.bytes(MOST_INTERFACES)),
    addressLock: placeLock(arena, 'addresses', lockKind(locks.addressList), places, lot),
    pcbLock: placeLock(arena, 'control blocks', lockKind(locks.pcbHash), places, lot),
    errorLimit: arena.place('error limit', ERROR_LIMIT_BYTES),
    links: placeLinks(config, arena),
  }
  openBucket(arena.memory, handle.errorLimit, ERROR_RATE, 0)
  addInterfaces(arena, handle, config)
  return handle
}

/** Bytes that `placeNet` takes, at most. */
export function netBytes(config: StackConfig, places: number): number {
  const { machine, netisr, socket } = config
  const buffers = Mbufs.bytes(mbufShape(config, places))
  const tables = socket.sockets * BYTES_PER_SOCKET + SLACK_BYTES + machine.cpus * 8192
  const buckets = netisr.buckets * BYTES_PER_BUCKET
  return buffers + tables + buckets + linksBytes(config)
}

function mbufShape({ mbufs: { mbufs, ...clusters } }: StackConfig, places: number): MbufShape {
  return { name: 'mbufs', cpus: places, mbufs, clusters, owners: OWNERS }
}

/** A kind of lock by its name; the configuration has been checked. */
export function lockKind(name: string): LockEntry {
  return lockTable.find((kind) => kind.name === name)!
}

function placeLock(
  arena: Arena,
  what: string,
  kind: LockEntry,
  places: number,
  lot: LotHandle | undefined,
): Address {
  return arena.place(`lock of the ${what}`, kind.bytes(places, lot))
}

function addInterfaces(arena: Arena, { interfaces }: NetHandle, config: StackConfig): void {
  const list = new Interfaces(arena.memory, interfaces, MOST_INTERFACES)
  const { addresses, routes } = addressPlan(config)
  for (const address of addresses) list.addAddress(address)
  for (const route of routes) list.addRoute(route)
}
