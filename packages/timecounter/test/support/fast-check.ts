import * as fc from 'fast-check'

/** Chance in these tests is seeded; a failure prints the seed and the path to its example. */
fc.configureGlobal({ seed: 20_051_027, verbose: 1 })

export { fc }
