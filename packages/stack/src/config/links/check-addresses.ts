import { ADDRESS_KIND, kindOf, NO_ADDRESS, parseAddress } from '@smpnet/inet'
import {
  type Check,
  checkKeys,
  listOf,
  oneOf,
  otherwise,
  record,
  refuse,
} from '../checking/check.ts'
import { LOOPBACK_NAME } from './check-links.ts'
import { type InterfaceConfig, interfacesOf } from './interfaces-of.ts'
import type { AddressConfig, LinkConfig } from './link-config.ts'
import { networkOf, parseNetwork } from './network-text.ts'

type Addresses = Readonly<Record<string, AddressConfig>>
type Routes = Readonly<Record<string, string>>

const text: Check<string> = (came, path) => {
  return typeof came === 'string' ? came : refuse(path, 'an address as a text', came)
}

const texts: Check<readonly string[]> = (came, path) => {
  if (!Array.isArray(came)) return refuse(path, 'a list of addresses', came)
  return came.map((each, index) => text(each, `${path}.${index}`))
}

const ofLoopback = record<Omit<AddressConfig, 'destination'>>({
  inet: text,
  alias: otherwise([], texts),
})
const ofWire = record<AddressConfig>({
  inet: text,
  destination: text,
  alias: otherwise([], texts),
})

/**
 * The addresses of interfaces by name. Each interface has one at least, since nothing could be sent
 * by it without; that of `lo0` is 127.0.0.1/8 unless told.
 */
export function checkAddresses(
  came: unknown,
  path: string,
  links: Readonly<Record<string, LinkConfig>>,
): Addresses {
  const interfaces = interfacesOf(links)
  const names = interfaces.map(({ name }) => name)
  const given = came ?? {}
  if (typeof given !== 'object' || Array.isArray(given)) {
    return refuse(path, `an object with ${listOf(names, 'and')}`, came)
  }
  checkKeys(given, names, path)
  const all: Readonly<Record<string, unknown>> = {
    [LOOPBACK_NAME]: { inet: '127.0.0.1/8' },
    ...given,
  }
  const checked = interfaces.map((each) => {
    const at = `${path}.${each.name}`
    const entry = (each.kind === 'wire' ? ofWire : ofLoopback)(all[each.name], at)
    for (const [where, address] of textsOf(entry)) checkAddress(each, address, `${at}.${where}`)
    return [each.name, entry] as const
  })
  const addresses = Object.fromEntries(checked)
  checkOnce(addresses, path)
  for (const each of interfaces) checkDestination(each, addresses, path)
  return addresses
}

/** Networks and the interfaces that lead to them, besides those that addresses lead to. */
export function checkRoutes(came: unknown, path: string, addresses: Addresses): Routes {
  const given = came ?? {}
  if (typeof given !== 'object' || Array.isArray(given)) {
    return refuse(path, 'an object with the names of interfaces by network', came)
  }
  for (const [network, name] of Object.entries(given)) {
    const parsed = parseNetwork(network)
    if (parsed === undefined || networkOf(parsed) !== parsed.address) {
      refuse(path, 'networks such as 10.1.0.0/16, whose other bits are 0, or default', network)
    }
    oneOf(Object.keys(addresses))(name, `${path}.${network}`)
  }
  return given as Routes
}

/** Each text of an address with the key that it stands at. */
export function textsOf({ inet, alias }: Pick<AddressConfig, 'inet' | 'alias'>) {
  const further = alias.map((each, index) => [`alias.${index}`, each] as const)
  return [['inet', inet] as const, ...further]
}

/** The number of an address that has been checked. */
export function addressOf(text: string): number {
  return parseAddress(text.split('/')[0]!)
}

/** A loopback's has a prefix; what a wire has is of one host, and may leave it. */
function checkAddress({ kind }: InterfaceConfig, came: string, path: string): void {
  const isOfWire = kind === 'wire'
  const address = isOfWire ? parseAddress(came) : (parseNetwork(came)?.address ?? NO_ADDRESS)
  const example = isOfWire ? 'an address such as 10.0.0.1' : 'one with a prefix, as 127.0.0.1/8'
  if (address === NO_ADDRESS) refuse(path, example, came)
  const of = kindOf(address)
  if (of === ADDRESS_KIND.unicast || (of === ADDRESS_KIND.loopback && !isOfWire)) return
  const outside = isOfWire ? ', outside of 127.0.0.0/8' : ''
  refuse(path, `the address of one host${outside}`, came)
}

function checkOnce(addresses: Addresses, path: string): void {
  const seen = new Map<number, string>()
  for (const [name, entry] of Object.entries(addresses)) {
    for (const [where, came] of textsOf(entry)) {
      const other = seen.get(addressOf(came))
      const at = `${path}.${name}.${where}`
      if (other !== undefined) refuse(at, `an address other than that of ${other}`, came)
      seen.set(addressOf(came), at)
    }
  }
}

function checkDestination({ name, far }: InterfaceConfig, all: Addresses, path: string): void {
  if (far === undefined) return
  const { destination } = all[name]!
  const { inet } = all[far]!
  if (destination === inet) return
  refuse(`${path}.${name}.destination`, `${inet}, as ${far} has at the other end`, destination)
}
