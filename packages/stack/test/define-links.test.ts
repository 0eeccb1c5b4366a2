import { describe, expect, it } from 'vitest'
import {
  capture,
  capturing,
  defineStack,
  layOver,
  live,
  loopback,
  sim,
  type StackInput,
  StackMisconfigured,
  wire,
} from '../src/index.ts'

const machine = sim({ cpus: 2 })
const links = { wire0: wire() }
const addresses = {
  wire0a: { inet: '10.0.0.1', destination: '10.0.0.2' },
  wire0b: { inet: '10.0.0.2', destination: '10.0.0.1' },
}

/** What somebody without a compiler may write, and the sentence that answers it. */
const WRONG: readonly [input: unknown, sentence: string][] = [
  [{ links: [] }, 'links: expected an object with links by their names, came an object'],
  [
    { links: { Wire: wire() } },
    'links: expected names of links such as lo0 or wire0, came "Wire"',
  ],
  [
    { links: { wire0: 'wire' } },
    'links.wire0: expected loopback(), wire() or capture() of one of',
  ],
  [{ links: { wire0: {} } }, 'links.wire0.kind: expected loopback, wire or capture, came nothing'],
  [{ links: { lo0: wire() } }, 'links.lo0: expected a loopback, captured or not, came "wire"'],
  [
    { links: { lo0: capture(capture(loopback()) as never) } },
    'links.lo0.link.kind: expected loopback or wire, came "capture"',
  ],
  [
    { links: { wire0: { ...wire(), loss: 0.1 } } },
    'links.wire0: expected the keys kind, bitsPerSecond, delayNs, mtu, queue, inFlight and cpus, ',
  ],
  [
    { links: { wire0: capture(wire({ bitsPerSecond: 0 })) } },
    'links.wire0.link.bitsPerSecond: expected a whole number from 1 to 10000000000000, came 0',
  ],
  [
    { links: { lo0: loopback({ checksums: 'none' as never }) } },
    'links.lo0.checksums: expected computed or offloaded, came "none"',
  ],
  [{ links: { lo0: loopback({ mtu: 67 }) } }, 'links.lo0.mtu: expected a whole number from 68 to'],
  [
    { links: { wire0: wire({ cpus: [0] as never }) } },
    'links.wire0.cpus: expected a list of two CPUs, came an object',
  ],
  [
    { links: { wire0: capture(wire({ cpus: [0, 2] })) }, addresses },
    'links.wire0.link.cpus: expected CPUs from 0 to 1, as this machine has, came 2',
  ],
  [
    { links: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`wire${i}`, wire()])) },
    'links: expected at most 16 wires, came 17',
  ],
  [
    { links },
    'addresses.wire0a: expected an object with inet, destination and alias, came nothing',
  ],
  [{ links: { lo1: loopback() } }, 'addresses.lo1: expected an object with inet and alias, came '],
  [
    { links, addresses: { ...addresses, wire0: { inet: '10.0.0.3' } } },
    'addresses: expected the keys lo0, wire0a and wire0b, came "wire0"',
  ],
  [
    { addresses: { lo0: { inet: '127.0.0.1' } } },
    'addresses.lo0.inet: expected one with a prefix, as 127.0.0.1/8, came "127.0.0.1"',
  ],
  [
    { addresses: { lo0: { inet: '127.0.0.1/8', destination: '10.0.0.1' } } },
    'addresses.lo0: expected the keys inet and alias, came "destination"',
  ],
  [
    { addresses: { lo0: { inet: '127.0.0.1/8', alias: ['224.0.0.1/32'] } } },
    'addresses.lo0.alias.0: expected the address of one host, came "224.0.0.1/32"',
  ],
  [
    { links, addresses: { ...addresses, wire0a: { inet: '127.0.0.2', destination: '10.0.0.2' } } },
    'addresses.wire0a.inet: expected the address of one host, outside of 127.0.0.0/8, came ',
  ],
  [
    {
      links,
      addresses: { ...addresses, wire0a: { inet: '10.0.0.1/24', destination: '10.0.0.2' } },
    },
    'addresses.wire0a.inet: expected an address such as 10.0.0.1, came "10.0.0.1/24"',
  ],
  [
    { links, addresses: { ...addresses, wire0b: { inet: '10.0.0.1', destination: '10.0.0.1' } } },
    'addresses.wire0b.inet: expected an address other than that of addresses.wire0a.inet, came ',
  ],
  [
    { links, addresses: { ...addresses, wire0a: { inet: '10.0.0.1', destination: '10.0.0.9' } } },
    'addresses.wire0a.destination: expected 10.0.0.2, as wire0b has at the other end, came "10.0',
  ],
  [
    { links: { lo1: loopback() }, addresses: { lo1: { inet: '127.0.0.9/8' } } },
    'addresses: expected networks of one interface each, came "127.0.0.0/8"',
  ],
  [
    { routes: { '10.1.0.1/16': 'lo0' } },
    'routes: expected networks such as 10.1.0.0/16, whose other bits are 0, or default, came "10',
  ],
  [
    { routes: { '10.1.0.0': 'lo0' } },
    'routes: expected networks such as 10.1.0.0/16, whose other',
  ],
  [{ routes: { default: 'wire0a' } }, 'routes.default: expected lo0, came "wire0a"'],
  [
    { routes: { '127.0.0.0/8': 'lo0' } },
    'routes: expected networks that no address leads to already, came "127.0.0.0/8"',
  ],
  [
    {
      routes: Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`10.${i}.0.0/16`, 'lo0'])),
    },
    'routes: expected at most 16, those of addresses among them, came 17',
  ],
  [
    {
      addresses: {
        lo0: {
          inet: '127.0.0.1/8',
          alias: Array.from({ length: 16 }, (_, i) => `127.0.1.${i}/8`),
        },
      },
    },
    'addresses: expected at most 16, came 17',
  ],
  [{ captures: { ringBytes: 1000 } }, 'captures.ringBytes: expected a power of two, came 1000'],
  [
    { captures: { ringBytes: 512, snapBytes: 256 } },
    'captures.ringBytes: expected at least 576, for two packets of 256 bytes, came 512',
  ],
  [
    { machine: live({ cpus: 1, guests: 1 }), links, addresses },
    'machine.guests: expected 0 with wire0, since a wire or a capture is used by CPUs alone, ',
  ],
]

describe('links and addresses', () => {
  it.each(WRONG)('%j is refused with a sentence', (input, sentence) => {
    const define = (): unknown => defineStack({ machine, ...(input as object) } as StackInput)
    expect(define).toThrow(StackMisconfigured)
    expect(define).toThrow(sentence)
  })

  it('are a loopback unless told, with 127.0.0.1/8', () => {
    const { links: made, addresses: named, routes } = defineStack({ machine })
    expect(made).toEqual({ lo0: { kind: 'loopback', mtu: 16_384, checksums: 'offloaded' } })
    expect(named).toEqual({ lo0: { inet: '127.0.0.1/8', alias: [] } })
    expect(routes).toEqual({})
  })

  it('keep it beside others, before them', () => {
    const { links: made, addresses: named } = defineStack({ machine, links, addresses })
    expect(Object.keys(made)).toEqual(['lo0', 'wire0'])
    expect(Object.keys(named)).toEqual(['lo0', 'wire0a', 'wire0b'])
  })

  it('are what they were when what was defined is defined again, captured or cloned', () => {
    const config = defineStack({ machine, links, addresses, routes: { default: 'wire0b' } })
    expect(defineStack(config)).toEqual(config)
    expect(defineStack(structuredClone(config))).toEqual(config)
    const { links: captured } = defineStack(capturing(config))
    expect(captured['lo0']).toEqual({ kind: 'capture', link: config.links['lo0'] })
    expect(capturing(capturing(config))).toEqual(capturing(config))
  })

  it('are laid over each other by their names', () => {
    const laid = layOver({ links: { lo0: capture(loopback()) } }, { links, addresses })
    expect(Object.keys(laid.links!)).toEqual(['lo0', 'wire0'])
  })
})
