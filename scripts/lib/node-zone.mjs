/**
 * The files of src that may know that they run on Node and when it is. All else runs in a browser
 * and in a simulated machine, where the same seed must give the same bytes.
 */
const NODE_ZONE = [
  /^packages\/(machine|stack)\/src\/live\//,
  /^packages\/(net|tun|testing)\/src\//,
  /^packages\/interleave\/src\/(node|cli|loader|plugin|vitest)\b/,
]

export function isInNodeZone(file) {
  return file.startsWith('apps/') || NODE_ZONE.some((pattern) => pattern.test(file))
}

/** What a browser cannot load of the packages that lie below another. */
const NODE_ONLY = /^@smpnet\/(machine|stack)\/live$/

export function isNodeOnly(specifier) {
  return NODE_ONLY.test(specifier)
}
