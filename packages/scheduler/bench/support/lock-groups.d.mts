/** How often the mutex of a group is taken in two milliseconds, on average over the groups. */
export function lockGroups(load: {
  readonly profile: string
  readonly groups: number
  readonly lends?: boolean
  readonly seed?: number
}): number
