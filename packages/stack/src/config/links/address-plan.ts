import { formatAddress } from '@smpnet/inet'
import { refuse } from '../checking/check.ts'
import { addressOf, textsOf } from './check-addresses.ts'
import { type InterfaceConfig, interfacesOf } from './interfaces-of.ts'
import type { AddressConfig, LinkConfig } from './link-config.ts'
import { networkOf, parseNetwork } from './network-text.ts'

/** Addresses, and routes, that a host can have. */
export const MOST_INTERFACES = 16

/** What a configuration says of a network's interfaces. */
export interface Interfacing {
  readonly links: Readonly<Record<string, LinkConfig>>
  readonly addresses: Readonly<Record<string, AddressConfig>>
  readonly routes: Readonly<Record<string, string>>
}

export interface PlannedAddress {
  readonly address: number
  readonly prefix: number
  /** The number of its interface. */
  readonly link: number
}

export interface PlannedRoute {
  readonly network: number
  readonly prefix: number
  readonly link: number
  /** The address that is sent from. */
  readonly source: number
}

/**
 * Addresses and routes as numbers. An address of a loopback leads to its network, the destination
 * of a wire's end by that end to the other one; routes that are written come after these.
 */
export function addressPlan({ links, addresses, routes }: Interfacing): {
  readonly addresses: readonly PlannedAddress[]
  readonly routes: readonly PlannedRoute[]
} {
  const interfaces = interfacesOf(links)
  const written = Object.entries(routes).map(([network, name]) => {
    const { address, prefix } = parseNetwork(network)!
    const { index } = interfaces.find((each) => each.name === name)!
    return { network: address, prefix, link: index, source: addressOf(addresses[name]!.inet) }
  })
  return {
    addresses: interfaces.flatMap((each) => addressesOf(each, addresses[each.name]!)),
    routes: [...interfaces.flatMap((each) => routesOf(each, addresses[each.name]!)), ...written],
  }
}

/** Refuses more addresses or routes than there can be, and two ways to one network. */
export function checkPlan(of: Interfacing): void {
  const { addresses, routes } = addressPlan(of)
  const most = `at most ${MOST_INTERFACES}`
  if (addresses.length > MOST_INTERFACES) refuse('addresses', most, addresses.length)
  if (routes.length > MOST_INTERFACES) {
    refuse('routes', `${most}, those of addresses among them`, routes.length)
  }
  const links = new Map<string, number>()
  const written = new Set(Object.keys(of.routes).map((text) => shown(parseNetwork(text)!)))
  for (const { network, prefix, link } of routes) {
    const way = shown({ address: network, prefix })
    if (links.has(way) && written.has(way)) {
      refuse('routes', 'networks that no address leads to already', way)
    }
    if (links.has(way)) refuse('addresses', 'networks of one interface each', way)
    links.set(way, link)
  }
}

function shown({ address, prefix }: { address: number; prefix: number }): string {
  return `${formatAddress(address)}/${prefix}`
}

function addressesOf({ index }: InterfaceConfig, entry: AddressConfig): PlannedAddress[] {
  return textsOf(entry).map(([, text]) => {
    const { prefix } = parseNetwork(text) ?? { prefix: 32 }
    return { address: addressOf(text), prefix, link: index }
  })
}

function routesOf({ index, kind }: InterfaceConfig, entry: AddressConfig): PlannedRoute[] {
  if (kind === 'wire') {
    const network = addressOf(entry.destination!)
    return [{ network, prefix: 32, link: index, source: addressOf(entry.inet) }]
  }
  const all = textsOf(entry).map(([, text]) => {
    const { address, prefix } = parseNetwork(text)!
    return { network: networkOf({ address, prefix }), prefix, link: index, source: address }
  })
  // Addresses of one network have one route.
  return all.filter(({ network, prefix }, at) => {
    return all.findIndex((one) => one.network === network && one.prefix === prefix) === at
  })
}
