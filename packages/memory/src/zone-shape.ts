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
  const zone = `zone ${shape.name}`
  expectCount(zone, 'items', shape.items)
  expectCount(zone, 'bytes per item', shape.itemBytes)
  expectCount(zone, 'CPUs', shape.cpus)
  expectCount(zone, 'items per magazine', magazineItems)
}

/** Throws a RangeError, naming whose figure it is, unless it is a whole number from 1 on. */
export function expectCount(whose: string, what: string, value: number): void {
  if (Number.isInteger(value) && value >= 1) return
  throw new RangeError(`${whose} has a whole number of ${what}, at least 1: ${value} came`)
}
