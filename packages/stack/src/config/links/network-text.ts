import { NO_ADDRESS, parseAddress } from '@smpnet/inet'

/** A network, or an address within one. */
export interface Network {
  readonly address: number
  /** Bits of the network's part: 0 to 32. */
  readonly prefix: number
}

const DEFAULT = 'default'

/** `10.1.0.0/16`, or `default`; undefined for any other text. */
export function parseNetwork(text: string): Network | undefined {
  if (text === DEFAULT) return { address: 0, prefix: 0 }
  const [, host = '', bits = ''] = /^([0-9.]+)\/([0-9]{1,2})$/.exec(text) ?? []
  const [address, prefix] = [parseAddress(host), Number(bits)]
  return address === NO_ADDRESS || prefix > 32 ? undefined : { address, prefix }
}

/** A network without what its prefix leaves to hosts. */
export function networkOf({ address, prefix }: Network): number {
  return prefix === 0 ? 0 : address & (-1 << (32 - prefix))
}
