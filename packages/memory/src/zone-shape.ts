/** What a zone is asked to be. */
export interface ZoneShape {
  /** Names the zone in errors and in statistics. */
  readonly name: string
  /** How many items can be in use at once. */
  readonly items: number
  readonly itemBytes: number
  /** CPUs, attached threads included, numbered from 0. */
  readonly cpus: number
  /** Items that change hands at the depot at once; 8 unless told. */
  readonly magazineItems?: number
}

/** Throws a RangeError, naming the zone and the figure, for a shape that no zone can have. */
export function checkZone(shape: ZoneShape, magazineItems: number): void {
  expectCount(shape.name, 'items', shape.items)
  expectCount(shape.name, 'bytes per item', shape.itemBytes)
  expectCount(shape.name, 'CPUs', shape.cpus)
  expectCount(shape.name, 'items per magazine', magazineItems)
}

function expectCount(zone: string, what: string, value: number): void {
  if (Number.isInteger(value) && value >= 1) return
  throw new RangeError(`zone ${zone} has a whole number of ${what}, at least 1: ${value} came`)
}
