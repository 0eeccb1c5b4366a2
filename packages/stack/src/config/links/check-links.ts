import {
  type Check,
  oneOf,
  optional,
  orEmpty,
  otherwise,
  record,
  refuse,
  whole,
} from '../checking/check.ts'
import type {
  BareLinkConfig,
  CaptureBounds,
  CaptureConfig,
  LinkConfig,
  LoopbackConfig,
  WireConfig,
} from './link-config.ts'

/** The interface that every kernel has. */
export const LOOPBACK_NAME = 'lo0'
/** Wires that there can be; each has a vector of its own. */
const MOST_WIRES = 16
/** Letters and a number: with an end's letter it is a name as FreeBSD's IFNAMSIZ allows. */
const LINK_NAME = /^[a-z]{1,10}[0-9]{1,3}$/

const LEAST_MTU = 68
const MOST_BYTES = 65_535
const MOST_PACKETS = 2 ** 20

const loopback = record<LoopbackConfig>({
  kind: oneOf(['loopback']),
  mtu: otherwise(16_384, whole(LEAST_MTU, MOST_BYTES)),
  checksums: otherwise('offloaded', oneOf(['computed', 'offloaded'])),
})

const MOST_CPU = 2 ** 16
const ends: Check<readonly [number, number]> = (came, path) => {
  if (!Array.isArray(came) || came.length !== 2) return refuse(path, 'a list of two CPUs', came)
  const cpu = whole(0, MOST_CPU)
  return [cpu(came[0], `${path}.0`), cpu(came[1], `${path}.1`)]
}

const wire = record<WireConfig>({
  kind: oneOf(['wire']),
  bitsPerSecond: otherwise(1e9, whole(1, 1e13)),
  delayNs: otherwise(0, whole(0, 1e12)),
  mtu: otherwise(1500, whole(LEAST_MTU, MOST_BYTES)),
  queue: otherwise(50, whole(1, MOST_PACKETS)),
  inFlight: otherwise(1024, whole(1, MOST_PACKETS)),
  cpus: optional(ends),
})

const bare: { [K in BareLinkConfig['kind']]: Check<BareLinkConfig> } = { loopback, wire }

/** What a capture may stand before: one of its own would have every packet twice. */
const bareLink: Check<BareLinkConfig> = (came, path) => {
  return bare[oneOf(['loopback', 'wire'])(kindIn(came, path), `${path}.kind`)](came, path)
}

const captureLink = record<CaptureConfig>({ kind: oneOf(['capture']), link: bareLink })

const anyLink: Check<LinkConfig> = (came, path) => {
  const kind = oneOf(['loopback', 'wire', 'capture'])(kindIn(came, path), `${path}.kind`)
  return kind === 'capture' ? captureLink(came, path) : bare[kind](came, path)
}

/** Links by their names, `lo0` first, which there always is. */
export const links: Check<Readonly<Record<string, LinkConfig>>> = (came = {}, path) => {
  const expected = 'an object with links by their names'
  if (typeof came !== 'object' || came === null || Array.isArray(came)) {
    return refuse(path, expected, came)
  }
  const named = { [LOOPBACK_NAME]: { kind: 'loopback' }, ...came }
  const checked = Object.entries(named).map(([name, link]) => {
    if (!LINK_NAME.test(name)) refuse(path, 'names of links such as lo0 or wire0', name)
    return [name, anyLink(link, `${path}.${name}`)] as const
  })
  const kind = bareOf(checked[0]![1]).kind
  if (kind !== 'loopback') refuse(`${path}.${LOOPBACK_NAME}`, 'a loopback, captured or not', kind)
  const wires = checked.filter(([, link]) => bareOf(link).kind === 'wire').length
  if (wires > MOST_WIRES) refuse(path, `at most ${MOST_WIRES} wires`, wires)
  return Object.fromEntries(checked)
}

const ringBytes: Check<number> = (came, path) => {
  const bytes = whole(256, 2 ** 30)(came, path)
  return Number.isInteger(Math.log2(bytes)) ? bytes : refuse(path, 'a power of two', came)
}

const bounds = orEmpty(
  record<CaptureBounds>({
    ringBytes: otherwise(2 ** 20, ringBytes),
    snapBytes: otherwise(256, whole(1, MOST_BYTES)),
  }),
)

/** Bytes of a record in a ring before the packet's own: see the layout of the capture's ring. */
const RECORD_HEADER_BYTES = 32

/** Room for captures: two whole records in each ring. */
export const captureBounds: Check<CaptureBounds> = (came, path) => {
  const checked = bounds(came, path)
  const units = Math.ceil(checked.snapBytes / RECORD_HEADER_BYTES) + 1
  const least = 2 * units * RECORD_HEADER_BYTES
  if (checked.ringBytes >= least) return checked
  const expected = `at least ${least}, for two packets of ${checked.snapBytes} bytes`
  return refuse(`${path}.ringBytes`, expected, checked.ringBytes)
}

/** The link that a capture stands before, or the link itself. */
export function bareOf(link: LinkConfig): BareLinkConfig {
  return link.kind === 'capture' ? link.link : link
}

function kindIn(came: unknown, path: string): unknown {
  if (typeof came === 'object' && came !== null) return (came as { kind?: unknown }).kind
  return refuse(path, 'loopback(), wire() or capture() of one of them', came)
}
