/**
 * `large` where there is time for it, which is in `npm run test:models`, and else `small`. Other
 * packages have it of `@smpnet/testing/models`, which stands on this package.
 */
export function thorough<T>(large: T, small: T): T {
  return process.env['SMPNET_MODELS'] === undefined ? small : large
}
