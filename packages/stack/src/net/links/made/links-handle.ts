import type { Arena } from '@smpnet/memory'
import { VECTOR } from '@smpnet/machine'
import { bareOf } from '../../../config/links/check-links.ts'
import { type InterfaceConfig, interfacesOf } from '../../../config/links/interfaces-of.ts'
import type { StackConfig } from '../../../config/stack-config.ts'
import type { WireConfig } from '../../../config/links/link-config.ts'
import {
  captureBytes,
  type CaptureHandle,
  type CaptureShape,
  placeCapture,
} from '../capture/capture-shape.ts'
import { placeWire, wireBytes, type WireHandle, type WireShape } from '../wire/wire-shape.ts'

/** Where the links of a kernel are in memory; it can be cloned. */
export interface LinksHandle {
  /** In the order of their numbers. */
  readonly interfaces: readonly InterfaceConfig[]
  readonly wires: readonly WireHandle[]
  /** Rings of each CPU, for the captured interfaces in their order. None where nothing is. */
  readonly capture?: CaptureHandle
}

type Configured = Pick<StackConfig, 'links' | 'captures' | 'machine'>

/** Bytes that an arena may leave between what it places. */
const SLACK_BYTES = 4096

/** Places what CPUs share of the links. */
export function placeLinks(config: Configured, arena: Arena): LinksHandle {
  const interfaces = interfacesOf(config.links)
  const wires = wireShapes(config, interfaces).map((shape) => placeWire(arena, shape))
  const shape = captureShape(config, interfaces)
  return { interfaces, wires, ...(shape && { capture: placeCapture(arena, shape) }) }
}

/** Bytes that `placeLinks` takes, at most. */
export function linksBytes(config: Configured): number {
  const interfaces = interfacesOf(config.links)
  const wires = wireShapes(config, interfaces)
  const capture = captureShape(config, interfaces)
  const bytes = wires.reduce((sum, shape) => sum + wireBytes(shape) + SLACK_BYTES, 0)
  return bytes + (capture === undefined ? 0 : captureBytes(capture) + SLACK_BYTES)
}

/** One for each wire, in the order of the links; each has a vector of its own. */
function wireShapes(config: Configured, interfaces: readonly InterfaceConfig[]): WireShape[] {
  const wires = Object.entries(config.links).flatMap(([name, link]) => {
    const bare = bareOf(link)
    return bare.kind === 'wire' ? [{ name, wire: bare }] : []
  })
  return wires.map(({ name, wire }, number) => {
    const ends = interfaces.filter(({ link }) => link === name)
    return shapeOf(wire, ends, VECTOR.device + number, config.machine.cpus)
  })
}

function shapeOf(
  { kind: _kind, cpus, ...figures }: WireConfig,
  ends: readonly InterfaceConfig[],
  vector: number,
  machineCpus: number,
): WireShape {
  const on = cpus ?? [0, Math.min(1, machineCpus - 1)]
  const [one, other] = ends.map(({ name, index }, end) => ({ name, index, cpu: on[end]! }))
  return { ...figures, vector, ends: [one!, other!] }
}

function captureShape(
  { captures, machine }: Configured,
  interfaces: readonly InterfaceConfig[],
): CaptureShape | undefined {
  const links = interfaces.filter(({ isCaptured }) => isCaptured).map(({ name }) => name)
  return links.length === 0 ? undefined : { ...captures, links, places: machine.cpus }
}
