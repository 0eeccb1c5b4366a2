/**
 * What a tally of the reporter and Vitest's exit status amount to. An error outside every test has
 * no place in the tally, and a run that was killed leaves files that it had begun; each still
 * counts as a failure.
 */
export function counts(tally, exitCode) {
  if (!tally) return { passed: 0, failed: 1, skipped: 0 }
  const { passed, skipped, hasEnded } = tally
  const failed = tally.failed + (hasEnded ? 0 : Math.max(1, tally.underWay.length))
  return { passed, failed: failed === 0 && exitCode !== 0 ? 1 : failed, skipped }
}

/** `12 passed, 0 failed`, and how many were skipped when any was. */
export function countLine({ passed, failed, skipped }) {
  const line = `${passed} passed, ${failed} failed`
  return skipped > 0 ? `${line}, ${skipped} skipped` : line
}
