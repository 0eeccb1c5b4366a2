import { type Address, CACHE_LINE_BYTES } from '@smpnet/memory'
import type { Waiting } from '@smpnet/park'
import type { Thread } from '@smpnet/scheduler'
import type { Site } from '@smpnet/stack'
import type { KernelHost } from '../../model/kernel-program.ts'
import { NEIGHBOURS, ROUTES, type RouteSettings } from './route-settings.ts'
import { TableLock, tableLockBytes } from './table-lock.ts'

export interface PlacedTables {
  readonly routes: Address
  readonly neighbours: Address
  readonly routeLock: Address
  readonly neighbourLock: Address
}

export function tablesBytes({ routeLock, neighbourLock }: RouteSettings, cpus: number): number {
  const locks = tableLockBytes(routeLock, cpus) + tableLockBytes(neighbourLock, cpus)
  return ROUTES * 4 + NEIGHBOURS * CACHE_LINE_BYTES + locks + 1024
}

/** Places the tables of a router and their locks, and fills them in. */
export function placeTables(settings: RouteSettings, { arena, cpus }: Site): PlacedTables {
  const lock = (kind: string, name: string) => {
    const bytes = tableLockBytes(kind, cpus)
    return bytes === 0 ? 0 : arena.place(name, bytes)
  }
  const routes = arena.place('the routes', ROUTES * 4)
  const neighbours = arena.place('the neighbours', NEIGHBOURS * CACHE_LINE_BYTES)
  const { memory } = arena
  for (let route = 0; route < ROUTES; route++) memory.write(routes + route * 4, route % NEIGHBOURS)
  for (let neighbour = 0; neighbour < NEIGHBOURS; neighbour++) {
    memory.write(neighbours + neighbour * CACHE_LINE_BYTES, 1 + neighbour)
  }
  const routeLock = lock(settings.routeLock, 'the lock of the routes')
  const neighbourLock = lock(settings.neighbourLock, 'the lock of the neighbours')
  return { routes, neighbours, routeLock, neighbourLock }
}

/** Where packets go: the route of a destination, and the neighbour that it goes by. */
export class RouteTables {
  readonly #routeLock: TableLock
  readonly #neighbourLock: TableLock

  constructor(
    settings: RouteSettings,
    readonly placed: PlacedTables,
    readonly host: KernelHost,
  ) {
    const { routeLock, neighbourLock } = settings
    this.#routeLock = new TableLock(routeLock, placed.routeLock, host, 'route')
    this.#neighbourLock = new TableLock(neighbourLock, placed.neighbourLock, host, 'neighbour')
  }

  /** The address of the neighbour, as a number from 1. */
  *lookUp(td: Thread, destination: number): Waiting<number> {
    const { memory } = this.host.cpu
    const { routes, neighbours } = this.placed
    const route = routes + (destination % ROUTES) * 4
    const neighbour = yield* this.#routeLock.read(td, () => memory.load(route))
    const entry = neighbours + neighbour * CACHE_LINE_BYTES
    return yield* this.#neighbourLock.read(td, () => memory.load(entry))
  }
}
