import { type Exploration, explore, type ExploreOptions, type World } from '@smpnet/interleave'

/** Explores everything and returns the different values that `read` gave at the ends. */
export function outcomesOf(
  setup: (world: World) => () => unknown,
  options: ExploreOptions = {},
): { outcomes: string[]; result: Exploration } {
  const outcomes = new Set<string>()
  const result = explore({ keepGoing: true, ...options }, (world) => {
    const read = setup(world)
    world.after(() => void outcomes.add(JSON.stringify(read())))
  })
  return { outcomes: [...outcomes].sort(), result }
}

export function words(count: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(4 * count))
}
