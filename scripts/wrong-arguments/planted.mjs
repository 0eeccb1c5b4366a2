/**
 * Faults that must be found, for the test of this check: as packages and subjects would have them.
 */
export function planted(which) {
  if (which === 'hang') return { planted: { hangs }, made: {} }
  if (which !== 'faults') return { made: {} }
  return { planted: { believes, awaitsWhatItBelieves, Unlisted }, made: { Changed: aChanged } }
}

function believes(value) {
  return value.first.second
}

async function awaitsWhatItBelieves(value) {
  return value.first.second
}

function hangs(value) {
  for (;;) if (value === 1) return
}

class Unlisted {
  field = 1
}

function aChanged() {
  const buffer = new SharedArrayBuffer(64)
  const subject = {
    changes(value) {
      new Int32Array(buffer)[0] = 7
      throw new TypeError(`a value: expected none, came a ${typeof value}`)
    },
  }
  return { subject, buffer }
}
