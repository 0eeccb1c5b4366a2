import { errorOf, expectSame, type LockCase } from './lock-under-test.ts'

/** What every kind that has an address offers to be placed by. */
export interface PlacedKindUnderTest {
  readonly name: string
  /** A domain in a buffer of which the bytes from `free` to `size` are zero and nobody's. */
  world(): PlacesUnderTest
}

export interface PlacesUnderTest {
  readonly free: number
  readonly size: number
  create(options?: { readonly at?: number }): PlacedUnderTest
  open(handle: HandleUnderTest): PlacedUnderTest
}

export interface PlacedUnderTest {
  readonly handle: HandleUnderTest
  /** Uses it in a small way, and throws when that does not work. */
  use(): void
}

export interface HandleUnderTest {
  readonly kind: string
  readonly version: number
  readonly at: number
}

/** What a kind promises of addresses and handles, good and bad. */
export function placeCases(kind: PlacedKindUnderTest): LockCase[] {
  const named = (name: string, run: (world: PlacesUnderTest) => Promise<void>): LockCase => ({
    name,
    skip: undefined,
    run: () => run(kind.world()),
  })
  return [
    named('is used where it is placed, and by its handle', async (world) => {
      for (const one of [world.create(), world.create({ at: world.free })]) {
        one.use()
        world.open(structuredClone(one.handle)).use()
        one.use()
      }
    }),
    named('is not placed where it cannot be', async (world) => {
      const { free, size } = world
      for (const at of [free + 2, free + 0.5, -64, size, size + 64, 0, Number.NaN]) {
        expectSame(`at ${at}`, await errorOf(() => world.create({ at })), 'BadHandle')
      }
      world.create({ at: free }).use()
    }),
    named('is not placed over another, which works on', async (world) => {
      const { free } = world
      const first = world.create({ at: free + 64 })
      for (const at of [free + 64, free + 68]) {
        expectSame(`at ${at}`, await errorOf(() => world.create({ at })), 'BadHandle')
      }
      first.use()
      world.open(first.handle).use()
    }),
    named('is not opened by a handle of another layout, kind or place', async (world) => {
      const one = world.create()
      const { handle } = one
      const wrong = [
        { version: handle.version + 1 },
        { kind: 'another kind' },
        { at: handle.at + 4 },
        { at: world.size },
        { at: -4 },
        { at: handle.at + 1 },
      ]
      for (const change of wrong) {
        const what = JSON.stringify(change)
        const error = await errorOf(() => world.open({ ...handle, ...change }))
        expectSame(what, error, 'BadHandle')
      }
      one.use()
      world.open(handle).use()
    }),
  ]
}
